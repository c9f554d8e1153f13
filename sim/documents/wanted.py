"""What a pydantic model wants at a place, found by following an error's location through types."""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo

from sim.documents.problems import printable

_NOUNS = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "text",
    date: "a date such as 2025-11-01",
    datetime: "a date and time such as 2025-11-01T06:30",
    time: "a time such as 06:30",
    timedelta: "a duration such as P3D",
    Any: "anything",
    Sequence: "a list",
    list: "a list",
    tuple: "a list",
    set: "a list",
    frozenset: "a list",
    dict: "a mapping",
    Mapping: "a mapping",
}


@dataclass(frozen=True)
class Wanted:
    """A type with what its annotations add.

    tag: the key that tells the members of a union apart, empty if a function does, else None.
    """

    annotation: Any
    limits: tuple[Any, ...] = ()
    unit: str = ""
    tag: str | None = None
    optional: bool = False

    @classmethod
    def of(cls, annotation: Any, unit: str = "") -> "Wanted":
        """What an annotation wants, ``Annotated`` and ``| None`` taken off."""
        return cls(annotation, unit=unit)._peeled()

    @classmethod
    def of_field(cls, info: FieldInfo) -> "Wanted":
        """What a field of a model wants."""
        return cls(info.annotation)._with(info)._peeled()

    @property
    def is_union(self) -> bool:
        """Whether pydantic puts the name of the member that it tried into an error's location."""
        return get_origin(self.annotation) in (Union, types.UnionType)

    @property
    def model(self) -> type[BaseModel] | None:
        """The model wanted, if a model is."""
        is_model = isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel)
        return self.annotation if is_model else None

    @cached_property
    def fields(self) -> dict[str, "Wanted"]:
        """The keys of the model wanted, as files name them, and what they want."""
        infos = self.model.model_fields.items() if self.model else ()
        return {key_of(name, info): Wanted.of_field(info) for name, info in infos}

    @property
    def keys(self) -> list[str]:
        """The keys that a file may have here."""
        return [*self.fields, *(getattr(self.model, "beside", ()) if self.model else ())]

    @property
    def members(self) -> list["Wanted"]:
        """What a union may be; elsewhere the type itself."""
        if not self.is_union:
            return [self]
        return [Wanted.of(each, self.unit) for each in get_args(self.annotation)]

    def inside(self, step: str | int) -> "Wanted":
        """What is wanted under a key or at a position."""
        if self.model:
            return self.fields.get(str(step), _ANYTHING)
        inner = get_args(self.annotation)
        if get_origin(self.annotation) is tuple and Ellipsis not in inner:
            at = step if isinstance(step, int) else -1
            return Wanted.of(inner[at], self.unit) if 0 <= at < len(inner) else _ANYTHING
        if get_origin(self.annotation) in (dict, Mapping):
            inner = inner[1:]
        return Wanted.of(inner[0], self.unit) if inner else _ANYTHING

    @property
    def key(self) -> "Wanted":
        """What is wanted of the keys of a mapping."""
        return Wanted.of(get_args(self.annotation)[0])

    def member(self, label: str) -> "Wanted":
        """The member of a union that pydantic means by a label in an error's location."""
        annotations = get_args(self.annotation)
        fit = [each for each in annotations if label in _tags(each, self.tag)]
        if not fit:
            said = set(re.findall(r"\w+", label))
            fit = [each for each in annotations if _words(each) <= said]
            fit.sort(key=lambda each: -len(_words(each)))
        return Wanted.of(fit[0], self.unit) if fit else _ANYTHING

    def choices(self) -> Iterator[str]:
        """The words of all literals and enumerations that are allowed here."""
        for each in self.members:
            if get_origin(each.annotation) is Literal:
                yield from map(str, get_args(each.annotation))
            elif isinstance(each.annotation, type) and issubclass(each.annotation, Enum):
                yield from (str(choice.value) for choice in each.annotation)

    def range(self) -> str:
        """The limits in words with the unit: ``0 to 50 m``, ``above 0``; empty without any."""
        bounds = {
            name: _figure(getattr(limit, name))
            for limit in self.limits
            for name in ("ge", "gt", "le", "lt", "multiple_of")
            if getattr(limit, name, None) is not None
        }
        words = [f"{bounds.pop('ge')} to {bounds.pop('le')}"] if {"ge", "le"} <= bounds.keys() else []
        names = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
        words += [f"{names.get(name, 'a multiple of')} {bound}" for name, bound in bounds.items()]
        return f"{', '.join(words)} {self.unit}".strip() if words else ""

    def __str__(self) -> str:
        """What is allowed, in words."""
        words = " or ".join(dict.fromkeys(each._noun() for each in self.members))
        return f"{words} or nothing" if self.optional else words

    def _noun(self) -> str:
        if self.model:
            return f"a mapping with keys {', '.join(self.fields) or '(none)'}"
        choices = [f"'{printable(choice)}'" for choice in self.choices()]
        if choices:
            return " or ".join(choices)
        kind = get_origin(self.annotation) or self.annotation
        noun = str(_NOUNS.get(kind) or getattr(kind, "__name__", kind))
        limits = self.range() or (f"in {self.unit}" if self.unit and kind in (int, float) else "")
        return f"{noun} ({limits})" if limits else noun

    def _with(self, info: FieldInfo) -> "Wanted":
        extra = info.json_schema_extra
        unit = extra.get("unit") if isinstance(extra, dict) else None
        tag = self.tag if info.discriminator is None else _key(info.discriminator)
        wanted = replace(self, unit=str(unit or self.unit), tag=tag)
        return wanted._noted(*info.metadata)

    def _noted(self, *notes: Any) -> "Wanted":
        wanted = self
        for note in notes:
            if isinstance(note, FieldInfo):
                wanted = wanted._with(note)
            elif isinstance(note, Discriminator):
                wanted = replace(wanted, tag=_key(note))
            else:
                wanted = replace(wanted, limits=(*wanted.limits, note))
        return wanted

    def _peeled(self) -> "Wanted":
        if get_origin(self.annotation) is Annotated:
            inner, *notes = get_args(self.annotation)
            return replace(self, annotation=inner)._noted(*notes)._peeled()
        if self.is_union and types.NoneType in get_args(self.annotation):
            left = tuple(each for each in get_args(self.annotation) if each is not types.NoneType)
            return replace(self, annotation=Union[left], optional=True)._peeled()  # noqa: UP007
        return self


