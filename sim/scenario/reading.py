"""From names to documents: files laid over those that they extend, under what is asked for beside them.

Nothing is checked against the schema yet: that is ``sim.scenario.loading``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sim.documents import BadInput, Document, Mark, Problem, Tree, assigned, merge, resolve_extends
from sim.documents.problems import KeyPath, dotted, show, where_named
from sim.scenario.library import Kind, find, nameable, scenario_folder, shipped
from sim.scenario.scenario_file import MOST_DAYS, Scenario
from sim.scenario.settings import LEVEL, SET, SetValue, settings_in

T = TypeVar("T")
Name = str | Path


def names(given: Name | Iterable[Name]) -> tuple[str, ...]:
    """Names that were given; a bare text is one of them, not its letters."""
    return (str(given),) if isinstance(given, Name) else tuple(map(str, given))


def set_again(scenario: str, under: str) -> list[str]:
    """Values of ``under`` that ``scenario`` over it sets to something else, each in words.

    Raises ``BadInput`` with what is wrong with either file.
    """
    reading = Reading()
    over, base = reading.read(scenario, "scenarios"), reading.read(under, "scenarios")
    if over is None or base is None:
        raise BadInput(reading.problems)
    values = dict(_leaves(_beside_the_baseline(over).data))
    return [
        f"{dotted(path)} = {show(values[path])} instead of {show(value)}"
        for path, value in _leaves(base.data)
        if path in values and values[path] != value and path[0] not in ("name", "description")
    ]


def _beside_the_baseline(document: Document) -> Document:
    """What a scenario says beside the baseline, in whose place another situation lies under it."""
    baseline = {str(scenario_folder() / f"{name}.yaml") for name in ("baseline", "declared")}

    def kept(tree: Mapping[str, Any], path: KeyPath = ()) -> Tree:
        found: Tree = {}
        for key, value in tree.items():
            at = (*path, key)
            if isinstance(value, Mapping) and value:
                if inside := kept(value, at):
                    found[key] = inside
            elif document.at(at).file not in baseline:
                found[key] = value
        return found

    return replace(document, data=kept(document.data))


def _leaves(tree: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _leaves(value, (*path, key))
    else:
        yield path, tree


class Reading:
    """One reading: every method adds what it finds wrong to ``problems`` and goes on."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._lineage: list[str] = []
        self._sources: list[Path] = []
        self._declared_days = 0  # by its files
        self._settings: list[SetValue] = []
        self._files: Document | None = None  # the scenario's, without levels and the command line

    def _attempt(self, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except BadInput as bad:
            self.problems += bad.problems
            return None

    def _refuse(self, mark: Mark, path: KeyPath, message: str, **details: Any) -> None:
        self.problems.append(Problem(mark, dotted(path), message=message, **details))

    @contextmanager
    def _named_at(self, mark: Mark, path: KeyPath, name: str) -> Iterator[None]:
        """What is wrong with a whole file is said where it is named."""
        known = len(self.problems)
        yield
        self.problems[known:] = where_named(self.problems[known:], mark, path, name)

    def read(self, name: str, kind: Kind, beside: Path | None = None) -> Document | None:
        """The document that a name stands for, laid over those that it extends."""

        def look(wanted: str, by: Path | None) -> Path:
            path = find(wanted, kind, by or beside)
            self._sources.append(path)
            if kind == "scenarios" and path.parent == scenario_folder():
                self._lineage.append(path.stem)
            return path

        document = self._attempt(
            lambda: resolve_extends(name, look, lambda: shipped(kind), self.problems, nameable(kind))
        )
        if document is not None and document.at_key(("name",)).file != document.file:
            self._refuse(
                Mark(document.file, 1, 1),
                ("name",),
                "missing key",
                allowed="a name of its own beside `extends`",
            )
        return document

    def _over(self, name: str, under: str) -> Document | None:
        """A scenario over another one, under a name that tells both."""
        base, document = self.read(under, "scenarios"), self.read(name, "scenarios")
        if base is None or document is None:
            return None
        both = merge(base, _beside_the_baseline(document))
        told = f"{document.data.get('name', name)}, in {base.data['name']}"
        return replace(both, file=document.file, data=both.data | {"name": told})

    def scenario(
        self,
        name: str,
        levels: Iterable[Document],
        assignments: Iterable[str],
        days: int | None,
        under: str | None = None,
    ) -> Document | None:
        """The scenario's document with what levels and the command line change in it."""
        document = self.read(name, "scenarios") if under is None else self._over(name, under)
        if document is None:
            return None
        self._files = document
        declared = document.data.get("days", Scenario.model_fields["days"].default)
        self._declared_days = min(declared, MOST_DAYS) if isinstance(declared, int) else 0
        for level in levels:
            document = self._with(document, level, LEVEL)
        for text in assignments:
            change = self._attempt(partial(assigned, text, SET, self.problems))
            document = self._with(document, change, SET)
        if days is not None:
            self._refuse_days_set_too(days)
            document = merge(document, assigned(f"days={days}", "--days"))
        return document

    def _with(self, document: Document, change: Document | None, by: str) -> Document:
        """The document with a change, if it is sound, which is noted as asked for."""
        self._settings += settings_in(change, by) if change else ()
        return merge(document, change) if change else document

    def _refuse_days_set_too(self, days: int) -> None:
        if any(each.path == "days" and each.by == SET for each in self._settings):
            self._refuse(
                Mark("--days", 0, 0),
                ("days",),
                "--set says how many days too",
                found=str(days),
                allowed="one of the two",
            )
