"""Files that build on other files: the key ``extends`` names one, or several, laid in order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.documents.document import Document, merge, missing, neighbours, read
from sim.documents.problems import BadInput, Mark, Problem, nearest, settle, show, where_named

KEY = "extends"
LONGEST_CHAIN = 10  # files, each extending the next
MOST_BASES = 20  # files named by one ``extends``

Find = Callable[[str, Path | None], Path]


def resolve_extends(
    path_or_name: str,
    find: Find,
    names: Iterable[str] | Callable[[], Iterable[str]] = (),
    flaws: list[Problem] | None = None,
    allowed: str = "",
) -> Document:
    """The document of a file laid over those that it extends, without the key ``extends``.

    ``find(name, extending_file)`` gives the path that a name stands for (extending_file is None
    for ``path_or_name`` itself); it may raise FileNotFoundError. ``names`` are those to suggest
    for one that is not found, ``allowed`` says what may be named. Several bases are laid left to
    right, then the file itself; every value keeps the mark of the file that set it. Raises
    `BadInput` with the problems of all the files; flaws that leave the rest readable go to
    ``flaws`` if that list is given.
    """
    chain = _Chain(find, names, allowed)
    document = chain.follow(path_or_name, None, (), Mark(path_or_name or "''", 0, 0))
    if document is None:
        raise BadInput(chain.flaws)
    settle(chain.flaws, flaws)
    return document


@dataclass
class _Chain:
    """Files read so far, each once, and what was wrong with them."""

    find: Find
    names: Iterable[str] | Callable[[], Iterable[str]]
    allowed: str
    flaws: list[Problem] = field(default_factory=list)
    done: dict[Path, Document | None] = field(default_factory=dict)

    def follow(self, name: str, parent: Path | None, above: tuple[Path, ...], mark: Mark) -> Document | None:
        """The resolved document that a name at a mark stands for; None if there is a flaw."""
        path = self._found(name, parent, mark)
        if path is None:
            return None
        real = path.resolve()
        if real in above:
            chain = " -> ".join(each.name for each in (*above[above.index(real) :], real))
            self._refuse(mark, "files extend each other in a circle", found=chain)
            return None
        if len(above) == LONGEST_CHAIN:
            allowed = f"{LONGEST_CHAIN} files"
            self._refuse(mark, "the chain of extended files is too long", allowed=allowed)
            return None
        if real not in self.done:
            self.done[real] = self._resolved(path, (*above, real), name, mark)
        return self.done[real]

    def _refuse(self, mark: Mark, message: str, **details: Any) -> None:
        path = KEY if mark.line else ""
        self.flaws.append(Problem(mark, path, message=message, **details))

    def _found(self, name: str, parent: Path | None, mark: Mark) -> Path | None:
        path = None
        if not name.strip():
            self._refuse(mark, "no file is named", found=show(name), allowed=self.allowed, absent=True)
            return None
        try:
            path = self.find(name, parent)
            path.stat()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            known = self.names() if callable(self.names) else self.names
            near = nearest(name, [*known, *(neighbours(path) if path else ())])
            said = missing(path or Path(name))
            self._refuse(mark, said, found=show(name), allowed=self.allowed, nearest=near, absent=True)
            return None
        except OSError as error:
            self._refuse(mark, f"the file cannot be read: {error.strerror}", found=show(name))
            return None
        return path

    def _resolved(self, path: Path, above: tuple[Path, ...], name: str, mark: Mark) -> Document | None:
        try:
            document = read(path, self.flaws)
        except BadInput as bad:
            named = where_named(bad.problems, mark, (KEY,), name) if mark.line else bad.problems
            self.flaws.extend(named)
            return None
        bases = self._bases(document)
        below = [self.follow(name, path, above, mark) for name, mark in bases or ()]
        sound = [each for each in below if each is not None]
        if bases is None or len(sound) < len(below):
            return None
        return _laid([*sound, document.without(KEY)])

    def _bases(self, document: Document) -> list[tuple[str, Mark]] | None:
        """The names that a document extends and their places; None if they are no names."""
        if KEY not in document.data:
            return []
        value = document.data[KEY]
        named = value if isinstance(value, list) else [value]
        if named and len(named) <= MOST_BASES and all(isinstance(name, str) for name in named):
            steps = [(KEY, index) if named is value else (KEY,) for index in range(len(named))]
            return [(name, document.at(at)) for name, at in zip(named, steps, strict=True)]
        allowed = f"the name of a file, or a list of 1 to {MOST_BASES} names"
        self._refuse(document.at((KEY,)), "no file to extend", found=show(value), allowed=allowed)
        return None


def _laid(documents: Sequence[Document]) -> Document:
    whole = documents[0]
    for over in documents[1:]:
        whole = merge(whole, over)
    return replace(whole, file=documents[-1].file)
