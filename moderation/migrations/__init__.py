"""The tables over time. HEAD is the newest revision: what a running Greenroom needs to find."""

HEAD = "0002"
