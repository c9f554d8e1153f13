"""Documents: nested data with a mark for every value, read from files, merged and amended."""

import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.documents.composing import DEEPEST, UNWANTED, Node, compose
from sim.documents.laying import Tree, at_path, children, laid_over, mappings, paths
from sim.documents.problems import BadInput, KeyPath, Mark, Problem, dotted, nearest, settle, show

LARGEST = 1_000_000  # bytes of a file
_BEGINNINGS = {  # of files that are easily taken for text
    b"PK\x03\x04": "an Excel workbook, a Word document or another zip archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook or a Word document of the older kind",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"PAR1": "a Parquet table",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
}


@dataclass(frozen=True)
class Document:
    """Values and where each came from; not to be changed in place.

    data: mappings, lists and scalars (None, bool, int, float, date, str), as YAML gives them.
    marks: for the path of every value, its place; for a block mapping or list, that of its key.
    file: the file that gives the document its name. keys: for every key's path, the key's place.
    """

    data: Tree
    marks: Mapping[KeyPath, Mark]
    file: str
    keys: Mapping[KeyPath, Mark] = field(default_factory=dict)

    def at(self, path: KeyPath) -> Mark:
        """The place of a value; if it stands nowhere, that of what would contain it."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path) or Mark(self.file, 0, 0)

    def at_key(self, path: KeyPath) -> Mark:
        """The place of the key under which a value stands (of the value itself, in a list)."""
        return self.keys.get(path) or self.at(path)

    def part(self, at: KeyPath) -> "Document":
        """What stands at a path (None if nothing does), with its places, as a document of its own."""
        n = len(at)
        marks = {path[n:]: mark for path, mark in self.marks.items() if path[:n] == at}
        keys = {path[n:]: mark for path, mark in self.keys.items() if path[:n] == at and path != at}
        return Document(at_path(self.data, at), marks, self.file, keys)

    def without(self, key: str) -> "Document":
        """The document without one of its outermost keys."""
        data = {name: value for name, value in self.data.items() if name != key}
        marks = {path: mark for path, mark in self.marks.items() if path[:1] != (key,)}
        keys = {path: mark for path, mark in self.keys.items() if path[:1] != (key,)}
        return replace(self, data=data, marks=marks, keys=keys)


def read(path: Path, flaws: list[Problem] | None = None) -> Document:
    """The document in a UTF-8 file of at most 1 MB.

    Raises `BadInput` for a file that `text_of` refuses or that is empty, and for all that `parse`
    refuses.
    """
    return parse(text_of(path, LARGEST), str(path), flaws)


def text_of(path: Path, largest: int) -> str:
    """The text of a UTF-8 file of at most ``largest`` bytes, without a byte order mark.

    Raises `BadInput` for a file that is missing, no ordinary file, not readable, too large or not
    UTF-8.
    """
    return _text(path, _bytes(path, largest), largest).removeprefix("\ufeff")


def parse(text: str, file: str, flaws: list[Problem] | None = None) -> Document:
    """The document in a text; ``file`` names it in messages.

    Refuses control characters, broken YAML, several documents, keys written twice, keys that are
    no text, tags, merge keys, recursive aliases, over 10,000 values (aliases expanded), over 20
    levels, and anything but a mapping at the top. Raises `BadInput` naming all that it can; flaws
    that leave the rest readable go to ``flaws`` if that list is given.
    """
    document, found = _parsed(text, file)
    settle(found, flaws)
    return document


@lru_cache(256)  # the arms of a study have their files in common
def _parsed(text: str, file: str) -> tuple[Document, tuple[Problem, ...]]:
    """The document, and flaws that leave it readable."""
    found: list[Problem] = []
    root = compose(text, file, found)
    start = Mark(file, 1, 1)
    if root is None:
        raise BadInput([*found, Problem(start, "", message="the file is empty")])
    document = _spread(root, file)
    if not isinstance(document.data, dict):
        allowed = "keys with values, as in 'name: value'"
        top = Problem(root.mark, "", show(document.data), allowed, message="no mapping at the top")
        raise BadInput([*found, top])
    return document, tuple(found)


def merge(base: Document, over: Document) -> Document:
    """``over`` laid upon ``base``: mappings join key by key, lists and scalars are replaced.

    Marks follow their values; a mapping present in both is marked where ``over`` has it. The file
    stays that of ``base``. Associative as long as no path is a mapping in one document and
    something else in another.
    """
    joined = {*mappings(base.data)} & {*mappings(over.data)}
    said = {*paths(over.data)} - (joined - over.marks.keys())
    data = laid_over(base.data, over.data)
    owner = {path: over if path in said else base for path in paths(data)}
    marks = {path: source.at(path) for path, source in owner.items()}
    keys = {path: source.keys[path] for path, source in owner.items() if path in source.keys}
    return Document(data, marks, base.file, keys)


def assigned(assignment: str, file: str = "--set", flaws: list[Problem] | None = None) -> Document:
    """What a text such as ``south.watch.response_margin_m=40`` sets, to be merged over a document.

    What follows the first ``=`` is YAML (``40``, ``true``, ``[1, 2]``, ``{a: 1}``). Raises `BadInput`,
    every place being ``file`` as a whole.
    """
    name, equals, text = assignment.partition("=")
    parts = tuple(part.strip() for part in name.split("."))
    path = dotted(parts)
    nowhere = Mark(file, 0, 0)
    if not equals or not all(parts) or len(parts) > DEEPEST or UNWANTED.search(name):
        wanted = "key=value, the key being names joined by dots"
        raise BadInput([Problem(nowhere, "", show(assignment), wanted, message="no assignment")])
    found: list[Problem] = []
    try:
        root = compose(text, file, found)
    except BadInput as bad:
        raise BadInput(_moved(bad.problems, nowhere, path)) from None
    if root is None:
        raise BadInput([Problem(nowhere, path, message="no value after the '='")])
    settle(_moved(found, nowhere, path), flaws)
    value = _spread(root, file)
    value = replace(value, marks=dict.fromkeys(value.marks, nowhere), keys=dict.fromkeys(value.keys, nowhere))
    return under(parts, value, nowhere)


def under(parts: Sequence[str], value: Document, key: Mark) -> Document:
    """A value as it stands below nested keys, all of them at ``key``.

    Only the value is marked: where it is merged, mappings around it keep their own marks.
    """
    data = value.data
    for part in reversed(parts):
        data = {part: data}
    marks = {(*parts, *path): mark for path, mark in value.marks.items()}
    keys = {(*parts, *path): mark for path, mark in value.keys.items()}
    keys |= {tuple(parts[: n + 1]): key for n in range(len(parts))}
    return Document(data, marks, key.file, keys)


def _spread(root: Node, file: str) -> Document:
    """The document that a tree of nodes stands for; aliased values are repeated."""
    marks: dict[KeyPath, Mark] = {}
    keys: dict[KeyPath, Mark] = {}

    def plain(node: Node, path: KeyPath) -> Any:
        marks[path] = node.mark
        keys.update({(*path, key): mark for key, mark in node.keys.items()})
        inside = {step: plain(child, (*path, step)) for step, child in children(node.value)}
        if isinstance(node.value, dict):
            return inside
        return list(inside.values()) if isinstance(node.value, list) else node.value

    return Document(plain(root, ()), marks, file, keys)


def _moved(problems: Iterable[Problem], mark: Mark, path: str) -> list[Problem]:
    """Problems of a value as problems of the assignment that it stands in."""
    paths = (f"{path}.{problem.path}".rstrip(".") for problem in problems)
    return [replace(p, mark=mark, path=at) for p, at in zip(problems, paths, strict=True)]


def _bytes(path: Path, largest: int) -> bytes:
    try:
        kind = path.stat().st_mode
        if stat.S_ISREG(kind):
            with path.open("rb") as stream:
                return stream.read(largest + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise BadInput([_unreadable(path, error)]) from None
    found = "a folder" if stat.S_ISDIR(kind) else "a device or pipe"
    raise BadInput([_of_file(path, "this is no file", found=found, allowed="an ordinary file")])


def _unreadable(path: Path, error: OSError | ValueError) -> Problem:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        reason = getattr(error, "strerror", None) or str(error)
        return _of_file(path, f"the file cannot be read: {reason}")
    near = nearest(path.name, neighbours(path))
    return Problem(Mark(str(path), 0, 0), "", nearest=near, message=missing(path), absent=True)


def missing(path: Path) -> str:
    """What is said of a file that is not there."""
    return "there is no such file" + (": this link leads nowhere" if path.is_symlink() else "")


def neighbours(path: Path) -> list[str]:
    """The names of the other files in the folder where a file was looked for."""
    try:
        return [entry.name for entry in path.parent.iterdir() if entry.name != path.name]
    except (OSError, ValueError):
        return []


def _text(path: Path, content: bytes, largest: int) -> str:
    if len(content) > largest:
        allowed = f"{largest:,} bytes"
        raise BadInput([_of_file(path, "the file is too large", allowed=allowed)])
    if other := next((what for begins, what in _BEGINNINGS.items() if content.startswith(begins)), None):
        raise BadInput([_of_file(path, "the file is not UTF-8", found=other, allowed="text saved as UTF-8")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput([_undecodable(path, content, error.start)]) from None


def _undecodable(path: Path, content: bytes, offset: int) -> Problem:
    before = content[:offset]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
    mark = Mark(str(path), before.count(b"\n") + 1, column)
    found = f"byte 0x{content[offset]:02x} at offset {offset}"
    return Problem(mark, "", found, "text in UTF-8", message="the file is not UTF-8")


def _of_file(path: Path, message: str, **details: Any) -> Problem:
    return Problem(Mark(str(path), 0, 0), "", message=message, **details)
