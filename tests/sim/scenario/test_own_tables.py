"""CSV files as people and spreadsheets write them: read as meant, or one clear sentence."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.documents import BadInput
from sim.parameters.place import Space
from sim.scenario.csv_table import LARGEST
from sim.scenario.own_tables import read_lines, read_markers, read_posts

SPACE = Space(length_km=20, area_km=10)


@pytest.fixture
def markers(tmp_path: Path):
    """The places of the markers in a file with this content, in km."""

    def read(content: str | bytes) -> list[float]:
        file = tmp_path / "m.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return (read_markers(file, SPACE) / 1000.0).tolist()

    return read


@pytest.fixture
def refused(markers, tmp_path: Path):
    """What is said of a file with this content, a line a problem."""

    def said(content: str | bytes) -> list[str]:
        with pytest.raises(BadInput) as caught:
            markers(content)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return said


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ("s_km\n1.5\n2\n", [1.5, 2]),
        ("s_km;name\n1,5;a\n2;b\n", [1.5, 2]),
        ("s_km;name\n1.5;a\n", [1.5]),
        ("s_km\tname\n1,5\ta, b\n", [1.5]),
        ('"s_km";"name"\n"1,5";"a;b"\n', [1.5]),
        ("name,s_km\na;b,1\n", [1]),
        ('s_km,name\n1,"two\nlines"\n2,"a ""quoted"" word"\n', [1, 2]),
        ('s_km,name\n1,"two\n# lines\n\n"\n2,c\n', [1, 2]),
        ('s_km,name\n1,"two\n# lines"\n2,c\n', [1, 2]),
        ('# from a, "survey\ns_km\n1\n\n# the end\n', [1]),
        ('"# a comment, in quotes",\ns_km,\n1,\n', [1]),
        ("\ufeffs_km\n1\n", [1]),
        ("s_km\r\n1\r\n2\r\n", [1, 2]),
        ("s_km\r1\r2\r", [1, 2]),
        ("s_km,,\n1,,\n2,,\n,,\n,,\n", [1, 2]),
        ("s_km;name;\n1;a;;;\n;;\n", [1]),
        ("s_km,x,x\n1,2,3\n", [1]),
        ("s_km,name\n1,a\u2028b\x0bc\n2,d\n", [1, 2]),
        (" s_km , name \n 1 , a \n", [1]),
        ("s_km\n1e0\n+.5e1\n", [1, 5]),
    ],
)
def test_files_are_read_as_they_are_meant(markers, content, places):
    assert markers(content) == places


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("s_km\n1,5\n", "m.csv:2:1: a row of another length; found 2 cells; allowed 1, as in"),
        (
            's_km,name\n"1,5",a\n',
            "m.csv:2:1: s_km: not a number; found the text '1,5'; allowed a "
            "decimal number with a point, or semicolons between the cells",
        ),
        ("s_km;name\n1.234,5;a\n", "m.csv:2:1: s_km: not a number; found the text '1.234,5'"),
        ("s_km,s_km\n1,2\n", "m.csv:1:1: s_km: the column is there twice; allowed once"),
        ("s_km|name\n1|a\n", "m.csv:1:1: s_km: missing column; found s_km|name"),
        ('s_km,name\n1,"a\nb"\nx,c\n', "m.csv:4:1: s_km: not a number; found the text 'x'"),
        (
            's_km,name\n1,a\n2,"b\n3,c\n',
            "m.csv:3:1: the row that begins here is no CSV: unexpected "
            "end of data; allowed quotes that are closed, and doubled inside",
        ),
        ('s_km,name\n1,"a"b\n', "m.csv:2:1: the row that begins here is no CSV"),
        (
            f"s_km,name\n1,{'x' * 200_000}\n",
            "m.csv:2:1: the row that begins here is no CSV: field larger than field limit",
        ),
        ("s_km,name\n1,a,b\n", "m.csv:2:1: a row of another length; found 3 cells"),
        ("s_km,name\n1\n", "m.csv:2:1: a row of another length; found 1 cell;"),
        ("s_km\n1_0\n", "m.csv:2:1: s_km: not a number; found the text '1_0'"),
        ("s_km\n\u0661\n", "m.csv:2:1: s_km: not a number"),
        ("s_km\ninf\n", "m.csv:2:1: s_km: not a number"),
        ("s_km\n1e400\n", "m.csv:2:1: s_km: out of range; found 1e400; allowed 0 to 20"),
        ("s_km\n\x1b[31m1\n", r"m.csv:2:1: s_km: not a number; found the text '\u001b[31m1'"),
        ("s_km\n1\x00\n", r"m.csv:2:1: s_km: not a number; found the text '1\u0000'"),
        (
            "s_km\n1\n".encode("utf-16"),
            "m.csv: the file is not UTF-8; found text in UTF-16; allowed text saved as UTF-8",
        ),
        (
            "s_km,name\n1,\xe9\n".encode("latin-1"),
            "m.csv:2:3: the file is not UTF-8; found byte 0xe9 at offset 12; allowed text in UTF-8",
        ),
        (b"s_km\n" + b"1\n" * (LARGEST // 2), "m.csv: the file is too large"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(refused, content, said):
    lines = refused(content)
    assert len(lines) == 1 and lines[0].startswith(said), lines


def test_an_empty_file_is_said_to_be_empty(refused):
    for content in ("", "# a comment\n", "\n\n", ",,\n"):
        assert refused(content) == ["m.csv:1:1: the file is empty; allowed a header s_km and rows"]


def test_a_hole_and_a_missing_column_say_what_belongs_there(refused):
    assert refused("s_km,name\n1,a\n,b\n") == ["m.csv:3:1: s_km: an empty cell; allowed a number in each row"]
    assert refused("km,name\n1,a\n") == [
        "m.csv:1:1: s_km: missing column; found km, name; allowed a header with s_km"
    ]
    assert refused("s_km\n1,5\n") == [
        "m.csv:2:1: a row of another length; found 2 cells; allowed 1, as in the header; "
        "decimal commas need semicolons between the cells"
    ]


def test_at_most_twenty_problems_are_said(refused):
    assert len(refused("s_km\n" + "x\n" * 100)) == 20


def test_posts_and_lines_with_semicolons(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("side;s_km;d_m\nsouth;2,5;-400,5\nnorth;1,5;500\n")
    posts = read_posts(file, SPACE)
    assert (posts.side.tolist(), posts.s.tolist(), posts.d.tolist()) == (
        [0, 1],
        [1500.0, 2500.0],
        [500.0, -400.5],
    )
    file.write_text("s_km;north_m;south_m;commission_m\n0;1,5;-2,5;0\n20;2;3;4\n")
    s, lines = read_lines(file, SPACE)
    assert s.tolist() == [0.0, 20_000.0]
    assert np.array_equal(lines, [[1.5, 2], [-2.5, 3], [0, 4]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=80),
        st.text(st.sampled_from('s_km;,\t"\n\r#1.5 x\x00\u2028'), max_size=60).map(str.encode),
        st.text(st.sampled_from('1,;"\n\r# '), max_size=40).map(lambda it: f"s_km;x\n{it}".encode()),
    )
)
@example(b'"')
@example(b"s_km\n\x00")
def test_whatever_a_file_holds_it_is_numbers_or_bad_input(markers, content):
    try:
        assert all(0.0 <= place <= 20.0 for place in markers(content))
    except BadInput as bad:
        assert all(re.match(r".*m\.csv(:\d+:\d+)?: ", str(each)) for each in bad.problems)
        assert "\n" not in "".join(map(str, bad.problems))
