"""A document against a pydantic model: every error becomes a `Problem` at the offending place."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.documents.document import Document
from sim.documents.laying import children
from sim.documents.meant import meant
from sim.documents.problems import BadInput, KeyPath, Mark, Problem, dotted, nearest, printable, show
from sim.documents.strict import Conflicts
from sim.documents.wanted import Wanted, key_of, places

Model = TypeVar("Model", bound=BaseModel)
Fork = tuple[KeyPath, str, Wanted]  # where a union stands, the member tried, the union

_OUT_OF_RANGE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"}
_REFUSED_OUTRIGHT = {"literal_error", "enum", "none_required"}
_DIGITS = r"[-+]?[0-9]+(\.[0-9]*)?"
_TEXT_OF_DIGITS = re.compile(f'"{_DIGITS}"')  # in JSON


def validate(document: Document, model: type[Model], flaws: Iterable[Problem] = ()) -> Model:
    """The model that the document describes.

    Types are strict: neither a truth value nor a text is a number, a whole number is a number, a
    date is one, with or without quotes. Raises `BadInput` with ``flaws`` and every error found;
    where a value may be of several forms, with the errors of the form that it comes closest to.
    """
    text = json.dumps(document.data, default=date.isoformat)
    try:
        value = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise BadInput([*flaws, *_Translator(document, model).problems(error)]) from None
    wrong = [*flaws, *(_digits_as_dates(document, value) if _TEXT_OF_DIGITS.search(text) else ())]
    if wrong:
        raise BadInput(wrong)
    return value


@dataclass(frozen=True)
class _Fault:
    """One pydantic error: its place in the document, what is wanted there and around it."""

    error: ErrorDetails
    path: KeyPath
    wanted: Wanted
    around: Wanted
    forks: tuple[Fork, ...]

    @classmethod
    def of(cls, error: ErrorDetails, model: type[BaseModel]) -> "_Fault":
        """Follow the error's location, which names the members of unions among the keys."""
        wanted = around = Wanted.of(model)
        path: KeyPath = ()
        forks: tuple[Fork, ...] = ()
        for step in error["loc"]:
            if wanted.is_union:
                forks = (*forks, (path, str(step), wanted))
                wanted = wanted.member(str(step))
            elif step == "[key]":
                wanted = around.key
            else:
                around, wanted = wanted, wanted.inside(step)
                path = (*path, step)
        return cls(error, path, wanted, around, forks)

    @property
    def outright(self) -> bool:
        """Whether the value is not even of the kind wanted."""
        kind = self.error["type"]
        return kind.endswith(("_type", "_parsing")) or kind in _REFUSED_OUTRIGHT


def _follows(fault: _Fault, faults: Iterable[_Fault]) -> bool:
    """Whether a list is called too short only because some of its values were refused."""
    inside = (other.path for other in faults if len(other.path) > len(fault.path))
    return fault.error["type"] == "too_short" and any(
        path[: len(fault.path)] == fault.path for path in inside
    )


def _settled(faults: Sequence[_Fault], depth: int = 0) -> Iterator[_Fault]:
    """The faults that remain when each union is judged by its closest member alone."""
    groups: dict[KeyPath, dict[str, list[_Fault]]] = {}
    for fault in faults:
        if len(fault.forks) <= depth:
            yield fault
        else:
            path, label, _ = fault.forks[depth]
            groups.setdefault(path, {}).setdefault(label, []).append(fault)
    for path, members in groups.items():
        yield from _closest(path, list(members.values()), depth)


def _closest(path: KeyPath, members: list[list[_Fault]], depth: int) -> Iterator[_Fault]:
    first = members[0][0]
    union = first.forks[depth][2]
    told_apart = union.tag is not None
    entered = [
        faults
        for faults in members
        if told_apart
        or (any(fault.path != path or not fault.outright for fault in faults) and _has_a_key_of(path, faults))
    ]
    if entered:
        settled = [list(_settled(faults, depth + 1)) for faults in entered]
        yield from min(settled, key=lambda faults: (len(faults), sum(f.outright for f in faults)))
    else:
        yield _Fault({**first.error, "type": "union_type"}, path, union, first.around, ())


