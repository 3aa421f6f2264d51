"""`python -m moderation.training FOLDER`: every model anew, from a folder of labelled files."""

import sys
import time
from importlib import import_module
from pathlib import Path

from moderation.checks import model

MODELS = ("abuse", "spam", "gibberish")  # modules beside this one, each with NAME, VERSION and train(folder)
DATA = Path(model.__file__).parent / "data"


def main() -> None:
    folder = Path(sys.argv[1])
    for name in MODELS:
        started = time.monotonic()
        training = import_module(f"moderation.training.{name}")
        packed = model.pack(training.train(folder))
        if len(packed) > model.MOST_BYTES:
            raise SystemExit(f"{name} is {len(packed):,} bytes, more than {model.MOST_BYTES:,}")
        written = DATA / f"{training.NAME}-{training.VERSION}.npz"
        written.write_bytes(packed)
        print(f"{written.name}: {len(packed):,} bytes, {time.monotonic() - started:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
