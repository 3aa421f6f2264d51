"""How the memory of a worker that looks at comments is kept: what a batch lets go of, the next one takes up again."""

import ctypes
import gc

# Numbers of glibc's mallopt(3), and what they are set to. Arrays of some hundred kilobytes come and go with each batch.
# Left alone, glibc hands them back to the system and asks for them again, page by page: a tenth of the looking.
_TRIM_THRESHOLD, _KEPT_AT_THE_TOP = -1, 128 << 20  # bytes
_MMAP_THRESHOLD, _LARGEST_IN_THE_HEAP = -3, 32 << 20  # bytes; no more is possible
COLLECT_AFTER = (20_000, 20, 20)  # objects, and rounds: a batch makes thousands, and hardly any is part of a circle


def keep() -> None:
    """Once, when everything is loaded. Another C library than glibc goes on as it was."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_AT_THE_TOP)
        mallopt(_MMAP_THRESHOLD, _LARGEST_IN_THE_HEAP)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
