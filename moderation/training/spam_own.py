"""Our own rows for the spam model: people who cite pages, and callers, from frames; and links behind others' rows.

The collections have hardly one innocent link. So links of the same making are put behind talk and behind advertising:
what a link says, the words around it must say. A lone address is talk only where it is one that people cite.
"""

import random
import re
from collections.abc import Sequence

from moderation.checks.hosts import SHORTENERS, find_hosts
from moderation.checks.scams import cited_hosts
from moderation.training.rows import own_lines

OWN, LINKED = "own", "linked"
FILLED = 40  # sentences from each frame
BEHIND = 1_500  # rows of either label that get a link
LONGEST = 300  # characters of talk that a link is put behind
_CITED_SHARE, _MADE_UP_SHARE = 0.4, 0.4  # of links; the rest lead to where everybody has a page
_SHORT_SHARE = 0.15  # of the links of advertising
_PLAIN_SHARE = 0.15  # of links without a scheme

_SLOT = re.compile(r"\{([^{}]*)\}")  # the innermost first
_PLAIN = """anna oak garden river stone north hill green old tower lake east field bird letter paper tram street county
valley maple kettle cedar harbour meadow winter silver copper orchard village radio weekly history science kitchen
music cycling railway birds sailing poetry local daily open city"""
_WORDS = tuple(_PLAIN.split())
_TOPICS = """tram line|bridge|election|library|new school|harbour|second song|station|museum|flood|budget|referendum|
garden|concert|trial|strike|old town hall|ending|bus lane|orchestra|market|wall|play|swimming pool""".replace("\n", "")
_PEOPLE = "Peterson Okoro Sandra Williams Mark Linda Ade Garcia Smith Obi Helen Kumar Lopez Brown Morris"
_NAMES = tuple(_PEOPLE.split())
_HANDLES_END = ("", "fx", "99", "_official", "7")
_AMOUNTS = (5, 20, 40, 300, 500, 2_500, 4_000, 12_000)
_IN_IDENTIFIERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_-"
_ENDINGS = ("com", "com", "com", "org", "net", "co.uk", "de", "fr", "info", "blog", "eu", "ca", "io")
_SHOPS = ("com", "net", "biz", "xyz", "shop", "io", "site", "info", "online", "store")
_ON_SALE = """loan cash pill watch deal follow likes slim bet casino coin trade rich free gift skin seo rank essay cheap
shoe bag promo win money ringtone tickets insurance"""
_SOLD = tuple(_ON_SALE.split())
_EVERYBODY_S = (
    "https://www.youtube.com/watch?v={ID}",
    "https://youtu.be/{ID}",
    "https://{WORD}{WORD}.wordpress.com/{PATH}",
    "https://{WORD}{WORD}.blogspot.com/{PATH}",
    "https://{WORD}{WORD}.tumblr.com/post/{NUMBERS}",
    "https://medium.com/@{WORD}{WORD}/{PATH}",
    "https://{WORD}{WORD}.substack.com/p/{PATH}",
    "https://github.com/{WORD}/{WORD}/issues/{NUMBERS}",
    "https://www.reddit.com/r/{WORD}/comments/{ID}",
    "https://twitter.com/{WORD}{WORD}/status/{NUMBERS}",
    "https://www.facebook.com/{WORD}{WORD}/posts/{NUMBERS}",
    "https://www.instagram.com/p/{ID}/",
    "https://www.flickr.com/photos/{WORD}/{NUMBERS}",
    "https://docs.google.com/document/d/{ID}{ID}/edit",
    "https://soundcloud.com/{WORD}{WORD}/{PATH}",
    "https://pastebin.com/{ID}",
)


