"""What the writer of a refused value probably meant: suggested, and only where it can be told."""

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import Field

from sim.documents import StrictModel
from sim.documents.meant import meant
from sim.documents.wanted import Wanted


def number(unit="", **limits):
    return Annotated[float, Field(json_schema_extra={"unit": unit}, **limits)]


METRES, DAYS = number("m", ge=0, le=100), Annotated[int, Field(json_schema_extra={"unit": "day"}, ge=1)]
SHARE, HOUR = number("share", ge=0, le=1), number(ge=0, lt=24)


class Talks(StrictModel):
    outcome: Literal["accepted", "refused"] = "refused"
    day: int = 0


class Sample(StrictModel):
    sobol: int


@pytest.mark.parametrize(
    ("value", "wanted", "suggested"),
    [
        ("30", METRES, "30 without quotes"),
        ("12,5", METRES, "12.5"),
        ("30 m", METRES, "30"),
        ("12,5m", METRES, "12.5"),
        ("30 km", METRES, None),
        ("30 %", METRES, None),
        ("10 days", DAYS, "10"),
        ("10 d", DAYS, "10"),
        ("1,000", DAYS, "1000"),
        ("1,000", METRES, "1000 or 1.000"),
        ("1,000,000", METRES, "1000000"),
        ("15%", SHARE, "0.15"),
        ("15,5 %", SHARE, "0.155"),
        (15, SHARE, "0.15"),
        (2, SHARE, None),
        (150, SHARE, None),
        (50, METRES, None),
        ("10:47", HOUR, "10.78"),
        ("10:47", METRES, None),
        ("ten", METRES, None),
        (3.0, DAYS, "3"),
        ([30], METRES, "30"),
        ([30, 40], METRES, None),
        (["refused"], Literal["accepted", "refused"], "refused"),
        ([30], tuple[int, ...], None),
        ("north, suoth", tuple[Literal["north", "south"], ...], "[north, south]"),
        ("north, west", tuple[Literal["north", "south"], ...], None),
        ("accepted", Talks, "{outcome: accepted}"),
        ("day", Talks, "{day: ...}"),
        ("day:3", Talks, "day: 3, with a space after the colon"),
        ("night:3", Talks, None),
        ("sobol", Literal["grid"] | Sample, "{sobol: ...}"),
        ("1.3.2026", date, "2026-03-01"),
        ("1/3/2026", date, "2026-01-03 or 2026-03-01"),
        ("31/3/2026", date, "2026-03-31"),
        ("2026-3-1", date, "2026-03-01"),
        ("2026/03/01", date, "2026-03-01"),
        ("2026-03-01 00:00:00", date, "2026-03-01"),
        (20260301, date, "2026-03-01"),
        (202631, date, None),
        ("1 March 2026", date, "2026-03-01"),
        ("Mar 1, 2026", date, "2026-03-01"),
        ("2026-02-30", date, None),
        ("tomorrow", date, None),
    ],
)
def test_what_was_meant_is_suggested_where_it_can_be_told(value, wanted, suggested):
    assert meant(value, Wanted.of(wanted)) == suggested
