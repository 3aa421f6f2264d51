"""make docs: a static site in build/docs that a browser opens from disk, search included; nothing is fetched."""

project = "Greenroom"
html_title = "Greenroom"
extensions = ["myst_parser"]
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 3  # links to headings, as GitHub makes them
suppress_warnings = ["misc.highlighting_failure"]  # curl's answers with ... in them are no JSON
html_show_copyright = False
