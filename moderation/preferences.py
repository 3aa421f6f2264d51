"""What a moderator sets for herself: how the desk looks, and what it spares her."""

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Preferences(BaseModel):
    """Everything has a default; what an older version wrote and nobody knows any more is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: Literal["auto", "light", "dark"] = "auto"
    text_size: Literal["small", "normal", "large"] = "normal"
    greyscale: bool = False
    masked: bool = True  # slurs and sexual words are covered until asked for
    worst: Literal["as_they_come", "first", "last"] = "as_they_come"
    pause_after: int = Field(default=0, ge=0, le=1_000)  # hard ones in a day, then a nudge to pause; 0: never
    keys: bool = True  # single-key shortcuts


def preferences_from(document: dict[str, Any] | None) -> Preferences:
    """What a row holds; whatever does not fit any more is as if it had never been set."""
    try:
        return Preferences.model_validate(document or {})
    except ValidationError as broken:
        bad = {each["loc"][0] for each in broken.errors() if each["loc"]}
        kept = {name: value for name, value in cast("dict[str, Any]", document).items() if name not in bad}
        return Preferences.model_validate(kept)
