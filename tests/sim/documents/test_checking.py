"""Documents against models: every pydantic error becomes one clear problem at its place."""

from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from sim.documents import (
    BadInput,
    Impossible,
    Problem,
    StrictModel,
    assigned,
    merge,
    parse,
    resolve_extends,
    validate,
)

Metres = Annotated[float, Field(ge=0, le=50, json_schema_extra={"unit": "m"})]
Share = Annotated[float, Field(ge=0, le=1)]


class Kernel(Enum):
    OU = "ou"
    MATERN32 = "matern32"


class Watch(StrictModel):
    response_margin_m: Metres = 10
    confirm_looks: Annotated[int, Field(gt=0)] = 2

    def conflicts(self):
        if self.response_margin_m > 30 and self.confirm_looks == 1:
            yield Impossible("response_margin_m", "too wide for one look", "at most 30 m")
            yield Impossible("confirm_looks", "too few for this margin")


class Side(StrictModel):
    watch: Watch = Watch()
    rules: Literal["three_step", "four_step", "five_step"] = "four_step"


class Fixed(StrictModel):
    kind: Literal["fixed"]
    outcome: Literal["accepted", "refused"]
    day: Annotated[int, Field(ge=0)] = 0


class Table(StrictModel):
    kind: Literal["table"]
    shares: Annotated[list[Share], Field(min_length=1)]

    @model_validator(mode="after")
    def _sum_to_one(self):
        if sum(self.shares) > 1:
            raise ValueError("the shares sum to more than 1")
        return self


class Phase(StrictModel):
    start: date
    days: int = 1


class Range(StrictModel):
    low: float
    high: float


class Levels(StrictModel):
    levels: list[str]


class Plan(StrictModel):
    phases: tuple[Phase, ...] = ()

    @model_validator(mode="after")
    def _in_order(self):
        for index in range(1, len(self.phases)):
            if self.phases[index].start < self.phases[index - 1].start:
                raise Impossible(f"phases.{index}.start", "begins before the phase above it")
        return self


class Scenario(StrictModel):
    name: Annotated[str, Field(max_length=20)]
    start: date = date(2025, 11, 1)
    dawn: time = time(6, 30)
    hotline: bool = False
    kernel: Kernel = Kernel.OU
    level: Literal[1, 2, 3] = 1
    south: Side = Side()
    north: Side = Side()
    talks: Annotated[Fixed | Table, Field(discriminator="kind")] | None = None
    share: Share | Literal["governments"] | Fixed = 0.5
    either: list[int] | list[Phase] | None = None
    lengths: dict[str, Annotated[float, Field(gt=0, json_schema_extra={"unit": "km"})]] = Field({})
    numbered: dict[int, float] = Field({})
    span: tuple[float, float] = (0, 1)
    open_ended: Annotated[float, Field(lt=5, multiple_of=0.5)] | None = None
    plan: Plan = Plan()
    renamed: Annotated[int, Field(alias="other-name")] = 0
    odd: int = 1
    height: Annotated[float, Field(json_schema_extra={"unit": "m"})] = 1
    few: Annotated[tuple[int, ...], Field(max_length=2)] = ()
    sides: tuple[Literal["north", "south"], ...] = ()
    kinds: dict[Literal["north", "south"], int] = Field({})
    by_name: dict[str, int] = Field({})
    form: Range | Levels | None = None
    beside: ClassVar = ("extends",)

    def conflicts(self):
        for name in self.by_name:
            if "." in name:
                yield Impossible(f"by_name.{name}", "a key with dots")
            else:
                yield Impossible(f"by_name.{name}", "no such one", nearest="a.b")

    @field_validator("odd")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("even")
        return value


KEYS = ", ".join([*(info.alias or name for name, info in Scenario.model_fields.items()), "extends"])
NO_SIDE = "found nothing; allowed a mapping with keys watch, rules"
FOUND = "a mapping with keys lo, hi"
EITHER = "a mapping with keys low, high or a mapping with keys levels or nothing"
UNKNOWN = "f:2:16: form.hi: unknown key; found 'hi'; allowed the keys low, high"
FORMS = "a number (0 to 1) or 'governments' or a mapping with keys kind, outcome, day"