def _has_a_key_of(path: KeyPath, faults: Sequence[_Fault]) -> bool:
    """Whether a mapping that lacks keys of a form has any of them: else it is no try at this form."""
    lacking = (each for each in faults if each.error["type"] == "missing" and each.path[:-1] == path)
    return all(each.error["input"].keys() & {*each.around.keys} for each in lacking)


class _Translator:
    """Turns the errors of one validation into problems."""

    def __init__(self, document: Document, model: type[BaseModel]) -> None:
        self._document = document
        self._model = model

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        """Where the model knows each key: read through once a key is refused."""
        return places(self._model)

    def problems(self, error: ValidationError) -> Iterator[Problem]:
        faults = [_Fault.of(each, self._model) for each in error.errors(include_url=False)]
        for fault in _settled([each for each in faults if not _follows(each, faults)]):
            yield from self._problems_of(fault)

    def _problems_of(self, fault: _Fault) -> Iterator[Problem]:
        kind = fault.error["type"]
        if kind in ("value_error", "assertion_error"):
            yield from self._said_by_the_model(fault)
        elif kind == "extra_forbidden":
            yield self._unknown_key(fault)
        elif kind == "missing":
            yield self._missing(fault.path, fault.wanted)
        elif kind == "union_tag_not_found" and fault.wanted.tag:
            yield self._missing((*fault.path, fault.wanted.tag), _tag_wanted(fault.wanted))
        elif kind == "union_tag_invalid":
            yield self._unknown_tag(fault)
        elif fault.error["loc"][-1:] == ("[key]",):
            yield self._wrong_key(fault)
        else:
            yield self._wrong_value(fault)

    def _unknown_key(self, fault: _Fault) -> Problem:
        key, names = str(fault.path[-1]), list(fault.around.keys)
        elsewhere = self._elsewhere(key, fault.path)
        message = "unknown key"
        if elsewhere:
            homes = [path.rpartition(".")[0] or "the top" for path in elsewhere]
            message += f" here, it belongs under {' or '.join(homes[:3])}"
        if key != key.strip():
            message = "a blank that is no space is taken for a letter: use spaces"
        mark = self._document.at_key(fault.path)
        near = self._spelt_out(key, fault.path, mark) or nearest(key.strip(), names)
        return Problem(
            mark,
            dotted(fault.path),
            f"'{printable(key)}'",
            f"the keys {', '.join(names)}" if names else "no keys",
            near or next(iter(elsewhere), None) or self._like(key),
            message,
            unknown=True,
        )

    def _spelt_out(self, key: str, path: KeyPath, mark: Mark) -> str | None:
        """What a key stands for that holds several names, or a name and its value.

        A file nests what ``--set`` joins by dots.
        """
        names = re.split(r"[./:\s]+", key.strip())
        whole = dotted((*path[:-1], *names))
        if len(names) == 1:
            return None
        known = {place for places in self._places.values() for place in places}
        if whole in known:
            nested = ": {".join(names) + ": ..." + "}" * (len(names) - 1)
            return nested if mark.line else whole
        name, sign, value = key.partition(":")
        return (
            f"{name}: {value.strip()}, with a space after the colon"
            if sign and name in self._places
            else None
        )

    def _elsewhere(self, key: str, path: KeyPath) -> list[str]:
        """Where else the model knows a key, what shares most of the path first."""

        def shared(place: str) -> int:
            pairs = zip(place.split("."), path, strict=False)
            return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

        return sorted(self._places.get(key, []), key=shared, reverse=True)

    def _like(self, key: str) -> str | None:
        near = nearest(key, self._places)
        return near and self._places[near][0]

    def _missing(self, path: KeyPath, wanted: Wanted) -> Problem:
        mark = self._document.at_key(path[:-1])
        key = "key" if isinstance(path[-1], str) else "value"
        return Problem(mark, dotted(path), allowed=str(wanted), message=f"missing {key}")

    def _unknown_tag(self, fault: _Fault) -> Problem:
        union, context = fault.wanted, fault.error["ctx"]
        path = (*fault.path, union.tag) if union.tag else fault.path
        allowed = re.findall("'([^']*)'", context["expected_tags"])
        return Problem(
            self._document.at(path),
            dotted(path),
            show(context["tag"]),
            context["expected_tags"],
            nearest(str(context["tag"]), allowed),
            "not among the allowed values",
        )

    def _said_by_the_model(self, fault: _Fault) -> Iterator[Problem]:
        said = fault.error["ctx"]["error"]
        for each in said.conflicts if isinstance(said, Conflicts) else [said]:
            path = self._path_within(fault.path, getattr(each, "path", ""))
            value = self._value(path)
            found = "" if isinstance(value, dict) else show(value)
            allowed = getattr(each, "allowed", "")
            mark, near = self._document.at(path), getattr(each, "nearest", None)
            yield Problem(mark, dotted(path), found, allowed, near, str(each))

    def _wrong_value(self, fault: _Fault) -> Problem:
        kind, value = fault.error["type"], self._value(fault.path)
        allowed, near = str(fault.wanted), meant(value, fault.wanted)
        if kind in _OUT_OF_RANGE:
            message, allowed = "out of range", fault.wanted.range() or fault.error["msg"]
        elif kind == "finite_number":
            message = "not a finite number"
        elif kind in ("literal_error", "enum"):
            message, allowed = "not among the allowed values", fault.error["ctx"]["expected"]
        elif kind.startswith(("date_", "time_", "datetime_")) and isinstance(value, str):
            message = f"not a date or time: {fault.error['ctx']['error']}"
        elif kind in ("string_too_long", "string_too_short"):
            message = f"{len(value)} characters are too {kind.rpartition('_')[2]}"
            allowed = _length(fault.error["ctx"], "characters")
        elif kind in ("too_long", "too_short"):
            message = "too many values" if kind == "too_long" else "too few values"
            allowed = _length(fault.error["ctx"], "values")
        elif value is None and fault.wanted.model:
            message = "nothing stands under this key: indent what belongs to it"
        elif fault.outright or kind == "union_type":
            message = "a value of the wrong kind"
        else:
            message = fault.error["msg"]
        mark = self._document.at(fault.path)
        return Problem(mark, dotted(fault.path), show(value), allowed, near, message)

    def _wrong_key(self, fault: _Fault) -> Problem:
        mark, path = self._document.at_key(fault.path), dotted(fault.path)
        key = fault.path[-1]
        near = nearest(str(key), fault.wanted.choices())
        return Problem(mark, path, show(key), str(fault.wanted), near, "a key of the wrong kind")

    def _value(self, path: KeyPath) -> Any:
        value: Any = self._document.data
        for step in path:
            value = _part(value, step)
        return value

    def _path_within(self, path: KeyPath, inside: str) -> KeyPath:
        parts = inside.split(".") if inside else []
        while parts:
            value = self._value(path)
            whole = (
                n
                for n in range(len(parts), 1, -1)  # a key may have dots of its own
                if isinstance(value, dict) and ".".join(parts[:n]) in value
            )
            taken = next(whole, 1)
            key, parts = ".".join(parts[:taken]), parts[taken:]
            path = (*path, int(key) if isinstance(value, list) and key.isdigit() else key)
        return path


