"""The shipped record, read once, and records of one's own of which a test writes the rows."""

import csv

import pytest

from experiments.calibration.record import Record, statistics
from experiments.calibration.record.counts import COLUMNS as COUNTS
from experiments.calibration.record.incidents import COLUMNS as INCIDENTS

COUNT = {
    "period_start": "2026-01",
    "period_end": "2026-01",
    "what": "crossings",
    "place": "line",
    "count": "1",
    "counted_by": "south JCS",
    "grade": "B",
    "sources": "a paper",
    "note": "",
}
INCIDENT = {"id": "M1", "date": "2026-01-05", "side_crossing": "north", "kind": "crossing", "grade": "A"}


@pytest.fixture(scope="session")
def record():
    return Record.read()


@pytest.fixture(scope="session")
def told(record):
    """Every statistic of the shipped record, by name."""
    return statistics(record)


@pytest.fixture
def own(tmp_path):
    """Write a record: what differs from a plain row, row by row; its folder."""

    def write(counts=({},), incidents=({},), **others):
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        plain = dict.fromkeys(INCIDENTS, "") | INCIDENT | {"sources": "a paper"}
        for name, columns, base, rows in (
            ("counts", COUNTS, COUNT, counts),
            ("incidents", INCIDENTS, plain, incidents),
        ):
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(base | row for row in rows)
        for name, text in others.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return write