def said(text: str, model: type[BaseModel] = Scenario) -> list[str]:
    with pytest.raises(BadInput) as caught:
        validate(parse(text, "f"), model)
    return [str(problem) for problem in caught.value.problems]


def valued(text: str) -> Scenario:
    return validate(parse("name: x\n" + text, "f"), Scenario)


# --- what passes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("start: 2024-02-29", "start", date(2024, 2, 29)),
        ("start: '2024-02-29'", "start", date(2024, 2, 29)),
        ("dawn: 12:30", "dawn", time(12, 30)),
        ("share: 1", "share", 1.0),
        ("share: 1e-3", "share", 0.001),
        ("share: governments", "share", "governments"),
        ("kernel: matern32", "kernel", Kernel.MATERN32),
        ("span: [1, 2.5]", "span", (1.0, 2.5)),
        ("numbered: {'3': 4}", "numbered", {3: 4.0}),
        ("either: [{start: 2025-01-01}]", "either", [Phase(start=date(2025, 1, 1))]),
        ("talks:", "talks", None),
        ("other-name: 3", "renamed", 3),
        ("name: 2025-11-01", "name", "2025-11-01"),
    ],
)
def test_values_as_people_write_them_pass(text, field, value):
    flaws: list[Problem] = []
    document = parse(("" if text.startswith("name") else "name: x\n") + text, "f", flaws)
    found = getattr(validate(document, Scenario), field)
    assert found == value and type(found) is type(value)


def test_models_cannot_be_changed_and_check_their_defaults():
    with pytest.raises(ValidationError, match="frozen"):
        Watch().confirm_looks = 3

    class Wrong(StrictModel):
        share: Share = 2

    with pytest.raises(ValidationError, match="less than or equal to 1"):
        Wrong()


