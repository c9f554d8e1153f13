"""What is fitted is what the record says."""

from pathlib import Path

import pytest

from experiments.calibration.record.record import SHIPPED, Record
from experiments.calibration.targets import target_of


def test_the_target_is_the_record_counted_by_hand():
    target = target_of(Record.read())
    assert target.summaries == pytest.approx(
        {
            "total": 15,
            "months_with_any": 7,
            "largest_month": 4,
            "winter": 0,
            "map_gap": 0.6,
            "depth_median": 20,
            "depth_least": 7.5,
            "work_share": 6 / 8,
            "named_share": 14 / 15,
            "wait_2014": 9,
        }
    )
    assert [year.count for year in target.years] == [0, 0, 0, 0, 5]
    assert {year.exposure for year in target.years} == {12 / 11}


def test_a_record_without_crossings_cannot_be_fitted(tmp_path):
    (tmp_path / "counts.csv").write_text(
        "period_start,period_end,what,place,count,counted_by,grade,sources,note\n"
        "2014-01,2014-11,warning_broadcasts,line,60,press,B,us,\n"
    )
    header = (Path(SHIPPED) / "incidents.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "incidents.csv").write_text(f"{header}\n")
    with pytest.raises(ValueError, match="recorded crossings"):
        target_of(Record.read(tmp_path))
