"""How a long-lived process keeps its memory: what is loaded is left alone, what batches take is kept for the next."""

import ctypes
import gc
from functools import cache

COLLECT_AFTER = (
    20_000,
    20,
    20,
)  # objects, and rounds: a request makes hundreds, and hardly any is part of a circle
# Numbers of glibc's mallopt(3), and what they are set to. Arrays of some hundred kilobytes come and go with each batch.
# Left alone, glibc hands them back to the system and asks for them again, page by page: a tenth of the looking.
_TRIM_THRESHOLD, _KEPT_AT_THE_TOP = -1, 128 << 20  # bytes
_MMAP_THRESHOLD, _LARGEST_IN_THE_HEAP = -3, 32 << 20  # bytes; no more is possible


@cache
def leave_loaded_alone() -> None:
    """Once, when everything is loaded: the collector of circular garbage comes seldom, and passes it over.

    Looked through again and again, it stops every request for an eighth of a second, and takes half of a busy process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def keep_what_batches_take() -> None:
    """For a worker that looks at comments. Another C library than glibc goes on as it was."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_AT_THE_TOP)
        mallopt(_MMAP_THRESHOLD, _LARGEST_IN_THE_HEAP)