# --- each error once, with its place, what was found, what is allowed, the nearest ---------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # unknown keys
        (
            "sotuh: {}",
            f"f:2:1: sotuh: unknown key; found 'sotuh'; allowed the keys {KEYS}; did you mean south?",
        ),
        (
            "south: {Watch: {}}",
            "f:2:9: south.Watch: unknown key; found 'Watch'; "
            "allowed the keys watch, rules; did you mean watch?",
        ),
        ("zzz: 1", f"f:2:1: zzz: unknown key; found 'zzz'; allowed the keys {KEYS}"),
        (
            "north:\n  confirm_looks: 3",
            "f:3:3: north.confirm_looks: unknown key here, it belongs "
            "under north.watch or south.watch; found 'confirm_looks'; allowed the keys watch, rules; "
            "did you mean north.watch.confirm_looks?",
        ),
        (
            "south: {hotline: true}",
            "f:2:9: south.hotline: unknown key here, it belongs under the "
            "top; found 'hotline'; allowed the keys watch, rules; did you mean hotline?",
        ),
        (
            "outcme: refused",
            f"f:2:1: outcme: unknown key; found 'outcme'; allowed the keys {KEYS}; "
            "did you mean talks.outcome?",
        ),
        (
            "days: 3",
            "f:2:1: days: unknown key here, it belongs under either[] or plan.phases[]; "
            f"found 'days'; allowed the keys {KEYS}; did you mean either[].days?",
        ),
        # ranges
        (
            "south:\n  watch:\n    response_margin_m: 140",
            "f:4:24: south.watch.response_margin_m: out of range; found 140; allowed 0 to 50 m",
        ),
        (
            "south: {watch: {confirm_looks: 0}}",
            "f:2:32: south.watch.confirm_looks: out of range; found 0; allowed above 0",
        ),
        ("lengths: {west: 1, east: -2}", "f:2:26: lengths.east: out of range; found -2; allowed above 0 km"),
        ("open_ended: 5", "f:2:13: open_ended: out of range; found 5; allowed below 5, a multiple of 0.5"),
        (
            "share: .nan",
            f"f:2:8: share: not a finite number; found nan; allowed {FORMS.partition(' or ')[0]}",
        ),
        ("span: [0, -.inf]", "f:2:11: span.1: not a finite number; found -inf; allowed a number"),
        # words
        (
            "south: {rules: fourstep}",
            "f:2:16: south.rules: not among the allowed values; found "
            "the text 'fourstep'; allowed 'three_step', 'four_step' or 'five_step'; "
            "did you mean four_step?",
        ),
        (
            "kernel: matern",
            "f:2:9: kernel: not among the allowed values; found the text 'matern'; "
            "allowed 'ou' or 'matern32'; did you mean matern32?",
        ),
        ("level: 4", "f:2:8: level: not among the allowed values; found 4; allowed 1, 2 or 3"),
        # kinds
        ("span: [true, 1]", "f:2:8: span.0: a value of the wrong kind; found true; allowed a number"),
        (
            "odd: '3'",
            "f:2:6: odd: a value of the wrong kind; found the text '3'; "
            "allowed a whole number; did you mean 3 without quotes?",
        ),
        (
            "odd: 1e3",
            "f:2:6: odd: a value of the wrong kind; found 1000.0; allowed a whole number; did you mean 1000?",
        ),
        ("odd: 1.5", "f:2:6: odd: a value of the wrong kind; found 1.5; allowed a whole number"),
        (
            "height: tall",
            "f:2:9: height: a value of the wrong kind; found the text 'tall'; allowed a number (in m)",
        ),
        (
            "hotline: no",
            "f:2:10: hotline: a value of the wrong kind; found the text 'no'; "
            "allowed true or false; did you mean false?",
        ),
        ("hotline: 1", "f:2:10: hotline: a value of the wrong kind; found 1; allowed true or false"),
        (
            "lengths: {west: [1]}",
            "f:2:17: lengths.west: a value of the wrong kind; found a list "
            "of 1 value; allowed a number (above 0 km); did you mean 1?",
        ),
        (
            "lengths: {west: }",
            "f:2:16: lengths.west: a value of the wrong kind; found nothing; allowed a number (above 0 km)",
        ),
        (
            "south: {watch: 3}",
            "f:2:16: south.watch: a value of the wrong kind; found 3; "
            "allowed a mapping with keys response_margin_m, confirm_looks",
        ),
        (
            "plan: {phases: {a: 1}}",
            "f:2:16: plan.phases: a value of the wrong kind; found a mapping with keys a; allowed a list",
        ),
        (
            "numbered: {a: 3}",
            "f:2:12: numbered.a: a key of the wrong kind; found the text 'a'; allowed a whole number",
        ),
        ("span: [1]", "f:2:1: span.1: missing value; allowed a number"),
        (
            "open_ended: x",
            "f:2:13: open_ended: a value of the wrong kind; found the text 'x'; "
            "allowed a number (below 5, a multiple of 0.5) or nothing",
        ),
        # dates
        (
            "start: 2025-02-30",
            "f:2:8: start: not a date or time: day value is outside expected "
            "range; found the text '2025-02-30'; allowed a date such as 2025-11-01",
        ),
        (
            "start: 20251101",
            "f:2:8: start: a value of the wrong kind; found 20251101; "
            "allowed a date such as 2025-11-01; did you mean 2025-11-01?",
        ),
        (
            "start: '0'",
            "f:2:8: start: not a date or time; found the text '0'; allowed a date such as 2025-11-01",
        ),
        (
            "plan: {phases: [{start: 00}]}",
            "f:2:25: plan.phases.0.start: not a date or time; "
            "found the text '00'; allowed a date such as 2025-11-01",
        ),
        (
            "dawn: 25:00",
            "f:2:7: dawn: not a date or time: hour value is outside expected range of "
            "0-23; found the text '25:00'; allowed a time such as 06:30",
        ),
        # unions told apart by a key
        (
            "talks: {kind: fixd}",
            "f:2:15: talks.kind: not among the allowed values; found the text "
            "'fixd'; allowed 'fixed', 'table'; did you mean fixed?",
        ),
        ("talks: {outcome: refused}", "f:2:1: talks.kind: missing key; allowed 'fixed' or 'table'"),
        (
            "talks: {kind: fixed, outcome: agreed}",
            "f:2:31: talks.outcome: not among the allowed "
            "values; found the text 'agreed'; allowed 'accepted' or 'refused'",
        ),
        (
            "talks: {kind: table, shares: [0, 2]}",
            "f:2:34: talks.shares.1: out of range; found 2; allowed 0 to 1",
        ),
        (
            "talks: {kind: table, shares: [1], fixed: 3}",
            "f:2:35: talks.fixed: unknown key; found 'fixed'; allowed the keys kind, shares",
        ),
        (
            "talks: 3",
            "f:2:8: talks: a value of the wrong kind; found 3; allowed a mapping with "
            "keys kind, outcome, day or a mapping with keys kind, shares or nothing",
        ),
        # other unions: the closest form is judged, or all are named
        ("share: 3", "f:2:8: share: out of range; found 3; allowed 0 to 1"),
        (
            "share: goverments",
            "f:2:8: share: a value of the wrong kind; found the text "
            f"'goverments'; allowed {FORMS}; did you mean governments?",
        ),
        (
            "share: [1]",
            f"f:2:8: share: a value of the wrong kind; found a list of 1 value; allowed {FORMS}; "
            "did you mean 1?",
        ),
        (
            "share: {kind: fixed, outcome: refused, day: -1}",
            "f:2:45: share.day: out of range; found -1; allowed at least 0",
        ),
        (
            "either: [1, a, 3]",
            "f:2:13: either.1: a value of the wrong kind; found the text 'a'; allowed a whole number",
        ),
        (
            "either: [{start: 2025-01-01, dys: 1}]",
            "f:2:30: either.0.dys: unknown key; found 'dys'; "
            "allowed the keys start, days; did you mean days?",
        ),
        # what models say themselves
        ("talks:\n  kind: table\n  shares: [1, 1]", "f:2:1: talks: the shares sum to more than 1"),
        ("odd: 4", "f:2:6: odd: even; found 4"),
        (
            "plan:\n  phases:\n  - start: 2025-02-01\n  - days: 3\n    start: 2025-01-01",
            "f:6:12: plan.phases.1.start: begins before the phase above it; found 2025-01-01",
        ),
        ("by_name: {a.b: 3}", "f:2:16: by_name.a.b: a key with dots; found 3"),
        ("by_name: {b: 4}", "f:2:14: by_name.b: no such one; found 4; did you mean a.b?"),
        # how much may stand there
        (
            "talks: {kind: table, shares: []}",
            "f:2:30: talks.shares: too few values; found a list of 0 values; allowed at least 1",
        ),
        ("few: [1, 2, 3]", "f:2:6: few: too many values; found a list of 3 values; allowed at most 2 values"),
        # a value without the brackets of its list
        ("few: 3", "f:2:6: few: a value of the wrong kind; found 3; allowed a list; did you mean [3]?"),
        (
            "sides: noth",
            "f:2:8: sides: a value of the wrong kind; found the text 'noth'; "
            "allowed a list; did you mean [north]?",
        ),
        (
            "sides: everybody",
            "f:2:8: sides: a value of the wrong kind; found the text 'everybody'; allowed a list",
        ),
        # keys whose values stand elsewhere, or inside their names
        ("south:", f"f:2:7: south: nothing stands under this key: indent what belongs to it; {NO_SIDE}"),
        (
            "south.watch.confirm_looks: 3",
            "f:2:1: south.watch.confirm_looks: unknown key; found 'south.watch.confirm_looks'; "
            f"allowed the keys {KEYS}; did you mean south: {{watch: {{confirm_looks: ...}}}}?",
        ),
        (
            "south: {watch: {confirm_looks:3}}",
            "f:2:17: south.watch.confirm_looks:3: unknown key; found 'confirm_looks:3'; allowed the keys "
            "response_margin_m, confirm_looks; did you mean confirm_looks: 3, with a space after the colon?",
        ),
        (
            "\u00a0south: {}",
            "f:2:1: \\u00a0south: a blank that is no space is taken for a letter: use spaces; "
            f"found '\\u00a0south'; allowed the keys {KEYS}; did you mean south?",
        ),
        # a mapping that has a key of none of the forms
        ("form: {lo: 1, hi: 2}", f"f:2:7: form: a value of the wrong kind; found {FOUND}; allowed {EITHER}"),
        ("form: {low: 1, hi: 2}", ["f:2:1: form.high: missing key; allowed a number", UNKNOWN]),
        # keys that files have beside the fields, and keys of mappings
        (
            "Extends: x",
            f"f:2:1: Extends: unknown key; found 'Extends'; allowed the keys {KEYS}; did you mean extends?",
        ),
        (
            "kinds: {noth: 1}",
            "f:2:9: kinds.noth: a key of the wrong kind; found the text 'noth'; "
            "allowed 'north' or 'south'; did you mean north?",
        ),
    ],
)
def test_each_error_is_said_once(text, expected):
    assert said("name: x\n" + text) == ([expected] if isinstance(expected, str) else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("south: {}", "f:1:1: name: missing key; allowed text"),
        (
            "name: 2025",
            "f:1:7: name: a value of the wrong kind; found 2025; allowed text; "
            'did you mean "2025" in quotes?',
        ),
        (
            "name: " + "x" * 21,
            "f:1:7: name: 21 characters are too long; "
            f"found the text '{'x' * 21}'; allowed at most 20 characters",
        ),
        (
            "name: x\nplan:\n  phases:\n  - days: 3",
            "f:4:5: plan.phases.0.start: missing key; allowed a date such as 2025-11-01",
        ),
    ],
)
def test_what_is_missing_is_said_where_it_should_be(text, expected):
    assert said(text) == [expected]