_ANYTHING = Wanted(Any)


def key_of(name: str, info: FieldInfo) -> str:
    """The key under which files name a field."""
    return info.validation_alias if isinstance(info.validation_alias, str) else name


def places(model: type[BaseModel]) -> dict[str, list[str]]:
    """For every key in a model's tree, the dotted paths that it stands at; lists show as ``[]``."""
    found: dict[str, list[str]] = {}

    def visit(wanted: Wanted, path: str, within: tuple[type[BaseModel], ...]) -> None:
        for key, inner in wanted.fields.items():
            here = f"{path}.{key}".lstrip(".")
            found.setdefault(key, []).append(here)
            held = getattr(wanted.model, "holds", {}).get(key)
            for suffix, part in _models(Wanted.of(held) if held else inner):
                if part.model is not None and part.model not in within:
                    visit(part, here + suffix, (*within, part.model))

    visit(Wanted.of(model), "", (model,))
    return {key: list(dict.fromkeys(paths)) for key, paths in found.items()}


def _models(wanted: Wanted) -> Iterator[tuple[str, Wanted]]:
    """The models among what is wanted, and how their paths go on from it."""
    for each in wanted.members:
        if each.model:
            yield "", each
            continue
        for part in get_args(each.annotation) if get_origin(each.annotation) in _NOUNS else ():
            yield from (("[]" + suffix, model) for suffix, model in _models(Wanted.of(part)))


def _tags(annotation: Any, key: str | None) -> set[str]:
    """The tags under which a member of a union goes: those given, or its values of a key."""
    given = {note.tag for note in get_args(annotation) if isinstance(note, Tag)}
    fields = Wanted.of(annotation).fields
    return given.union(fields[key].choices() if key in fields else ())


def _words(annotation: Any) -> set[str]:
    """The names by which pydantic labels a type."""
    annotation = Wanted.of(annotation).annotation
    origin = get_origin(annotation)
    if origin is Literal:
        return {"literal"}
    own = {getattr(origin or annotation, "__name__", str(annotation))}
    return own.union(*map(_words, get_args(annotation)))


def _key(discriminator: Any) -> str:
    key = getattr(discriminator, "discriminator", discriminator)
    return key if isinstance(key, str) else ""


def _figure(number: Any) -> str:
    return str(number).removesuffix(".0")
