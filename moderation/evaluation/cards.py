"""What a report needs beside figures: the cards inside the models' files, and what is written by hand."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from moderation.checks.model import unpack

SECTIONS = ("**What it is for.**", "**Limits.**", "**Who is harmed by its errors.**")


def models() -> Mapping[str, Mapping[str, Any]]:
    """File name -> card, of every model that comes along."""
    data = files("moderation.checks") / "data"
    found = sorted((each for each in data.iterdir() if each.name.endswith(".npz")), key=lambda each: each.name)
    return {each.name: unpack(each.read_bytes()).card for each in found}


def written(name: str) -> str:
    """The text by this name, or nothing."""
    file = files("moderation.evaluation") / "written" / f"{name}.md"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""
