"""The desk: web pages for moderators. Plain forms, no script needed."""
