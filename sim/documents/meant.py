"""What the writer of a refused value probably meant, as a file writes it: to be suggested, never taken."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_origin

from sim.documents.composing import scalar
from sim.documents.problems import nearest, show
from sim.documents.wanted import Wanted

_SWITCH = {"no": "false", "off": "false", "n": "false", "yes": "true", "on": "true", "y": "true"}
_NUMBER = r"[-+]?[0-9]+(?:[.,][0-9]+)?"
_COUNT = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+")  # thousands parted by commas
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*([^\W\d_]+|%)")
_LEAST_PERCENT = 5  # of a share: what is less may as well be a slip for 1
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_YEAR_FIRST = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))([T ].*)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_MONTH_NAMED = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y")


def meant(value: Any, wanted: Wanted) -> str | None:
    """The valid value that is most like a refused one; None if nothing is."""
    kinds = [each.annotation for each in wanted.members]
    if isinstance(value, list):
        return _only_one_of(value, wanted)
    if isinstance(value, str) and (near := nearest(value, wanted.choices())) is not None:
        return near
    if isinstance(value, str) and bool in kinds:
        return _SWITCH.get(value.lower())
    if (one := _in_a_list(value, wanted)) is not None:
        return f"[{one}]"
    if date in kinds:
        return " or ".join(sorted(map(str, _dates(str(value))))) or None
    if (inside := _inside_a_mapping(value, wanted)) is not None:
        return inside
    if {int, float} & set(kinds):
        return _number(value, wanted)
    if isinstance(value, bool | int | float) and str in kinds:
        return f'"{show(value)}" in quotes'
    return None


def _only_one_of(value: list[Any], wanted: Wanted) -> str | None:
    """The value of a list of one, where one without brackets is wanted."""
    kinds = [each.annotation for each in wanted.members]
    if len(value) != 1 or any(get_origin(kind) in (list, tuple) for kind in kinds):
        return None
    (one,) = value
    numbers = {int, float} & set(kinds) and type(one) in (int, float)
    return str(one) if numbers or one in wanted.choices() else None


def _in_a_list(value: Any, wanted: Wanted) -> str | None:
    """What a value without its brackets would be in a list of one, as files write it."""
    lists = [each for each in wanted.members if get_origin(each.annotation) in (list, tuple)]
    if not lists:
        return None
    inner = lists[0].inside(0)
    choices, parts = list(inner.choices()), re.split(r"\s*,\s*", str(value))
    if choices:
        near = [nearest(part, choices) for part in parts]
        return ", ".join(map(str, near)) if all(near) else None
    if not re.fullmatch(r"[\w./-]+", str(value)):
        return None
    kinds = [each.annotation for each in inner.members]
    return str(value) if type(value) in kinds else None


def _inside_a_mapping(value: Any, wanted: Wanted) -> str | None:
    """The key of a wanted mapping under which a text would be right, or which it names."""
    if not isinstance(value, str):
        return None
    fields = [pair for each in wanted.members for pair in each.fields.items()]
    key, sign, rest = value.partition(":")
    if sign and rest and key in dict(fields):
        return f"{key}: {rest.strip()}, with a space after the colon"
    for name, inner in fields:
        if value in inner.choices():
            return f"{{{name}: {value}}}"
    return next((f"{{{name}: ...}}" for name, _ in fields if name == value), None)


def _number(value: Any, wanted: Wanted) -> str | None:
    if (
        isinstance(value, float)
        and value.is_integer()
        and int in [each.annotation for each in wanted.members]
    ):
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _plain(value / 100) if _is_share(wanted) and _LEAST_PERCENT <= value <= 100 else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    number = scalar(text)
    if type(number) in (int, float):
        return f"{number} without quotes"
    if (clock := _CLOCK.fullmatch(text)) and _bound(wanted, "lt") == 24:
        return _plain(round(int(clock[1]) + int(clock[2]) / 60, 2))
    if _COUNT.fullmatch(text):
        whole, point = text.replace(",", ""), text.replace(",", ".", 1)
        both = text.count(",") == 1 and float in [each.annotation for each in wanted.members]
        return f"{whole} or {point}" if both else whole
    if re.fullmatch(_NUMBER, text):
        return text.replace(",", ".")
    return _without_unit(text, wanted)


def _without_unit(text: str, wanted: Wanted) -> str | None:
    found = _WITH_UNIT.fullmatch(text)
    if not found:
        return None
    number, unit = found[1].replace(",", "."), found[2].lower()
    if unit == "%":
        return _plain(float(number) / 100) if _is_share(wanted) else None
    declared = next((each.unit for each in wanted.members if each.unit), "")
    return number if declared and unit in (*_beginnings(declared), f"{declared}s") else None


def _beginnings(unit: str) -> Iterator[str]:
    return (unit[:n] for n in range(1, len(unit) + 1))


def _is_share(wanted: Wanted) -> bool:
    return (_bound(wanted, "ge"), _bound(wanted, "le")) == (0, 1)


def _bound(wanted: Wanted, name: str) -> float | None:
    found = (getattr(limit, name, None) for each in wanted.members for limit in each.limits)
    return next((bound for bound in found if bound is not None), None)


def _plain(number: float) -> str:
    return f"{number:.10g}"


def _dates(text: str) -> set[date]:
    """Every day that a text may mean: with slashes either the day or the month stands first."""
    found: set[date] = set()
    if match := _YEAR_FIRST.fullmatch(text):
        found |= _day(match[1], match[3] or match[5], match[4] or match[6])
    elif match := _YEAR_LAST.fullmatch(text):
        first, sign, second, year = match.groups()
        found |= _day(year, second, first) | (_day(year, first, second) if sign != "." else set())
    for form in _MONTH_NAMED:
        try:
            found.add(datetime.strptime(text, form).date())
        except ValueError:
            continue
    return found


def _day(year: str, month: str, day: str) -> set[date]:
    try:
        return {date(int(year), int(month), int(day))}
    except ValueError:
        return set()