def _length(limits: dict[str, int], noun: str) -> str:
    least, most = limits.get("min_length"), limits.get("max_length")
    return f"at most {most:,} {noun}" if least is None else f"at least {least}"


def _tag_wanted(union: Wanted) -> Wanted:
    tags = [each.fields[union.tag] for each in union.members if union.tag in each.fields]
    return Wanted(Literal[tuple(tag for each in tags for tag in each.choices())])


def _digits_as_dates(document: Document, model: BaseModel) -> Iterator[Problem]:
    """Texts of digits that pydantic took for seconds since 1970 where a date is wanted."""
    for path, text in _texts(document.data, ()):
        if not re.fullmatch(_DIGITS, text):
            continue
        value: Any = model
        for step in path:
            value = _part(value, step)
        if isinstance(value, date | time | timedelta):
            allowed = str(Wanted(type(value)))
            yield Problem(document.at(path), dotted(path), show(text), allowed, message="not a date or time")


def _texts(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    for step, child in children(value):
        yield from _texts(child, (*path, step))


def _part(value: Any, step: str | int) -> Any:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        name = next((name for name, info in fields if key_of(name, info) == step), None)
        return getattr(value, name) if name else None
    if isinstance(value, dict):
        return value.get(step)
    is_there = isinstance(value, list | tuple) and step in range(len(value))
    return value[step] if is_there else None
