"""The sites: they submit as a good backend does, with retries, and remember every promise they were given."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests import make
from tests.faults.house import House

MARK = "quillwort"  # a stranger's word, in every comment: no log line may hold it
EMAIL = "planted-{}@strangers.example"
IP = "203.0.113.{}"
PLANTED = (b"planted-", b"203.0.113.", b"gr_site_", b"gr_mod", b"gr_key")
CLEAN, PROFANE = "approve", "hold"
WORDS = (  # noqa: SIM905 - easier on the eye
    "the lamp was green when we came into hall and everybody sat down near an old piano which nobody could play "
    "because its lid had been lost on some journey between two towns whose names I never learned although my uncle "
    "spoke of them each winter while snow fell over barns rivers orchards bridges and quiet stations"
).split()
RETRY_SECONDS = 0.3
TIMEOUT_SECONDS = 12.0
LONGEST_SECONDS = 200.0  # a site that gets no answer for so long gives up, and was promised nothing


@dataclass
class Sent:
    """One comment as its site knows it."""

    site: str
    external_id: str
    body: str
    expect: str  # what its verdict should be
    id: str = ""  # once it was promised
    promised_at: float = 0.0
    revision: int = 1
    erased: bool = False
    busy: bool = False  # somebody is at it; for ever, where it is only to be submitted


@dataclass
class Load:
    """Threads that submit; `stop()` waits until every one has its answer."""

    house: House
    seed: int
    threads: int = 4
    pause: float = 0.05  # seconds between two requests of one thread
    sent: list[Sent] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    took: list[tuple[float, float, int]] = field(default_factory=list)  # (at, seconds, status) of each submission
    broken: list[str] = field(default_factory=list)  # answers that break a promise

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()
        self._number = 0
        self._going = threading.Event()
        self._all: list[threading.Thread] = []

    @property
    def promised(self) -> list[Sent]:
        return [each for each in self.sent if each.id]

    def start(self) -> "Load":
        self._going.set()
        self._all = [threading.Thread(target=self._run, args=(each,), daemon=True) for each in range(self.threads)]
        for each in self._all:
            each.start()
        return self

    def stop(self) -> None:
        self._going.clear()
        for each in self._all:
            each.join(LONGEST_SECONDS + 20)

    def _run(self, number: int) -> None:
        chance = random.Random(self.seed * 1_000 + number)
        client = Client(self.house, self)
        while self._going.is_set():
            draw = chance.random()
            if draw < 0.06:
                self._batch(client)
            elif draw < 0.12 and self.promised:
                self._afterwards(client, chance)
            else:
                self.submit(client, self.next())
            time.sleep(self.pause * chance.uniform(0.5, 1.5))

    def clean(self) -> str:
        """Words that no check minds, different each time."""
        return f"{MARK} {' '.join(self._random.sample(WORDS, 14))}"

    def next(self, body: str | None = None, site: str | None = None, expect: str = CLEAN) -> Sent:
        """Another comment, not yet sent."""
        with self._lock:
            self._number += 1
            chance = self._random
            site = site or ("Courier" if chance.random() < 0.7 else "Gazette")
            if body is None:
                expect = PROFANE if chance.random() < 0.06 else CLEAN
                body = self.clean()
                if expect == PROFANE:
                    body = f"{body}. {make.PROFANE}"
            made = Sent(site, f"c-{self.seed}-{self._number}", body, expect)
            self.sent.append(made)
            return made

    def submit(self, client: "Client", sent: Sent) -> bool:
        """Until it is promised, as a site does it: the same id and key again and again."""
        ends = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < ends:
            started, at = time.perf_counter(), time.time()
            status, answer = client.ask("POST", "/v1/comments", self.document(sent), sent.site, sent.external_id)
            self.took.append((at, time.perf_counter() - started, status))
            self.statuses[status] += 1
            if status in {200, 202}:
                self._promise(sent, answer)
                return True
            if 400 <= status < 500 and status != 429:
                self.broken.append(f"{sent.external_id}: {status}")
                return False
            time.sleep(RETRY_SECONDS)
        return False

    def document(self, sent: Sent) -> dict[str, Any]:
        number = sent.external_id.rsplit("-", 1)[-1]
        return {
            "external_id": sent.external_id,
            "body": sent.body,
            "author": {"id": f"a-{number}", "name": "Ana", "email": EMAIL.format(number)},
            "page": {"url": f"https://{sent.site.lower()}.example/{int(number) % 50}"},
            "ip": IP.format(int(number) % 250),
        }

    def _promise(self, sent: Sent, answer: dict[str, Any]) -> None:
        if sent.id and sent.id != answer["id"]:
            self.broken.append(f"{sent.external_id}: two ids")
        sent.id, sent.promised_at = answer["id"], sent.promised_at or time.time()

    def _batch(self, client: "Client") -> None:
        batch = [self.next(site="Courier") for _ in range(20)]
        ends = time.monotonic() + LONGEST_SECONDS
        for each in batch:
            each.busy = True
        while time.monotonic() < ends:
            status, answer = client.ask(
                "POST", "/v1/comments/batch", {"items": [self.document(each) for each in batch]}, "Courier"
            )
            self.statuses[status] += 1
            if status == 202:
                for each, row in zip(batch, answer["items"], strict=True):
                    if row["comment"]:
                        self._promise(each, row["comment"])
                return
            time.sleep(RETRY_SECONDS)

    def _afterwards(self, client: "Client", chance: random.Random) -> None:
        """What sites do with comments that they have: look, report, edit, erase."""
        with self._lock:
            sent = chance.choice(self.promised[-400:])
            busy, sent.busy = sent.busy, True
        if busy or sent.erased:
            return
        draw, path = chance.random(), f"/v1/comments/{sent.id}"
        if draw < 0.4:
            client.ask("GET", path, None, sent.site)
        elif draw < 0.6:
            client.ask("POST", f"{path}/reports", {"reader": f"r-{chance.random()}"}, sent.site)
        elif draw < 0.85:
            body = f"{sent.body} {chance.choice(WORDS)}"
            if client.insist("PATCH", path, {"body": body}, sent.site) == 200:
                sent.body, sent.revision = body, sent.revision + 1
        elif client.insist("DELETE", path, None, sent.site) == 204:
            sent.erased = True
        sent.busy = False


class Client:
    """One connection to the house, in a site's name; every answer is looked through for what must not leak."""

    def __init__(self, house: House, load: Load) -> None:
        self._house, self._load = house, load
        self._host = urlsplit(house.url).netloc
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, document: Any, site: str, key: str = "", *, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """(status, JSON); status 0: no answer."""
        sent = dict(headers or self._house.furniture["sites"][site]["headers"])
        sent |= {"Content-Type": "application/json"} | ({"Idempotency-Key": f'"{key}"'} if key else {})
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
            self._connection.request(method, path, None if document is None else json.dumps(document), sent)
            answered = self._connection.getresponse()
            body = answered.read()
        except (OSError, http.client.HTTPException):
            if self._connection:
                self._connection.close()
            self._connection = None
            return 0, {}
        self._look_for_leaks(path, body)
        return answered.status, json.loads(body) if body else {}

    def insist(self, method: str, path: str, document: Any, site: str) -> int:
        ends = time.monotonic() + LONGEST_SECONDS
        status = 0
        while time.monotonic() < ends:
            status, _ = self.ask(method, path, document, site)
            if status and status < 500:
                break
            time.sleep(RETRY_SECONDS)
        return status

    def _look_for_leaks(self, path: str, body: bytes) -> None:
        self._load.leaks += [f"{path}: an answer holds {each!r}" for each in PLANTED if each in body]