def test_keys_of_what_a_mapping_holds_are_known_elsewhere():
    class Overlay(StrictModel):
        set: dict[str, Any] = Field({})
        holds: ClassVar = {"set": Side}

    assert said("set: {}\nwatch: {}\nconfirm_looks: 2", Overlay) == [
        "f:2:1: watch: unknown key here, it belongs under set; found 'watch'; allowed the keys set"
        "; did you mean set.watch?",
        "f:3:1: confirm_looks: unknown key here, it belongs under set.watch; found "
        "'confirm_looks'; allowed the keys set; did you mean set.watch.confirm_looks?",
    ]


def test_a_model_can_say_several_things_at_once():
    assert said("name: x\nsouth: {watch: {response_margin_m: 40, confirm_looks: 1}}") == [
        "f:2:36: south.watch.response_margin_m: too wide for one look; found 40; allowed at most 30 m",
        "f:2:55: south.watch.confirm_looks: too few for this margin; found 1",
    ]


def test_what_a_default_makes_impossible_is_said_at_the_model():
    class Narrow(StrictModel):
        margin: int = 3
        limit: int = 5

        @model_validator(mode="after")
        def _fits(self):
            if self.limit < self.margin:
                raise Impossible("margin", "above the limit")
            return self

    class Outer(StrictModel):
        narrow: Narrow

    expected = ["f:1:1: narrow.margin: above the limit; found nothing"]
    assert said("narrow:\n  limit: 1", Outer) == expected


