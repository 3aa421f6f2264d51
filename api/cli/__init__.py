"""The command line: greenroom."""
