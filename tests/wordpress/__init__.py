"""WordPress itself, with its own Akismet plugin, behind a real web server and database."""
