"""HTTP, a file per noun."""