def test_what_a_model_names_may_stand_nowhere():
    class Short(StrictModel):
        items: list[int]

        @model_validator(mode="after")
        def _long(self):
            raise Impossible("items.9", "there must be ten")

    assert said("items: [1]", Short) == ["f:1:8: items.9: there must be ten; found nothing"]


def test_all_errors_of_a_file_are_reported_at_once():
    text = """\
name: x
start: 2025-13-01
zouth: {}
south:
  rules: four_stepp
  watch: {response_margin_m: -1, confirm_looks: two}
  rules: four_step
hotline: 0
"""
    flaws: list[Problem] = []
    document = parse(text, "f", flaws)
    with pytest.raises(BadInput) as caught:
        validate(document, Scenario, flaws)
    assert [(each.mark.line, each.mark.column) for each in caught.value.problems] == [
        (2, 8),
        (3, 1),
        (5, 10),
        (6, 30),
        (6, 49),
        (7, 3),
        (8, 10),
    ]


def test_flaws_alone_are_raised_too():
    flaws: list[Problem] = []
    document = parse("name: x\nname: y", "f", flaws)
    with pytest.raises(BadInput, match="f:2:1: name: key written twice"):
        validate(document, Scenario, flaws)


def test_an_error_points_to_the_file_that_set_the_value(tmp_path):
    (tmp_path / "base.yaml").write_text("name: x\nsouth:\n  watch: {response_margin_m: 99}\n")
    (tmp_path / "top.yaml").write_text("extends: base\nnorth: {rules: none}\n")
    document = resolve_extends("top", lambda name, _: tmp_path / f"{name}.yaml")
    with pytest.raises(BadInput) as caught:
        validate(merge(document, assigned("hotline=3")), Scenario)
    assert [(Path(p.mark.file).name, p.mark.line, p.path) for p in caught.value.problems] == [
        ("--set", 0, "hotline"),
        ("base.yaml", 3, "south.watch.response_margin_m"),
        ("top.yaml", 2, "north.rules"),
    ]


