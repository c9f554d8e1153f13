"""Documents: nested data with a mark for every value, read from files, merged and amended."""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.documents.composing import DEEPEST, UNWANTED, Node, compose
from sim.documents.problems import (
    BadInput,
    KeyPath,
    Mark,
    Problem,
    dotted,
    nearest,
    settle,
    show,
)

LARGEST = 1_000_000  # bytes of a file


@dataclass(frozen=True)
class Document:
    """Values and where each came from; not to be changed in place.

    data: mappings, lists and scalars (None, bool, int, float, date, str), as YAML gives them.
    marks: for the path of every value, its place; for a block mapping or list, that of its key.
    file: the file that gives the document its name. keys: for every key's path, the key's place.
    """

    data: dict[str, Any]
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
    settle(found, flaws)
    return document


def merge(base: Document, over: Document) -> Document:
    """``over`` laid upon ``base``: mappings join key by key, lists and scalars are replaced.

    Marks follow their values; a mapping present in both is marked where ``over`` has it. The file
    stays that of ``base``. Associative as long as no path is a mapping in one document and
    something else in another.
    """
    return _Merger(base, over).document()


def with_value(
    document: Document,
    assignment: str,
    file: str = "--set",
    flaws: list[Problem] | None = None,
) -> Document:
    """The document with one value set from a text such as ``south.watch.response_margin_m=40``.

    What follows the first ``=`` is YAML (``40``, ``true``, ``[1, 2]``, ``{a: 1}``) and is laid
    over the document as `merge` does. Raises `BadInput`, every place being ``file`` as a whole.
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
    return merge(document, _nested(parts, _spread(root, file), nowhere))


class _Merger:
    """One merge: the marks of the result grow as its values are picked."""

    def __init__(self, base: Document, over: Document) -> None:
        self._base, self._over = base, over
        self._marks: dict[KeyPath, Mark] = {}
        self._keys: dict[KeyPath, Mark] = {}

    def document(self) -> Document:
        data = self._join(self._base.data, self._over.data, ())
        return Document(data, self._marks, self._base.file, self._keys)

    def _join(self, below: Any, above: Any, path: KeyPath) -> Any:
        if not (isinstance(below, dict) and isinstance(above, dict)):
            return self._carry(self._over, above, path)
        self._mark(self._base, path)
        if path in self._over.marks:
            self._mark(self._over, path)
        return {key: self._pick(below, above, key, (*path, key)) for key in {**below, **above}}

    def _pick(self, below: dict, above: dict, key: str, path: KeyPath) -> Any:
        if key not in above:
            return self._carry(self._base, below[key], path)
        if key not in below:
            return self._carry(self._over, above[key], path)
        return self._join(below[key], above[key], path)

    def _carry(self, source: Document, value: Any, path: KeyPath) -> Any:
        self._mark(source, path)
        for step, child in children(value):
            self._carry(source, child, (*path, step))
        return value

    def _mark(self, source: Document, path: KeyPath) -> None:
        self._marks[path] = source.at(path)
        if path in source.keys:
            self._keys[path] = source.keys[path]


def children(value: Any) -> Iterable[tuple[str | int, Any]]:
    """The steps into a mapping or list and what stands there; nothing for a scalar."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


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


def _nested(parts: tuple[str, ...], value: Document, mark: Mark) -> Document:
    """The value under its keys; only the value is marked, so that a merge keeps other marks."""
    data = value.data
    for part in reversed(parts):
        data = {part: data}
    marks = {(*parts, *path): mark for path in value.marks}
    return Document(data, marks, mark.file, dict.fromkeys([parts, *list(marks)], mark))


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
    return _of_file(path, missing(path), nearest=nearest(path.name, neighbours(path)))


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


def _of_file(path: Path, message: str, **details: str | None) -> Problem:
    return Problem(Mark(str(path), 0, 0), "", message=message, **details)
