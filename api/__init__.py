"""The ways in: HTTP for sites and moderators, the desk, the command line."""
