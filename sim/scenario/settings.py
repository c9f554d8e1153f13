"""What was asked for beside the files, and what of it does not hold because something above replaces it.

The order, lowest first: defaults, files in the order of ``extends``, levels of a study, ``--set``, injects,
policies as they are named, clauses of an agreement. A level or ``--set`` changes the scenario itself, as a
file with that value would.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.documents import Document, Mark, Problem, StrictModel
from sim.documents.laying import at_path
from sim.documents.problems import KeyPath, dotted
from sim.scenario.entry import ReplacedEntry
from sim.scenario.operations import operation_at
from sim.scenario.overlays import MarkedOverlay, OverlayKind
from sim.scenario.scenario_file import Scenario

LEVEL, SET = "a level", "--set"  # who asks, beside policies


@dataclass(frozen=True)
class SetValue:
    """The value of a parameter, by its dotted ``path``, that was asked for: ``by`` whom, and where.

    Of a policy it may be an operation on the value below. ``kind``: that of the overlay that asks;
    nothing of a level, of ``--set``, and where a manifest tells it.
    """

    path: str
    value: Any
    by: str
    mark: Mark
    kind: OverlayKind | None = None

    @property
    def words(self) -> str:
        """Who asks for it, and what that is."""
        match self.kind:
            case "agreed" | "implemented":
                return f"the clause {self.by} of the agreement"
            case "inject":
                return f"the event '{self.by}'"
            case "policy":
                return f"the policy '{self.by}'"
        return self.by


@dataclass(frozen=True)
class Replaced:
    """A setting in the place of which another one holds, always or for a while."""

    asked: SetValue
    instead: SetValue

    @property
    def problem(self) -> Problem:
        """Both, where one of the two is wanted."""
        asked, instead = self.asked, self.instead
        where = "" if str(asked.mark) == asked.by else f" ({asked.mark})"
        message = f"{instead.words} replaces what {asked.words}{where} sets, {plain(asked.value)}"
        if asked.by == instead.by == SET:
            message = f"is set twice, before to {plain(asked.value)}"
        return Problem(instead.mark, instead.path, plain(instead.value), self._allowed, None, message)

    @property
    def _allowed(self) -> str:
        if self.instead.kind not in ("agreed", "implemented"):
            return "one of the two"
        clauses = f"talks.{self.instead.kind}_clauses"
        return (
            f"to leave {self.asked.words} out, or that clause out of {clauses} (--set {clauses}=[...]); "
            "`dmz compare` plays both, and says so"
        )

    @property
    def saved(self) -> ReplacedEntry:
        """As a manifest has it: without the places."""
        return ReplacedEntry(
            path=self.asked.path,
            asked=self.asked.value,
            by=self.asked.by,
            instead=self.instead.value,
            instead_by=self.instead.by,
        )

    @classmethod
    def revived(cls, saved: ReplacedEntry, mark: Mark) -> "Replaced":
        """What ``saved`` says, every place being ``mark``."""
        path = saved["path"]
        return cls(
            SetValue(path, saved["asked"], saved["by"], mark),
            SetValue(path, saved["instead"], saved["instead_by"], mark),
        )


def plain(value: Any) -> str:
    """A value as files write it, an operation by its words."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(plain, value))}]"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def settings_in(document: Document, by: str, kind: OverlayKind | None = None) -> Iterator[SetValue]:
    """What a document of a scenario's keys sets, parameter by parameter."""
    for path in _leaves(Scenario, document.data):
        yield SetValue(dotted(path), at_path(document.data, path), by, document.at_key(path), kind)


def _leaves(model: type[StrictModel], data: Mapping[str, Any], at: KeyPath = ()) -> Iterator[KeyPath]:
    """Paths in data in the shape of a model: down to its parameters, and no further."""
    for name, value in data.items():
        field = model.model_fields.get(name)
        inner = field.annotation if field else None
        if isinstance(inner, type) and issubclass(inner, StrictModel) and isinstance(value, Mapping):
            yield from _leaves(inner, value, (*at, name))
        else:
            yield (*at, name)


def replaced(
    settings: Sequence[SetValue], marked: Iterable[MarkedOverlay], days: range
) -> tuple[Replaced, ...]:
    """What of the settings, and of the policies in ``marked``, is replaced by what comes after.

    ``days``: those of a run, the warm-up's below 0. What an operation does to a value, and another
    setting of the same value, replace nothing.
    """
    found: list[Replaced] = []
    asked: list[SetValue] = []
    for setting in settings:
        found += _hidden(asked, setting)
        asked.append(setting)
    overlays = list(marked)
    for i, each in enumerate(overlays):
        overlay = each.overlay
        again = any(later.overlay == overlay for later in overlays[i + 1 :])
        if again or overlay.from_day > days[-1] or overlay.until_day <= days[0]:
            continue
        own = list(settings_in(each.document, overlay.name, overlay.kind))
        for setting in own:
            found += _hidden(asked, setting)
        if overlay.kind == "policy":
            asked += own
    return tuple(found)


def _hidden(asked: Iterable[SetValue], above: SetValue) -> Iterator[Replaced]:
    if isinstance(above.value, Mapping) and operation_at(tuple(above.path.split("."))):
        return
    for each in asked:
        if each.path == above.path and each.value != above.value:
            yield Replaced(each, above)
