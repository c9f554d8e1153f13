"""The record is read as it is meant, and what is wrong with one's own is one sentence each."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.calibration.record import HELD_BACK, Period, Quantity, Record, statistics
from experiments.calibration.record.record import SHIPPED
from sim.documents import BadInput


def wrong(folder, unobserved=None):
    """What is said of a record that is refused, without the folder's name."""
    with pytest.raises(BadInput) as bad:
        Record.read(folder, unobserved)
    return [str(each).replace(f"{folder}/", "") for each in bad.value.problems]


def test_the_shipped_rows_are_all_there(record):
    assert (len(record.counts), len(record.incidents)) == (46, 62)
    assert record.span == Period(date(1953, 8, 1), date(2025, 10, 31))


def test_ranges_become_numbers(record):
    by_id = {each.id: each for each in record.incidents}
    assert by_id["M19970716"].rounds == (Quantity(80, 85, 90), Quantity(270, 270, 270))
    assert by_id["M19910821"].rounds == (Quantity(3, 6, 9), None)
    assert by_id["M20241015"].rounds == (None, Quantity(24, 24, float("inf")))
    assert by_id["M20141110"].rounds == (None, Quantity(22, 22, 22))
    assert by_id["M20240609b"].group == Quantity(20, 25, 30)
    assert by_id["M20240609b"].broadcasts == Quantity(1, 1, float("inf"))
    assert by_id["M20171113"].broadcasts == Quantity(0, 0, 0)
    assert by_id["M202503"].period == Period.of("2025-03")


def test_what_is_not_told_is_none(record):
    silent = next(each for each in record.incidents if each.id == "M20140612")
    assert silent.shots is None and silent.depth is None and silent.broadcasts is None
    assert silent.response == "" and silent.delay is None


def test_air_tracks_and_defectors_are_no_party(record):
    """README.md: leave out kind defection or other, M20160113, M20170523."""
    people = {each.id for each in record.incidents if each.is_of_people}
    assert not people & {"M20160113", "M20170523", "M20171113", "M20241015", "M20251019"}
    assert {"M20140612", "M20141018", "M20171221b", "M20251019c"} <= people


def test_the_shipped_record_has_its_gaps(record):
    assert record.unobserved == HELD_BACK
    assert record.observed(date(2000, 1, 1)) == (
        Period.of("2000-01", "2014-12"),
        Period.of("2016-01", "2020-12"),
        Period.of("2022-01", "2025-10"),
    )


def copied(tmp_path, *more):
    """The shipped record in a folder, with rows added to a table."""
    for file in SHIPPED.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    for name, row in more:
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(row + "\n")
    return tmp_path


INCIDENT_2015 = "M20150601,2015-06-01,,north,crossing,,,,,work,,,,,,,,,,,,,B,a paper,"


@pytest.mark.parametrize(
    "name, row, column, found",
    [
        ("incidents.csv", INCIDENT_2015, "date", "2015-06-01"),
        ("incidents.csv", INCIDENT_2015.replace("2015-06-01", "2025-11-01"), "date", "2025-11-01"),
        ("incidents.csv", INCIDENT_2015.replace("2015-06-01", "2021-12"), "date", "2021-12"),
        (
            "counts.csv",
            "2014-12,2016-01,crossings,line,0,south JCS,B,x,",
            "period_start",
            "2014-12 to 2016-01",
        ),
        (
            "counts.csv",
            "2025-10,2025-12,crossings,line,0,south JCS,B,x,",
            "period_start",
            "2025-10 to 2025-12",
        ),
    ],
)
def test_a_row_of_a_held_back_period_is_refused(tmp_path, monkeypatch, name, row, column, found):
    """In the shipped record, and in another for which the same periods are named."""
    folder = copied(tmp_path, (name, row))
    said = (
        f"{name}:{len((folder / name).read_text().splitlines())}:1: {column}: a row of a period that counts"
    )
    (refused,) = wrong(folder, HELD_BACK)
    assert refused.startswith(said) and f"found {found};" in refused
    monkeypatch.setattr("experiments.calibration.record.record.SHIPPED", folder)
    with pytest.raises(BadInput, match="counts as unobserved"):
        Record.read()


def test_ones_own_record_may_have_such_rows(tmp_path):
    """A year in which it has a row is observed; the other stays unobserved, as does what comes after."""
    record = Record.read(copied(tmp_path, ("incidents.csv", INCIDENT_2015)))
    assert record.unobserved == HELD_BACK[1:]
    assert statistics(record)["answered_fire"].exposure.best == pytest.approx(23.8333 + 1.0, abs=1e-3)


def test_gaps_of_ones_own_are_cut(tmp_path):
    """All that is named, and nothing else: 2021 counts as seen, and the gap does not."""
    gap = Period.of("2015-01", "2015-12")
    record = Record.read(copied(tmp_path), [gap])
    assert record.unobserved == (gap,)
    assert statistics(record)["answered_fire"].exposure.best == pytest.approx(298 / 12)


