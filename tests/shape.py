"""Whether plain values have the shape that a TypedDict declares."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict


def _keys_of(shape):
    return shape.__required_keys__ | shape.__optional_keys__


def strange(value, wanted, place=""):
    """The first place where plain values are not of a type; None where they are."""
    kind, inner = get_origin(wanted) or wanted, get_args(wanted)
    if is_typeddict(wanted):
        if not isinstance(value, dict) or not wanted.__required_keys__ <= value.keys() <= _keys_of(wanted):
            return f"{place}: {value!r:.200} has not the keys of {wanted.__name__}"
        hints = get_type_hints(wanted)
        return _first((value[key], hints[key], f"{place}.{key}") for key in value)
    if kind in (Union, UnionType):
        found = [strange(value, each, place) for each in inner]
        return None if None in found else found[0]
    if kind is Literal:
        return None if value in inner else f"{place}: {value!r}"
    if kind is dict and isinstance(value, dict):
        return _first((each, inner[1], f"{place}[{key!r}]") for key, each in value.items())
    if kind is list and isinstance(value, list):
        return _first((each, inner[0], f"{place}[{i}]") for i, each in enumerate(value))
    wide = (int, float) if kind is float else object if kind is Any else kind
    sound = isinstance(value, wide) and isinstance(value, bool) <= (kind in (bool, Any))
    return None if sound else f"{place}: {value!r} is no {wanted}"


def _first(triples):
    return next((found for triple in triples if (found := strange(*triple))), None)