def test_a_replaced_value_is_no_longer_an_error():
    over = parse("odd: 3", "over")
    assert validate(merge(parse("name: x\nodd: 2", "base"), over), Scenario).odd == 3


def test_unions_told_apart_by_a_function_are_understood():
    def kind(value: Any) -> str:
        return {str: "short", int: "neither"}.get(type(value), "long")

    class Holder(StrictModel):
        item: Annotated[
            Annotated[Literal["a", "b"], Tag("short")] | Annotated[Phase, Tag("long")], Discriminator(kind)
        ]

    assert said("item: c", Holder) == [
        "f:1:7: item: not among the allowed values; found the text 'c'; allowed 'a' or 'b'"
    ]
    assert said("item: {start: 2025-01-01, day: 3}", Holder) == [
        "f:1:27: item.day: unknown key; found 'day'; allowed the keys start, days; did you mean days?"
    ]

    assert said("item: 3", Holder)[0].startswith("f:1:7: item: not among the allowed values")


def test_a_model_may_contain_itself():
    class Tree(StrictModel):
        size: int = 0
        branches: tuple["Tree", ...] = ()

    expected = [
        "f:1:22: branches.0.sise: unknown key; found 'sise'; "
        "allowed the keys size, branches; did you mean size?"
    ]
    assert said("branches: [{size: 1, sise: 2}]", Tree) == expected


def test_every_place_in_a_tuple_has_its_own_kind():
    class Pair(StrictModel):
        first: tuple[Metres, Literal["a", "b"]]
        rest: tuple[Share, ...] = ()

    assert said("first: [99, c]\nrest: [0, 2]", Pair) == [
        "f:1:9: first.0: out of range; found 99; allowed 0 to 50 m",
        "f:1:13: first.1: not among the allowed values; found the text 'c'; allowed 'a' or 'b'",
        "f:2:11: rest.1: out of range; found 2; allowed 0 to 1",
    ]


def test_a_model_without_keys_allows_none():
    class Empty(StrictModel):
        pass

    assert said("a: 1", Empty) == ["f:1:1: a: unknown key; found 'a'; allowed no keys"]


def test_models_that_are_not_strict_are_checked_strictly():
    class Loose(BaseModel):
        model_config = ConfigDict(extra="forbid")
        count: int

    class Open(BaseModel):
        count: int = 0

    assert validate(parse("other: '0'", "f"), Open).count == 0
    assert said("count: '3'", Loose)[0].startswith("f:1:8: count: a value of the wrong kind")


# --- laws --------------------------------------------------------------------------------------


class Exact(StrictModel):
    value: float


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_last_bit(value):
    text = yaml.safe_dump({"value": value})
    assert validate(parse(text, "f"), Exact).value.hex() == value.hex()


NAMES = [
    *KEYS.split(", "),
    *Watch.model_fields,
    *Side.model_fields,
    *Fixed.model_fields,
    "shares",
    "phases",
    "days",
    "zzz",
]
SCALARS = [
    None,
    True,
    0,
    1,
    -3,
    2.5,
    float("nan"),
    float("inf"),
    10**400,
    "fixed",
    "table",
    "x",
    "governments",
    "0",
    "2025-11-01",
    date(2025, 1, 2),
    "12:30",
    "",
]
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1))
def test_any_tree_passes_or_is_refused_at_a_place_in_the_text(tree):
    text = yaml.safe_dump(tree)
    try:
        assert isinstance(validate(parse(text, "f"), Scenario), Scenario)
    except BadInput as bad:
        lines = text.splitlines()
        for problem in bad.problems:
            assert 1 <= problem.mark.line <= len(lines)
            assert 1 <= problem.mark.column <= len(lines[problem.mark.line - 1]) + 1
            assert problem.message and str(problem).isprintable()
            assert problem.path.split(".")[0] in {*tree, "name"}
