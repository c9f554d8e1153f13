"""Files that appear whole or not at all, whatever their place is called.

Parquet is read and written by open files: pyarrow takes a path with a colon for the address of a
server, and knows no name that is not UTF-8. A file's *seal* is the digest of its bytes; a list of
seals, written last, says which files belong together, so that nothing else is ever counted.
"""

import errno
import hashlib
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.wording import put_between

_UNFINISHED = re.compile(r"\.[0-9]+-[0-9]+\.part")  # the name of a file while it is being written
_ROW_GROUP = 25_000  # rows that are read together, whatever is wanted of them
_numbers = itertools.count()


class Damaged(Exception):  # noqa: N818
    """A file of results is not what was written: which, and in what way."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Have ``write`` make a file beside ``path``, then put it in its place in one step."""
    temporary = path.with_name(f".{os.getpid()}-{next(_numbers)}.part")
    try:
        write(temporary)
        sync(temporary)
        os.replace(temporary, path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def unfinished(path: Path) -> bool:
    """Whether ``write_whole`` was killed when it wrote this."""
    return _UNFINISHED.fullmatch(path.name) is not None and path.is_file()


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises OSError, and ValueError for one that cannot be read as such."""
    try:
        return json.loads(path.read_text("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write plain values as JSON, in their order."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda to: to.write_text(text, encoding="utf-8"))


def renew_between(page: Path, begin: str, end: str, middle: str) -> None:
    """Put another middle between two marks of a page; raises ``ValueError`` where they are not there."""
    text = put_between(page.read_text("utf-8"), begin, end, middle)
    write_whole(page, lambda to: to.write_text(text, "utf-8"))


def sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on the disk; some file systems cannot for folders."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP) or not path.is_dir():
            raise
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# -- Parquet --------------------------------------------------------------------------------------


def write_parquet(path: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> None:
    """Write tables one after the other into one file."""
    with path.open("wb") as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table, row_group_size=_ROW_GROUP)
    sync(path)


def opened(path: Path) -> pa.OSFile:
    """A file as pyarrow reads it: its threads must hold nothing of Python's when a program ends."""
    return pa.OSFile(os.fsencode(path))


def read_parquet(path: Path, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
    """A table, or some of its columns; with ``filters`` only the groups of rows that may match."""
    with opened(path) as stream:
        return pq.read_table(stream, columns=columns, filters=filters)


def schema_in(path: Path) -> pa.Schema | None:
    """The columns of a Parquet file; None if it is none."""
    try:
        with path.open("rb") as stream:
            return pq.read_schema(stream)
    except (pa.ArrowException, OSError):
        return None


def count_rows(path: Path) -> int:
    """How many rows a Parquet file has."""
    with opened(path) as stream:
        return pq.read_metadata(stream).num_rows


# -- seals ----------------------------------------------------------------------------------------


def write_seals(folder: Path, name: str, owner: str, files: Iterable[str]) -> None:
    """Seal files of ``folder``; ``owner`` says to whose results they belong."""
    digests = {file: digest_of(folder / file) for file in sorted(files)}
    write_json(folder / name, {"owner": owner, "files": digests})


def sealed(folder: Path, name: str, owner: str) -> set[str]:
    """The files that are sealed in ``folder``; each is as it was written.

    Raises ``Damaged`` naming the first that is not, or seals of another owner.
    """
    seals = folder / name
    try:
        kept = read_json(seals)
        whose, files = kept["owner"], dict(kept["files"].items())
    except (FileNotFoundError, NotADirectoryError):
        raise Damaged(seals, "is missing") from None
    except (ValueError, TypeError, KeyError, AttributeError, IsADirectoryError):
        raise Damaged(seals, "is damaged") from None
    if whose != owner:
        raise Damaged(seals, "belongs to other results")
    if not all(Path(file).name == file and file.isprintable() for file in files):
        raise Damaged(seals, "is damaged: it names what is no file of its folder")
    for file, digest in files.items():
        if not (folder / file).is_file():
            raise Damaged(folder / file, "is missing")
        if digest_of(folder / file) != digest:
            raise Damaged(folder / file, "is damaged: it is not what was written")
    return set(files)