def test_a_copy_says_what_the_shipped_one_says(tmp_path, told):
    ours = statistics(Record.read(copied(tmp_path)))
    assert [(each.name, each.value, each.exposures) for each in ours.values()] == [
        (each.name, each.value, each.exposures) for each in told.values()
    ]


def test_without_notes_read_only_the_tables_speak(tmp_path, told):
    folder = copied(tmp_path)
    for name in ("readings.csv", "times.csv"):
        (folder / name).unlink()
    record = Record.read(folder)
    ours = statistics(record)
    assert ours["recorded_crossings"].value == Quantity(15, 15, 15)
    assert ours["depth_shot_at"].value == Quantity.exactly(
        35
    )  # with 850 m, which a note tells was found late
    assert not [name for name in ours if name.startswith("published")]
    assert {each.source for each in record.times} == {"delay_min", "duration_min"}


def test_a_small_record_tells_what_it_can(own):
    ours = statistics(Record.read(own()))
    assert ours["recorded_crossings"].value == Quantity(1, 1, 1)
    assert ours["recorded_crossings"].exposure == Quantity(1, 1, 1)
    assert ours["answered_fire"].exposure.best == pytest.approx(1 / 12)
    assert "warning_shots_answered" not in ours and "counties_named" not in ours


@pytest.mark.parametrize(
    "row, said",
    [
        (
            {"date": "5 Jan 2026"},
            "date: cannot be read; found the text '5 Jan 2026'; allowed a month as in 2024-06 or a day as in",
        ),
        ({"date": ""}, "date: cannot be read; found the text ''; allowed a month as in"),
        (
            {"kind": "crosing"},
            "kind: not among the allowed values; found the text 'crosing'; allowed crossing or",
        ),
        ({"kind": "crosing"}, "did you mean crossing?"),
        ({"kind": ""}, "kind: not among the allowed values"),
        ({"county": "cheorwon"}, "did you mean Cheorwon?"),
        (
            {"warning_shots": "some"},
            "warning_shots: not among the allowed values; found the text 'some'; allowed yes",
        ),
        (
            {"depth_m": "deep"},
            "depth_m: cannot be read; found the text 'deep'; allowed a number of at least 0",
        ),
        ({"depth_m": "5-10"}, "depth_m: not one number; found the text '5-10'"),
        ({"delay_min": "no"}, "delay_min: not one number; found the text 'no'"),
        ({"rounds": "N4,S3"}, "rounds: cannot be read; found the text 'N4,S3'; allowed N and S each with"),
        ({"rounds": "N9-4"}, "rounds: cannot be read"),
        ({"time_local": "25:00"}, "time_local: cannot be read; found the text '25:00'"),
        (
            {"group_size_low": "9", "group_size_high": "3"},
            "group_size_low: in another order; found 9, 3; allowed group_",
        ),
        (
            {"group_size_low": "9"},
            "group_size_low: some of its cells are blank; allowed all or none of group_size_low,",
        ),
        ({"sources": ""}, "sources: nothing in a cell that must be filled"),
        ({"id": ""}, "id: nothing in a cell that must be filled"),
        ({"grade": "D"}, "grade: not among the allowed values; found the text 'D'; allowed A or B or C"),
        (
            {"broadcasts": "a few"},
            "broadcasts: cannot be read; found the text 'a few'; allowed a number, a range as in",
        ),
    ],
)
def test_a_bad_incident_is_one_sentence(own, row, said):
    (found,) = wrong(own(incidents=[{}, {"id": "M2"} | row]))
    assert found.startswith("incidents.csv:3:1: ") and said in found


@pytest.mark.parametrize(
    "row, said",
    [
        (
            {"count": "few"},
            "count: cannot be read; found the text 'few'; allowed a number, a range as in 5-6,",
        ),
        ({"count": ""}, "count: cannot be read; found the text ''"),
        (
            {"what": "crossing"},
            "what: not among the allowed values; found the text 'crossing'; allowed crossings or",
        ),
        ({"what": "crossing"}, "did you mean crossings?"),
        (
            {"counted_by": "JCS"},
            "counted_by: not among the allowed values; found the text 'JCS'; allowed south JCS or",
        ),
        (
            {"period_end": "2025-12"},
            "period_end: before period_start; found 2025-12; allowed 2026-02 or later",
        ),
        ({"place": ""}, "place: nothing in a cell that must be filled"),
        ({"note": "counties named: Inje, Cheorwan; x"}, "note: no county; found the text 'Cheorwan'"),
        ({"note": "counties named: Inje, Cheorwan; x"}, "did you mean Cheorwon?"),
    ],
)
def test_a_bad_count_is_one_sentence(own, row, said):
    (found,) = wrong(own(counts=[{}, {"period_start": "2026-02", "period_end": "2026-02"} | row]))
    assert found.startswith("counts.csv:3:1: ") and said in found


