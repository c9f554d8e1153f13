"""What was known on a day."""

from datetime import date

import pytest

from experiments.calibration.record.record import Record
from experiments.calibration.targets import told_by
from experiments.validation.known import happened_by, published_by, said_on

RECORD = Record.read()


def test_what_had_happened():
    known = told_by(happened_by(RECORD, date(2024, 12, 31))).summaries
    assert (known["total"], known["months_with_any"], known["largest_month"]) == (9.0, 4.0, 4.0)
    assert known["depth_median"] == 20.0 and "winter" not in known
    whole = told_by(happened_by(RECORD, date(2025, 10, 31)))
    assert whole == told_by(RECORD)


def test_what_the_public_had_heard_of():
    known = published_by(RECORD, date(2025, 6, 30))
    told = [each.id for each in known.told_in([RECORD.span]) if each.is_crossing and each.id > "M2024"]
    assert told == ["M20240609", "M20240609b", "M20240618", "M20240620", "M20250408"]
    assert "total" not in told_by(known).summaries, "the counts came out in July"
    assert told_by(published_by(RECORD, date(2025, 7, 9))).summaries["total"] == 11.0
    assert [year.count for year in told_by(known).years] == [0, 0, 0, 0, 5]
    assert "M20250421" not in {each.id for each in known.incidents}, "told in July 2025"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("crossings 2014-01 2014-12", date(2015, 9, 20)),
        ("crossings 2024-06 2024-06", date(2025, 7, 9)),
        ("crossings 2025-10 2025-10", date(2025, 12, 31)),
        ("crossings 2016-01 2020-12", date(2025, 7, 9)),
    ],
)
def test_a_count_was_told_by_the_first_of_its_sources_after_it(key, said):
    (count,) = (each for each in RECORD.counts if each.key == key)
    assert said_on(count) == said
