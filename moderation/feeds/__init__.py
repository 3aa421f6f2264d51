"""Feeds: other programs' exports, read piece by piece; a file of gigabytes takes no more memory than one comment.

Readers are pure: they know no database. What cannot be taken is said with its line; what cannot be read stops them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from moderation.feeds import disqus, isso, jsonl, wxr
from moderation.feeds.row import Row, Skipped

Reader = Callable[[Path, Callable[[int], object]], Iterator[Row | Skipped]]

# By the name of the format. A reader is told where to report how many bytes it has read.
READERS: dict[str, Reader] = {"wxr": wxr.read, "disqus": disqus.read, "isso": isso.read, "jsonl": jsonl.read}

__all__ = ["READERS", "Reader", "Row", "Skipped"]
