"""What a site has set: per check a mode and thresholds, its limits, its lists, its sensitive pages. Pure data."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from moderation.terms import Mode, OnFailure, Preset

MOST_ENTRIES = 10_000  # per list; larger ones belong into a check's own data
ENTRY_CHARACTERS = 200
MOST_SENSITIVE_PAGES = 1_000
MOST_PROTECTED_NAMES = 100  # per page
EVERY_PAGE = "*"

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _storable(value: str) -> str:
    if any(each == "\x00" or "\ud800" <= each <= "\udfff" for each in value):
        raise ValueError("must not contain NUL or half a character")
    return value


def _network(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        raise ValueError("must be an address or a network, like 203.0.113.0/24") from None
    return value


Entry = Annotated[
    str,
    StringConstraints(min_length=1, max_length=ENTRY_CHARACTERS, strip_whitespace=True),
    AfterValidator(_storable),
]
Network = Annotated[Entry, AfterValidator(_network)]
Tongue = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]  # BCP 47 primary tag
PageUrl = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(_storable)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckRule(_Frozen):
    """How much say one check has."""

    mode: Mode = Mode.ON
    hold_at: Score | None = None  # held from this score on; None: never by this check
    reject_at: Score | None = None  # rejected from this score on; only blocklist, spam and abuse may
    on_failure: OnFailure = OnFailure.HOLD


class Entries(_Frozen):
    """One of a site's own lists, by what a match does."""

    allow: tuple[Entry, ...] = Field(default=(), max_length=MOST_ENTRIES)
    hold: tuple[Entry, ...] = Field(default=(), max_length=MOST_ENTRIES)
    block: tuple[Entry, ...] = Field(default=(), max_length=MOST_ENTRIES)


class Networks(_Frozen):
    """Like Entries; each one an address or a network: 203.0.113.0/24, 2001:db8::/32."""

    allow: tuple[Network, ...] = Field(default=(), max_length=MOST_ENTRIES)
    hold: tuple[Network, ...] = Field(default=(), max_length=MOST_ENTRIES)
    block: tuple[Network, ...] = Field(default=(), max_length=MOST_ENTRIES)


class Lists(_Frozen):
    """A site's own lists."""

    words: Entries = Entries()
    hosts: Entries = Entries()
    authors: Entries = Entries()  # the ids or names that the site sends
    emails: Entries = Entries()  # whole addresses, or @host
    networks: Networks = Networks()

    def __hash__(self) -> int:
        """By identity: what is compiled from a long list is found again without reading the list."""
        return id(self)


class Limits(_Frozen):
    """Numbers that the checks compare with."""

    links: int = Field(default=3, ge=1, le=100)  # as many links hold an author with approved comments
    links_newcomer: int = Field(default=2, ge=1, le=100)  # ... and a newcomer
    approved_to_be_known: int = Field(default=2, ge=1, le=100)  # a newcomer has fewer approved comments than this
    per_author_minute: int = Field(default=10, ge=1, le=1_000)
    per_ip_minute: int = Field(default=30, ge=1, le=10_000)
    typed_seconds: float = Field(default=2, ge=0, le=60, allow_inf_nan=False)  # faster than this is no person
    reports_to_hold: int = Field(
        default=3, ge=1, le=1_000
    )  # so many readers take an approved comment down until decided


class Rules(_Frozen):
    """Everything a site has set."""

    preset: Preset = Preset.STANDARD
    checks: dict[str, CheckRule] = {}
    limits: Limits = Limits()
    lists: Lists = Lists()
    languages: tuple[Tongue, ...] = Field(default=("en",), min_length=1, max_length=20)  # what comments are written in
    sensitive_pages: tuple[PageUrl, ...] = Field(default=(), max_length=MOST_SENSITIVE_PAGES)
    protected_names: dict[PageUrl, tuple[Entry, ...]] = Field(default={}, max_length=MOST_SENSITIVE_PAGES)
    """Who must not be named, by page; '*' is every page."""

    @field_validator("protected_names")
    @classmethod
    def _few(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if any(len(names) > MOST_PROTECTED_NAMES for names in value.values()):
            raise ValueError(f"must not name more than {MOST_PROTECTED_NAMES} people on one page")
        return value

    def sensitive(self, page_url: str) -> bool:
        """Whether everything on this page waits for a person."""
        return page_url in self.sensitive_pages

    def protected_on(self, page_url: str) -> tuple[str, ...]:
        """The names that must not be given away on this page."""
        if not self.protected_names:
            return ()
        return (*self.protected_names.get(EVERY_PAGE, ()), *self.protected_names.get(page_url, ()))

    def rule(self, check: str) -> CheckRule:
        return self.checks.get(check, _UNKNOWN)


# A check that these rules do not know (newer than them) looks, but has no say until somebody gives it one.
_UNKNOWN = CheckRule(mode=Mode.SHADOW)