class Maker:
    """Fills frames, always alike for one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - nothing secret
        self._cited = [host for host in cited_hosts() if find_hosts(f"https://{host}/")]

    def fill(self, frame: str, *, sells: bool = False) -> str:
        """Alternatives chosen and slots filled, from the inside out; blanks at the ends and doubled ones go."""
        count = 1
        while count:
            frame, count = _SLOT.subn(lambda found: self._choose(found[1], sells=sells), frame)
        return re.sub(r"\s+", " ", frame).replace(" .", ".").replace(" ,", ",").strip()

    def _choose(self, inside: str, *, sells: bool) -> str:
        chosen = self.chance.choice(inside.split("|"))
        return self._slot(chosen, sells=sells) if chosen.isupper() else chosen

    def _slot(self, name: str, *, sells: bool) -> str:
        """One of the made-up; what has no maker is a word that is shouted: 'INFO'."""
        if name == "LINK":
            return self.link(sells=sells)
        chance, choice = self.chance, self.chance.choice
        makers = {
            "CITED": lambda: self._address(self._cited_host()),
            "SITE": lambda: f"{choice(_SOLD)}{choice(['', '-', '4'])}{choice(_SOLD)}.{choice(_SHOPS)}",
            "HANDLE": lambda: (
                f"@{choice(_WORDS + _SOLD)}{choice(['', '_', '.'])}{choice(_WORDS)}{choice(_HANDLES_END)}"
            ),
            "MAIL": lambda: f"{choice(_NAMES).lower()}{choice(_SOLD)}@{choice(['gmail.com', 'outlook.com'])}",
            "PHONE": lambda: (
                f"+{chance.randrange(1, 99)} {chance.randrange(100, 999)} {chance.randrange(10**6, 10**7)}"
            ),
            "AMOUNT": lambda: f"{choice('$$$£€')}{choice(_AMOUNTS):,}",
            "NUMBER": lambda: str(choice([2, 3, 5, 20, 30, 50, 80])),
            "NUMBERS": lambda: str(chance.randrange(10**3, 10**9)),
            "ID": lambda: "".join(chance.choices(_IN_IDENTIFIERS, k=11)),
            "WORD": lambda: choice(_WORDS),
            "NAME": lambda: choice(_NAMES),
            "TOPIC": lambda: choice(_TOPICS.split("|")),
            "PATH": self._path,
        }
        return makers[name]() if name in makers else name

    def link(self, *, sells: bool = False) -> str:
        """An address as people paste it; of a page that sells, sometimes shortened, and never of one that is cited."""
        chance, which = self.chance, self.chance.random()
        if sells and which < _SHORT_SHARE:
            return f"http://{chance.choice(sorted(SHORTENERS))}/{self._slot('ID', sells=False)[:7]}"
        if sells and which < _CITED_SHARE:
            return self._address(self._slot("SITE", sells=False))
        if which < _CITED_SHARE:
            return self._address(self._cited_host())
        if which < _CITED_SHARE + _MADE_UP_SHARE:
            host = f"{chance.choice(_WORDS)}{chance.choice(['', '', '-'])}{chance.choice(_WORDS)}"
            return self._address(f"{host}.{chance.choice(_ENDINGS)}")
        return self.fill(chance.choice(_EVERYBODY_S))

    def _cited_host(self) -> str:
        host = self.chance.choice(self._cited)
        return host if host.count(".") > 1 or self.chance.random() < 0.3 else f"www.{host}"  # noqa: PLR2004

    def _address(self, host: str) -> str:
        if self.chance.random() < _PLAIN_SHARE:
            return f"{host}/{self._path()}" if self.chance.random() < 0.5 else host  # noqa: PLR2004
        return f"{self.chance.choice(['https://', 'https://', 'http://'])}{host}/{self._path()}"

    def _path(self) -> str:
        chance = self.chance
        slug = "-".join(chance.choices(_WORDS, k=chance.randrange(1, 5)))
        date = f"{chance.randrange(1998, 2026)}/{chance.randrange(1, 13):02}"
        number = chance.randrange(10**3, 10**8)
        forms = ["", slug, f"{date}/{slug}", f"news/{slug}-{number}", f"articles/{number}", f"{slug}.html"]
        return chance.choice([*forms, f"a?id={number}"])


def own_rows(seed: int) -> list[tuple[str, float]]:
    """Sentences from our frames: text, label."""
    maker = Maker(seed)
    found: list[tuple[str, float]] = []
    for line in own_lines("spam_frames.txt"):
        label, _, frame = line.partition(": ")
        sells = label == "spam"
        found += [(_as_written(maker.fill(frame, sells=sells), maker.chance), float(sells)) for _ in range(FILLED)]
    return list(dict.fromkeys(found))


def linked_rows(talk: Sequence[str], sold: Sequence[str], seed: int) -> list[tuple[str, float]]:
    """Others' sentences with a link before or behind them; for either label the links are made alike."""
    maker = Maker(seed)
    found: list[tuple[str, float]] = []
    for label, texts in ((0.0, talk), (1.0, sold)):
        plain = [text for text in texts if len(text) <= LONGEST and not find_hosts(text)]
        for text in maker.chance.sample(plain, min(BEHIND, len(plain))):
            link, joint = maker.link(), maker.chance.choice([" ", ": ", "\n", " "])
            first, second = (text, link) if maker.chance.random() < 0.8 else (link, text)  # noqa: PLR2004
            found.append((f"{first}{joint}{second}", label))
    return found


def _as_written(sentence: str, chance: random.Random) -> str:
    """As it is, or in small letters."""
    return sentence if "://" in sentence or chance.random() < 0.75 else sentence.lower()  # noqa: PLR2004
