"""The record in print: every statistic with its period, exposure, rule, counters and sources."""

import re
import subprocess
import sys

import pytest

from experiments.calibration.record.__main__ import main


def rows(text):
    """The cells of each row of the first table, by its first cell."""
    lines = text.split("\n\n")[0].splitlines()
    cells = [[each.strip() for each in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert {len(each) for each in cells} == {len(cells[0])}
    return {each[0]: dict(zip(cells[0], each, strict=True)) for each in cells[2:]}


@pytest.fixture
def printed(capsys):
    def run(*arguments):
        code = main([str(each) for each in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_every_statistic_is_printed(printed, told):
    code, out, _ = printed("--list")
    table = rows(out)
    assert code == 0 and list(table) == list(told)
    assert table["recorded_crossings"] == {
        "statistic": "recorded_crossings",
        "value": "15 (14 to 15) crossings",
        "exposure": "17 months",
        "period": "2024-06 to 2025-10",
        "the south's rule": "own line (to 2025-08); the more southern of own and commission's line "
        "(from 2025-09); four steps",
        "counted by": "south JCS",
        "grade": "B",
        "rests on": "counts.csv:20, counts.csv:22-37",
        "note": "",
    }


def test_every_row_has_its_sources(printed, told):
    """Each id that a statistic rests on is in the list of sources, with its text."""
    _, out, _ = printed("--list")
    sources = out.split("\nSources\n")[1]
    for each in told.values():
        for ref, source in each.sources:
            assert source in sources or ref == source
    assert "M20241019" not in sources and "- M20171221b: MBN 2017-12-21" in sources
    assert "- counts.csv:20-33: News1" in sources


def test_times_say_their_clock_and_when_they_are_few(printed):
    _, out, _ = printed("--times")
    assert "| party | start | left | 6 | 5 | 56 / 79 / 450 |  |" in out
    assert "| party | start | first_shots | 3 | 3 | 1 / 5 / 6 | n < 5: no spread |" in out
    assert "| M20061007 | party | unknown | three steps | start | left | at most 79 |" in out
    assert "| M19970310 | party | recon | three steps | start | left | at least 60 |" in out
    assert "| M20140619 | party | recon | three steps | start | left | seen only afterwards |" in out
    assert "| M20250819 | party | work | four steps | start | published | 4 (3 to 5) |" in out  # days


def test_the_filter_says_its_prior_and_to_what_it_was_fitted(printed):
    _, out, _ = printed("--filter")
    assert "| within 3 days | 2024-06 to 2025-06 | 11 | 4 of 5 | 0 of 0 | 0 of 6 | 0.4" in out
    assert "Priors: p_shots and the share with shots uniform, p_other uniform from 0 to p_shots." in out


def test_a_record_of_ones_own_is_printed(printed, own):
    code, out, _ = printed("--list", "--record", own(counts=[{"note": "a | b"}]))
    assert code == 0 and rows(out)["recorded_crossings"]["value"] == "1 crossings"


def test_a_bad_record_is_exit_2_and_nothing_is_printed(printed, own):
    folder = own(counts=[{"count": "few"}])
    code, out, err = printed("--list", "--record", folder)
    assert (code, out) == (2, "") and err.startswith(f"{folder}/counts.csv:2:1: count: cannot be read; found")


def test_nothing_asked_is_refused(printed):
    with pytest.raises(SystemExit) as stopped:
        printed()
    assert stopped.value.code == 2


def test_it_is_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "experiments.calibration.record", "--list"], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.startswith("| statistic | value | exposure |")
