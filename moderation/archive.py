"""A backup's file: a zip with a file of JSON lines for each table, an array for each row, and a manifest, written last.

The manifest says which revision the tables are of, what each column holds, how many rows there are, and a checksum for
each table. It knows nothing of the database it came from: either kind can be filled from it. What was interrupted has
no manifest, and no name that looks whole.
"""

import base64
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from moderation.errors import BackupInvalidError

FORMAT = 1
MANIFEST = "manifest.json"
COMPRESSION = 3  # of 9: half the time for a tenth more bytes

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a backup."""

    name: str
    columns: Mapping[str, str]  # name -> what it holds, in the order of a row: see HOLDS
    rows: int = 0
    sha256: str = ""  # of its lines


@dataclass(frozen=True, slots=True)
class Manifest:
    revision: str
    at: str  # the moment that it shows
    tables: tuple[Table, ...]  # in an order in which they can be filled
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


# What a column holds -> how JSON says it, and how that is read again. What is not here, JSON can say by itself.
HOLDS: Mapping[str, tuple[Any, Any]] = {
    "uuid": (str, UUID),
    "time": (datetime.isoformat, datetime.fromisoformat),
    "bytes": (_base64, base64.b64decode),
}


@contextmanager
def created(path: Path) -> Iterator[zipfile.ZipFile]:
    """A new file, for its owner alone. It has its name when it is whole and on the disk, and not a moment before."""
    handle, named = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)  # mode 0600
    unfinished = Path(named)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def write_table(archive: zipfile.ZipFile, table: Table, rows: Iterable[Row]) -> Table:
    """Write a table's rows; the same table, with their number and checksum."""
    says = [HOLDS.get(kind, (None, None))[0] for kind in table.columns.values()]
    digest, count = hashlib.sha256(), 0
    with archive.open(_member(table), "w", force_zip64=True) as file:
        for row in rows:
            plain = [
                value if say is None or value is None else say(value) for say, value in zip(says, row, strict=True)
            ]
            line = json.dumps(plain, separators=(",", ":")).encode() + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return Table(table.name, table.columns, count, digest.hexdigest())


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup to be read; whatever cannot be read as one raises BackupInvalidError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _manifest(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError) as broken:
        raise BackupInvalidError from broken


def check(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Read all of it once: every row is there, and none was changed."""
    for table in manifest.tables:
        digest, count = hashlib.sha256(), 0
        with _reading(archive, table) as file:
            for line in file:
                digest.update(line)
                count += 1
        if (count, digest.hexdigest()) != (table.rows, table.sha256):
            raise BackupInvalidError(f"The table '{table.name}' of this backup is damaged.")


def read_table(archive: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    reads = [(name, HOLDS.get(kind, (None, None))[1]) for name, kind in table.columns.items()]
    with _reading(archive, table) as file:
        for line in file:
            plain = zip(reads, json.loads(line), strict=True)
            yield {name: value if read is None or value is None else read(value) for (name, read), value in plain}


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        plain = json.loads(archive.read(MANIFEST))
        if plain["format"] != FORMAT:
            raise BackupInvalidError(f"This backup has format {plain['format']}; this version reads format {FORMAT}.")
        return Manifest(plain["revision"], plain["at"], tuple(Table(**each) for each in plain["tables"]))
    except (KeyError, TypeError, ValueError) as broken:
        raise BackupInvalidError from broken


def _reading(archive: zipfile.ZipFile, table: Table) -> IO[bytes]:
    try:
        return archive.open(_member(table))
    except KeyError as missing:
        raise BackupInvalidError(f"The table '{table.name}' is missing in this backup.") from missing


def _member(table: Table) -> str:
    return f"tables/{table.name}.jsonl"


def _sync(folder: Path) -> None:
    """A new name is on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