def test_a_row_is_there_once(own):
    (count,) = wrong(own(counts=[{}, {"count": "2"}]))
    assert count == "counts.csv:3:1: what: counted twice; found the same as in line 2; allowed one row"
    (incident,) = wrong(own(incidents=[{}, {}]))
    assert incident.startswith("incidents.csv:3:1: id: the id is there twice; found M1, also in line 2")


def test_all_that_is_wrong_is_said_at_once(own):
    folder = own(counts=[{"count": "x", "grade": "Z"}], incidents=[{"kind": "y", "date": "z"}])
    assert len(wrong(folder)) == 4


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "1:1: 25 columns are missing; found nothing; allowed the columns id, date, time_local, "),
        ("id;date\n1;2\n", "1:1: 25 columns are missing; found id;date; allowed the columns id, date"),
        ('id\n"open\n', "2:1: the row that begins here is no CSV: unexpected end of data; allowed commas"),
        ("id\x00\n", "1:1: 25 columns are missing; found id\\u0000; allowed"),
    ],
)
def test_a_file_that_is_no_table_is_refused(own, text, said):
    folder = own()
    (folder / "incidents.csv").write_text(text, encoding="utf-8")
    assert wrong(folder)[0].startswith(f"incidents.csv:{said}")


@pytest.mark.parametrize(
    "name, said",
    [
        ("dates", "date: missing column; found id, dates, time_local"),
        ("dates", "did you mean dates?"),
        ("id", "date: missing column"),
        ("id", "id: the column is there twice; allowed once"),
    ],
)
def test_a_mistyped_column_is_named(own, name, said):
    folder = own()
    text = (folder / "incidents.csv").read_text(encoding="utf-8")
    (folder / "incidents.csv").write_text(text.replace("id,date,", f"id,{name},", 1), encoding="utf-8")
    assert any(said in each for each in wrong(folder))


def test_lines_are_counted_over_comments_blanks_and_quoted_breaks(own):
    folder = own(incidents=[{"note": "two\nlines"}, {"id": "M2", "grade": "X"}])
    text = (folder / "incidents.csv").read_text(encoding="utf-8").replace("\r\n", "\n")
    head, rest = text.split("\n", 1)
    (folder / "incidents.csv").write_text(f"# ours\n# more\n{head}\n\n{rest}", encoding="utf-8")
    (found,) = wrong(folder)
    assert found.startswith("incidents.csv:7:1: grade")


def test_a_row_of_another_length_is_refused(own):
    folder = own()
    with (folder / "counts.csv").open("a", encoding="utf-8") as file:
        file.write("2026-02,2026-02\n")
    assert wrong(folder) == ["counts.csv:3:1: a row of another length; found 2 cells; allowed 9"]


def test_what_is_not_there_is_said(tmp_path):
    assert wrong(tmp_path / "none") == [
        "counts.csv: there is no such file",
        "incidents.csv: there is no such file",
    ]


def test_a_folder_is_a_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    assert len(wrong(tmp_path / "file")) == 2
    (tmp_path / "counts.csv").mkdir()
    assert any(each.startswith("counts.csv: ") for each in wrong(tmp_path))


def test_a_record_has_rows(own):
    assert "the record has no rows" in wrong(own(counts=[], incidents=[]))[0]


def test_columns_come_in_any_order_and_others_are_passed_over(own, tmp_path):
    folder = own()
    lines = (folder / "counts.csv").read_text().splitlines()
    (folder / "counts.csv").write_text("\n".join(f"mine,{','.join(reversed(x.split(',')))}" for x in lines))
    assert Record.read(folder).counts[0].period == Period.of("2026-01")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_whatever_a_record_holds_it_is_statistics_or_bad_input(own, data):
    cell = st.one_of(
        st.sampled_from(["", "yes", "no", "5-6", "24+", "2015-01", "2026-03-04", "N3 S4", "work", "dozens"]),
        st.text(max_size=8),
    )
    columns = st.sampled_from(["count", "what", "note", "counted_by", "place"])
    open_ones = st.fixed_dictionaries({"count": st.sampled_from(["0-1", "3+", "9", "0"])})
    drawn = st.lists(open_ones | st.dictionaries(columns, cell), max_size=4)
    month = "2026-{:02}".format
    rows = drawn.map(
        lambda each: [
            {"period_start": month(i), "period_end": month(i)} | row for i, row in enumerate(each, 1)
        ]
    )
    names = [
        "id",
        "date",
        "kind",
        "depth_m",
        "rounds",
        "group_size_low",
        "warning_shots",
        "activity",
        "delay_min",
    ]
    others = st.lists(st.dictionaries(st.sampled_from(names), cell), max_size=3)
    folder = own(data.draw(rows), data.draw(others))
    try:
        record = Record.read(folder)
    except BadInput as bad:
        assert all(each.mark.line > 0 or "no rows" in each.message for each in bad.problems)
    else:
        statistics(record)
