"""Reading, merging, setting and extending: values keep their places, flaws become clear errors."""

import os
import socket
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.documents import BadInput, Document, Mark, Problem, assigned, merge, parse, read, resolve_extends
from sim.documents.composing import UNWANTED, scalar

unhurried = settings(deadline=None)


def refused(call, *arguments) -> list[str]:
    with pytest.raises(BadInput) as caught:
        call(*arguments)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


def problems(text: str) -> list[str]:
    return refused(parse, text, "f.yaml")


# --- problems ----------------------------------------------------------------------------------


def test_problem_says_everything_in_one_line():
    problem = Problem(Mark("a.yaml", 3, 5), "a.b", "140", "0 to 50 m", "c", "out of range")
    line = "a.yaml:3:5: a.b: out of range; found 140; allowed 0 to 50 m; did you mean c?"
    assert str(problem) == line


def test_problem_leaves_out_what_it_does_not_know():
    assert str(Problem(Mark("--set", 0, 0), "", message="no")) == "--set: no"


def test_what_was_found_is_shortened():
    assert problems("q" * 60)[0].count("q") == 60
    assert f"found the text '{'x' * 57}...'" in problems("x" * 61)[0]


def test_bad_input_lists_each_problem_once_in_order_of_place():
    late, early = (Problem(Mark("f", line, 1), "", message="no") for line in (9, 2))
    assert BadInput([late, early, late]).problems == (early, late)


@pytest.mark.parametrize("name", ["a\nb.yaml", "a\x1b[31m.yaml"])
def test_a_hostile_file_name_cannot_break_the_line(name):
    assert str(Mark(name, 1, 2)).isprintable()


# --- what values are ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1e3", 1000.0),
        ("1e-3", 0.001),
        ("-2.5E+1", -25.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1_292", 1292),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("2025-11-01", date(2025, 11, 1)),
        ("2025-02-30", "2025-02-30"),
        ("2025-11-01 12:00:00", "2025-11-01 12:00:00"),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("=", "="),
        ("1_", 1),
        ("e3", "e3"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("'2025-11-01'", "2025-11-01"),
        ("9" * 5000,) * 2,
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">\n  one\n  line", "one line"),
    ],
)
def test_scalars_are_what_people_expect(written, value):
    found = parse(f"a: {written}", "f").data["a"]
    assert found == value and type(found) is type(value)


def test_not_a_number_is_a_float():
    found = parse("a: .nan", "f").data["a"]
    assert isinstance(found, float) and found != found


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_text(tmp_path):
    path = written(tmp_path, "f.yaml", "\ufeffa: 1\r\nb:\r\n  c: x\r\n")
    document = read(path)
    assert document.data == {"a": 1, "b": {"c": "x"}}
    assert document.marks[("b", "c")] == Mark(str(path), 3, 6)


# --- where values are --------------------------------------------------------------------------

PLACED = """\
# comment
south:
  watch: {margin: 10, looks: [1,
    2]}
  names:
    - first
    - key: 한국
twice: &anchor
  one: 1
again: *anchor
empty:
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 2, 1),
        (("south",), 2, 1),  # a block mapping is where its key is
        (("south", "watch"), 3, 10),  # a flow mapping is where it begins
        (("south", "watch", "margin"), 3, 19),
        (("south", "watch", "looks"), 3, 30),
        (("south", "watch", "looks", 0), 3, 31),
        (("south", "watch", "looks", 1), 4, 5),
        (("south", "names"), 5, 3),
        (("south", "names", 0), 6, 7),
        (("south", "names", 1), 7, 7),
        (("south", "names", 1, "key"), 7, 12),
        (("again", "one"), 9, 8),  # where it is written, not where it is repeated
        (("empty",), 11, 7),
    ],
)
def test_every_value_has_its_place(path, line, column):
    assert parse(PLACED, "f").marks[path] == Mark("f", line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [(("south", "watch"), 3, 3), (("south", "watch", "looks"), 3, 23), (("again",), 10, 1)],
)
def test_every_key_has_its_place(path, line, column):
    assert parse(PLACED, "f").keys[path] == Mark("f", line, column)


def test_what_stands_nowhere_is_placed_at_what_would_contain_it():
    document = parse(PLACED, "f")
    assert document.at(("south", "watch", "absent")) == Mark("f", 3, 10)
    assert document.at(("south", "watch", "absent", "deeper")) == Mark("f", 3, 10)
    assert document.at_key(("absent",)) == Mark("f", 2, 1)
    assert Document({}, {}, "f").at(("a",)) == Mark("f", 0, 0)


# --- what is refused: the text -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "f.yaml:1:1: the file is empty"),
        ("  \n# only a comment\n", "f.yaml:1:1: the file is empty"),
        (
            "\n- 1\n- 2",
            "f.yaml:2:1: no mapping at the top; found a list of 2 values; "
            "allowed keys with values, as in 'name: value'",
        ),
        (
            "word",
            "f.yaml:1:1: no mapping at the top; found the text 'word'; "
            "allowed keys with values, as in 'name: value'",
        ),
        (
            "a: 1\nb: \0x\x1b",
            "f.yaml:2:4: control or invisible characters; found U+0000 and 1 more; allowed printable text",
        ),
        ("a: \u2028", "f.yaml:1:4: control or invisible characters; found U+2028; allowed printable text"),
        ("a: \ufeff", "f.yaml:1:4: control or invisible characters; found U+FEFF; allowed printable text"),
        (
            "a:\n  b: c: d",
            "f.yaml:2:7: a: a key with its colon cannot stand here: check the "
            "indentation, and put text that contains ': ' in quotes",
        ),
        ("a:\n\tb: 1", "f.yaml:2:1: a: a tab cannot indent: use spaces"),
        ("a: @x", "f.yaml:1:4: a: text that begins with this character needs quotes"),
        ("a: 1\nb\nc: 2", "f.yaml:2:1: a key without its colon"),
        ("a: 1\nb:2\nc: 2", "f.yaml:2:1: a key without its colon; did you mean b: 2?"),
        ("a: 1\nb = 2\nc: 2", "f.yaml:2:1: a key without its colon; did you mean b: 2?"),
        (
            "a: 'x's'\nb: 1",
            "f.yaml:1:7: text goes on behind its closing quote: put it all in the other quotes, or write a "
            "quote inside twice",
        ),
        ("a: 1\nb: 'x\nc: 2", "f.yaml:2:4: b: quotes are opened here and never closed"),
        ("a:\n [1, 2\nb: 3", "f.yaml:3:2: a.1: a comma or the closing ']' is missing (opened in line 2)"),
        ("a: {b: 1\n", "f.yaml:2:1: a: a comma or the closing '}' is missing (opened in line 1)"),
        (
            "a:\n   b: 1\n  c: 2",
            "f.yaml:3:3: this line stands neither in line with its "
            "neighbours nor inside them: check the indentation",
        ),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: a second document in the file; allowed one"),
        ("a: 1\n...\nb: 2", "f.yaml:3:1: nothing can follow the end of the document"),
        ('a: "\\UFFFFFFFF"', "f.yaml:1:7: a: an escape that names no character"),
        ('a: "\\q"', "f.yaml:1:6: a: this is not YAML: found unknown escape character 'q'"),
        (
            "%YAML 3.0\n---\na: 1",
            "f.yaml:1:1: this is not YAML: found incompatible YAML document (version 1.* is required)",
        ),
    ],
)
def test_broken_text_is_one_error_with_its_place(text, expected):
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\na: 5",
            [
                "f.yaml:5:3: b.c: key written twice, first in line 3, column 3; found the text 'c'",
                "f.yaml:6:1: a: key written twice, first in line 1, column 1; found the text 'a'",
                "f.yaml:7:1: a: key written twice, first in line 1, column 1; found the text 'a'",
            ],
        ),
        (
            "1: {a: 1, a: 2}\n2025-11-01: b\ntrue: c\n~: d\n? [e]\n: f",
            [
                'f.yaml:1:1: a key must be text; found 1; allowed text; did you mean "1"?',
                "f.yaml:1:11: a: key written twice, first in line 1, column 5; found the text 'a'",
                'f.yaml:2:1: a key must be text; found 2025-11-01; allowed text; did you mean "2025-11-01"?',
                'f.yaml:3:1: a key must be text; found true; allowed text; did you mean "true"?',
                'f.yaml:4:1: a key must be text; found nothing; allowed text; did you mean "~"?',
                "f.yaml:5:3: a key must be text; found a list; allowed text",
            ],
        ),
        (
            "a: !!python/object/apply:os.system ['true']\nb: !mine 3\nc: !!str 4",
            [
                "f.yaml:1:4: a: tags are refused; found !!python/object/apply:os.system",
                "f.yaml:2:4: b: tags are refused; found !mine",
                "f.yaml:3:4: c: tags are refused; found !!str",
            ],
        ),
        (
            'a: ["\\x1b[31m"]\nb: "\\ud800"',
            [
                "f.yaml:1:5: a.0: an escape that stands for a control character; "
                "found the text '\\u001b[31m'; allowed printable text",
                "f.yaml:2:4: b: an escape that stands for a control character; "
                "found the text '\\ud800'; allowed printable text",
            ],
        ),
        (
            "a: {b: 12,5, c: 1}",
            [
                "f.yaml:1:11: a: a comma parts entries here, and a number has a point; found 5; "
                "did you mean 12.5?"
            ],
        ),
        ("a: &x [1, *x]", ["f.yaml:1:11: a.1: an alias inside the value that it repeats; found *x"]),
        (
            "a: &base 1\nb: *bsae",
            ["f.yaml:2:4: b: an alias without its anchor; found *bsae; did you mean *base?"],
        ),
        (
            "a: &x {b: 1}\nc:\n  <<: *x",
            ["f.yaml:3:3: c: merge keys are refused: write the keys out, or use a base file; found '<<'"],
        ),
        (
            "a: 1\na: 2\nb: 'x",
            [  # what was found before the text broke is not lost
                "f.yaml:2:1: a: key written twice, first in line 1, column 1; found the text 'a'",
                "f.yaml:3:4: b: quotes are opened here and never closed",
            ],
        ),
    ],
)
def test_unsafe_or_ambiguous_yaml_is_refused_all_at_once(text, expected):
    assert problems(text) == expected


def test_quoted_merge_key_and_quoted_number_are_ordinary_keys():
    assert parse('"<<": 1\n"1": 2', "f").data == {"<<": 1, "1": 2}


def nested(levels: int) -> str:
    return "a: " + "[" * (levels - 1) + "]" * (levels - 1)


def test_twenty_levels_are_the_deepest():
    parse(nested(20), "f")
    (said,) = problems(nested(21))
    assert said.startswith("f.yaml:1:23: a.0") and said.endswith("too deeply; allowed 20 levels")
    assert problems("a: " + "[" * 900_000)[0].endswith("too deeply; allowed 20 levels")


def test_aliases_do_not_hide_depth():
    half = "{k: " * 10 + "1" + "}" * 10
    parse(f"a: &x {half}\nb: " + "{k: " * 9 + "*x" + "}" * 9, "f")
    (said,) = problems(f"a: &x {half}\nb: " + "{k: " * 10 + "*x" + "}" * 10)
    assert said.startswith("f.yaml:2:44: b.k") and "20 levels" in said


def test_an_empty_list_repeated_is_as_deep_as_any():
    parse("a: &x []\nb: " + "{k: " * 18 + "*x" + "}" * 18, "f")
    assert "20 levels" in problems("a: &x []\nb: " + "{k: " * 19 + "*x" + "}" * 19)[0]


def test_ten_thousand_values_are_the_most():
    values = 10_000 - 3  # the outer mapping, its key and the list count too
    parse(f"a: [{','.join('1' * values)}]", "f")
    (said,) = problems(f"a: [{','.join('1' * (values + 1))}]")
    assert said == f"f.yaml:1:{5 + 2 * values}: a.{values}: too many values, aliases expanded; allowed 10,000"


def test_a_repeated_value_counts_as_often_as_it_stands():
    def repeated(times: int) -> str:
        return f"a: &x 1\nb: &y [{', '.join(['*x'] * 100)}]\nc: [{', '.join(['*y'] * times)}]"

    assert parse(repeated(97), "f").data["c"][96][99] == 1  # 107 + 97 * 101 = 9,904 values
    assert "10,000" in problems(repeated(98))[0]  # 10,005


def test_an_alias_bomb_is_refused_where_it_goes_off():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 9):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    (said,) = problems(bomb)
    assert said.startswith("f.yaml:4:") and "too many values" in said


def test_flaws_can_be_collected_and_the_rest_read():
    flaws: list[Problem] = []
    document = parse("a: 1\na: 2\n3: x\nb: !t 4", "f", flaws)
    assert document.data == {"a": 1, "b": 4}
    assert [problem.mark.line for problem in flaws] == [2, 3, 4]


# --- what is refused: the file -----------------------------------------------------------------


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_read_marks_values_with_the_path(tmp_path):
    path = written(tmp_path, "a.yaml", "a: 한\n")
    assert read(path).marks[("a",)] == Mark(str(path), 1, 4)
    assert read(path).file == str(path)


def test_a_missing_file_names_the_nearest_in_the_folder(tmp_path):
    written(tmp_path, "baseline.yaml", "a: 1")
    path = tmp_path / "basline.yaml"
    assert refused(read, path) == [f"{path}: there is no such file; did you mean baseline.yaml?"]
    assert refused(read, tmp_path / "none" / "x.yaml")[0].endswith("there is no such file")


def test_what_is_no_file_is_refused_without_reading_it(tmp_path, monkeypatch):
    assert refused(read, tmp_path) == [
        f"{tmp_path}: this is no file; found a folder; allowed an ordinary file"
    ]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "found a device or pipe" in refused(read, pipe)[0]
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        server.bind("socket")
        assert "found a device or pipe" in refused(read, Path("socket"))[0]


def test_an_unreadable_file_says_why(tmp_path, monkeypatch):
    path = written(tmp_path, "a.yaml", "a: 1")

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert refused(read, path) == [f"{path}: the file cannot be read: Permission denied"]


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    assert "cannot be read" in refused(read, tmp_path / "a\0b")[0]
    assert "cannot be read" in refused(read, tmp_path / ("a" * 5000))[0]


def test_other_encodings_are_refused_at_the_first_wrong_byte(tmp_path):
    path = written(tmp_path, "a.yaml", "a: 1\nb: é".encode() + b"\xe9\n")
    assert refused(read, path) == [
        f"{path}:2:5: the file is not UTF-8; found byte 0xe9 at offset 10; allowed text in UTF-8"
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a: 1".encode("utf-16"), "text in UTF-16"),
        (b"PK\x03\x04" + bytes(40), "an Excel workbook, a Word document or another zip archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(40), "an Excel workbook or a Word document of the older kind"),
        (b"PAR1" + bytes(40), "a Parquet table"),
    ],
)
def test_a_file_of_another_program_is_named_as_what_it_is(tmp_path, content, found):
    path = written(tmp_path, "a.yaml", content)
    said = f"{path}: the file is not UTF-8; found {found}; allowed text saved as UTF-8"
    assert refused(read, path) == [said]


def test_a_megabyte_is_the_largest_file(tmp_path):
    text = "a: 1\n#"
    fits = written(tmp_path, "a.yaml", text + "x" * (1_000_000 - len(text)))
    assert read(fits).data == {"a": 1}
    path = written(tmp_path, "b.yaml", text + "x" * (1_000_001 - len(text)))
    assert refused(read, path) == [f"{path}: the file is too large; allowed 1,000,000 bytes"]


def test_an_empty_file_is_refused(tmp_path):
    path = written(tmp_path, "a.yaml", b"")
    assert refused(read, path) == [f"{path}:1:1: the file is empty"]


# --- values on the command line ----------------------------------------------------------------


def with_value(document: Document, assignment: str, file: str = "--set") -> Document:
    return merge(document, assigned(assignment, file))


def test_a_value_is_set_and_all_else_keeps_its_place():
    before = parse("south:\n  watch: {margin: 10, looks: 2}\n", "f")
    after = with_value(before, "south.watch.margin = 40")
    assert after.data == {"south": {"watch": {"margin": 40, "looks": 2}}}
    changed = {("south", "watch", "margin")}
    assert after.marks == {**before.marks, **dict.fromkeys(changed, Mark("--set", 0, 0))}
    assert after.file == "f" and before.data["south"]["watch"]["margin"] == 10


@pytest.mark.parametrize(
    ("assignment", "data"),
    [
        ("b=text", {"a": 1, "b": "text"}),
        ("b='3'", {"a": 1, "b": "3"}),
        ("b=[1, {c: 2}]", {"a": 1, "b": [1, {"c": 2}]}),
        ("b.c={d: 2025-11-01}", {"a": 1, "b": {"c": {"d": date(2025, 11, 1)}}}),
        ("b=null", {"a": 1, "b": None}),
        ("b=x=y", {"a": 1, "b": "x=y"}),
        ("a.b=1", {"a": {"b": 1}}),
    ],
)
def test_a_set_value_is_yaml(assignment, data):
    after = with_value(parse("a: 1", "f"), assignment, file="--set 1")
    assert after.data == data
    path = tuple(assignment.partition("=")[0].split("."))
    assert after.marks[path] == after.keys[path] == Mark("--set 1", 0, 0)


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        (
            "a.b",
            "--set: no assignment; found the text 'a.b'; "
            "allowed key=value, the key being names joined by dots",
        ),
        (
            "=3",
            "--set: no assignment; found the text '=3'; "
            "allowed key=value, the key being names joined by dots",
        ),
        (
            "a..b=3",
            "--set: no assignment; found the text 'a..b=3'; "
            "allowed key=value, the key being names joined by dots",
        ),
        ("a.b=", "--set: a.b: no value after the '='"),
        ("a.b= # 3", "--set: a.b: no value after the '='"),
        ("a.b=[1", "--set: a.b.0: a comma or the closing ']' is missing (opened in line 1)"),
        ("a={b: 1, b: 2}", "--set: a.b: key written twice, first in line 1, column 2; found the text 'b'"),
        ("a=\udcff", "--set: a: control or invisible characters; found U+DCFF; allowed printable text"),
        ("a=1\n---\n2", "--set: a: a second document in the file; allowed one"),
    ],
)
def test_a_bad_assignment_is_one_error(assignment, expected):
    assert refused(with_value, parse("a: 1", "f"), assignment) == [expected]


def test_an_assignment_cannot_be_endlessly_deep():
    document = parse("a: 1", "f")
    assert ("a",) * 20 in with_value(document, "a." * 19 + "a=1").marks
    assert "no assignment" in refused(with_value, document, "a." * 20 + "a=1")[0]
    assert "no assignment" in refused(with_value, document, "a." * 50_000 + "a=1")[0]


# --- merging -----------------------------------------------------------------------------------


def test_mappings_join_and_lists_are_replaced_with_their_places():
    base = parse("a: {b: 1, c: [1, 2, 3]}\nd: 4", "base")
    over = parse("\na: {c: [5]}\ne: 6", "over")
    both = merge(base, over)
    assert both.data == {"a": {"b": 1, "c": [5]}, "d": 4, "e": 6}
    assert both.marks == {
        (): Mark("over", 2, 1),
        ("a",): Mark("over", 2, 4),
        ("a", "b"): Mark("base", 1, 8),
        ("a", "c"): Mark("over", 2, 8),
        ("a", "c", 0): Mark("over", 2, 9),
        ("d",): Mark("base", 2, 4),
        ("e",): Mark("over", 3, 4),
    }
    assert both.keys[("a", "b")] == Mark("base", 1, 5)
    assert both.keys[("a", "c")] == Mark("over", 2, 5)


def test_a_scalar_replaces_a_mapping_and_its_marks():
    both = merge(parse("a: {b: {c: 1}}", "base"), parse("a: 2", "over"))
    assert both.data == {"a": 2}
    assert set(both.marks) == {(), ("a",)} and set(both.keys) == {("a",)}


# --- extending ---------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A writer of files, and the rule for names that a library of files would have."""

    def find(name: str, parent: Path | None) -> Path:
        return (parent.parent if parent else tmp_path) / (name if "." in name else name + ".yaml")

    def resolve(name="top", names=("baseline", "worst"), flaws=None, **files) -> Document:
        for stem, content in files.items():
            written(tmp_path, f"{stem}.yaml", content)
        return resolve_extends(name, find, names, flaws)

    resolve.path = lambda stem: str(tmp_path / f"{stem}.yaml")
    return resolve


def test_a_file_is_laid_over_what_it_extends(folder):
    document = folder(
        baseline="a: 1\nb: {c: 2, d: 3}\n",
        worst="extends: baseline\nb: {c: 4}\n",
        top="extends: worst.yaml\nb: {e: 5}\n",
    )
    assert document.data == {"a": 1, "b": {"c": 4, "d": 3, "e": 5}}
    assert document.file == folder.path("top")
    assert document.marks[("a",)] == Mark(folder.path("baseline"), 1, 4)
    assert document.marks[("b", "c")] == Mark(folder.path("worst"), 2, 8)
    assert document.marks[("b", "e")] == Mark(folder.path("top"), 2, 8)
    assert not any("extends" in path for path in [*document.marks, *document.keys])


def test_several_bases_are_laid_left_to_right_and_may_share_a_base(folder):
    document = folder(
        base="a: 0\nb: 0\nc: 0\nd: 0",
        left="extends: base\na: 1\nb: 1",
        right="extends: base\nb: 2\nc: 2",
        top="extends: [left, right]\nc: 3",
    )
    assert document.data == {"a": 0, "b": 2, "c": 3, "d": 0}


def test_names_are_looked_up_from_the_extending_file(folder, tmp_path):
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub", "base.yaml", "a: sub")
    written(tmp_path / "sub", "mine.yaml", "extends: base")
    assert folder(base="a: top", top="extends: sub/mine.yaml").data == {"a": "sub"}


def test_a_circle_is_one_error_that_prints_the_chain(folder):
    said = refused(lambda: folder(top="extends: b", b="c: 1\nextends: [x, c]", c="extends: b", x="d: 1"))
    assert said == [
        f"{folder.path('c')}:1:10: extends: files extend each other in a circle; "
        "found b.yaml -> c.yaml -> b.yaml"
    ]
    assert "found own.yaml -> own.yaml" in refused(lambda: folder("own", own="extends: own"))[0]


def test_a_missing_base_names_the_nearest(folder):
    expected = [
        f"{folder.path('top')}:2:4: extends: there is no such file; found the text 'basline'; "
        "did you mean baseline?"
    ]
    assert refused(lambda: folder(top="extends:\n - basline")) == expected
    assert refused(lambda: folder(names=lambda: ["baseline"])) == expected


def test_an_empty_name_is_no_folder():
    """A shell variable that is not set."""
    (line,) = refused(resolve_extends, "", lambda name, _: Path(name), [], None, "a file")
    assert line == "'': no file is named; found the text ''; allowed a file"


def test_several_names_in_one_word_are_named_each_by_itself():
    said = refused(resolve_extends, "a, B+c", lambda name, _: Path(name), ["a", "b", "c"], None, "a file")
    assert said[0].endswith("did you mean a and b and c, each by itself?")


def test_a_missing_scenario_names_the_nearest(folder):
    assert refused(lambda: folder("worse")) == [
        "worse: there is no such file; found the text 'worse'; did you mean worst?"
    ]


def test_a_name_too_long_for_a_file_is_one_error(folder):
    (said,) = refused(lambda: folder("a" * 5000))
    assert "the file cannot be read: File name too long" in said


def test_find_may_itself_say_that_there_is_no_file():
    def find(name, parent):
        raise FileNotFoundError(name)

    assert "did you mean worst?" in refused(resolve_extends, "wrst", find, ["worst"])[0]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("3", "3"),
        ("[]", "a list of 0 values"),
        ("", "nothing"),
        ("{a: 1}", "a mapping"),
        ("[a, 1]", "a list of 2 values"),
        ("[" + "a," * 21 + "]", "a list of 21 values"),
    ],
)
def test_extends_takes_names_only(folder, value, found):
    (said,) = refused(lambda: folder(top=f"extends: {value}"))
    assert f"extends: no file to extend; found {found}" in said
    assert "allowed the name of a file, or a list of 1 to 20 names" in said


def test_ten_files_are_the_longest_chain(folder):
    files = {f"f{n}": f"extends: f{n + 1}\na{n}: 1" for n in range(10)}
    assert len(folder("f1", **files, f10="a10: 1").data) == 10
    assert refused(lambda: folder("f0")) == [
        f"{folder.path('f9')}:1:10: extends: the chain of extended files is too long; allowed 10 files"
    ]


def test_the_flaws_of_all_files_are_reported_together(folder):
    files = {"top": "extends: [one, two, none]\na: 1\na: 2", "one": "b: 'x", "two": "c: 1\nc: 2"}
    said = refused(lambda: folder(**files))
    assert [line.split(": ")[0] for line in said] == [
        f"{folder.path('one')}:1:4",
        f"{folder.path('top')}:1:21",
        f"{folder.path('top')}:3:1",
        f"{folder.path('two')}:2:1",
    ]


def test_flaws_that_leave_all_files_readable_can_be_collected(folder):
    flaws: list[Problem] = []
    document = folder(flaws=flaws, top="extends: one\na: 1\na: 2", one="c: 1\nc: 2")
    assert document.data == {"c": 1, "a": 1}
    assert [problem.mark.line for problem in flaws] == [3, 2]


def test_many_bases_in_many_levels_are_read_once(folder):
    files = {f"f{n}": f"extends: [{', '.join([f'f{n + 1}'] * 20)}]" for n in range(9)}
    assert folder("f0", **files, f9="a: 1").data == {"a": 1}  # 20^9 readings otherwise


# --- laws --------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: not UNWANTED.match(c)))
PIECES = [
    "a",
    "b: ",
    ": ",
    ":",
    "\n",
    "\n  ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "!",
    "!!x ",
    "|",
    "|\n ",
    ">",
    "#",
    " #",
    "'",
    '"',
    "\\",
    "\\U",
    "%",
    "@",
    "`",
    "~",
    "---\n",
    "...\n",
    "<<: ",
    "\t",
    "\r",
    "1",
    "1e3",
    "2025-13-01",
    "0",
    "\x00",
    "\ufeff",
    "한",
    "%YAML 1.1\n---\n",
]


def reads_alike(text: str) -> bool:
    """Whether PyYAML quotes a text that would not be read as one (it leaves 1e3 bare)."""
    tag = yaml.resolver.Resolver().resolve(yaml.ScalarNode, text, (True, False))
    return isinstance(scalar(text), str) or not tag.endswith(":str")


WORDS = st.one_of(TEXT, st.sampled_from(["no", "12", "true", "", "~", "1:30", "010", "<<", "="]))
WORDS = WORDS.filter(reads_alike)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.dates(), WORDS)
TREES = st.dictionaries(
    WORDS,
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
@settings(max_examples=400, deadline=None)
@example('a: "\\UFFFFFFFF"')
@example("a: &a [*a]")
def test_no_text_does_more_than_be_refused(text):
    for call in (lambda: parse(text, "f"), lambda: with_value(Document({}, {}, "f"), text)):
        try:
            call()
        except BadInput as bad:
            assert bad.problems
            assert all(str(problem).isprintable() for problem in bad.problems)


@unhurried
@given(TREES, st.booleans(), st.sampled_from([None, True, False]))
def test_trees_survive_being_written_and_read(tree, unicode, flow):
    text = yaml.safe_dump(tree, allow_unicode=unicode, default_flow_style=flow, sort_keys=False)
    found = parse(text, "f").data
    assert found == tree and list(found) == list(tree)
    assert repr(found) == repr(tree)  # True is not 1, 1 is not 1.0, -0.0 is not 0.0


NAMES = st.text("abcdefgh", min_size=1, max_size=5).map("k_".__add__)
COUNTED = st.recursive(
    st.integers(100, 999),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=10,
)


def leaves(value, path=()):
    if not isinstance(value, dict | list):
        yield path, value
        return
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(child, (*path, step))


@unhurried
@given(st.dictionaries(NAMES, COUNTED, min_size=1), st.sampled_from([None, True, False]))
def test_marks_point_at_what_is_written(tree, flow):
    text = yaml.safe_dump(tree, default_flow_style=flow, width=30)
    document = parse(text, "f")

    def there(mark: Mark) -> str:
        return text.splitlines()[mark.line - 1][mark.column - 1 :]

    for path, value in leaves(document.data):
        assert there(document.marks[path]).startswith(str(value))
    for path, mark in document.keys.items():
        assert there(mark).startswith(path[-1])
    assert set(document.keys) == {path for path in document.marks if path and isinstance(path[-1], str)}


def shaped(depth: int) -> st.SearchStrategy[dict]:
    """Trees in which a key always holds the same: a leaf (a, b), or a mapping (m, n)."""
    leaf = st.one_of(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=2))
    optional = {"a": leaf, "b": leaf}
    if depth:
        optional |= {"m": shaped(depth - 1), "n": shaped(depth - 1)}
    return st.fixed_dictionaries({}, optional=optional)


def document_of(tree: dict, file: str) -> Document:
    return parse(yaml.safe_dump(tree), file)


DOCUMENTS = [shaped(2).map(lambda tree, name=name: document_of(tree, name)) for name in "xyz"]
NOTHING = Document({}, {}, "x")


@unhurried
@given(*DOCUMENTS)
def test_merging_is_associative(x, y, z):
    assert merge(merge(x, y), z) == merge(x, merge(y, z))


@unhurried
@given(DOCUMENTS[0])
def test_merging_with_nothing_or_itself_changes_nothing(x):
    assert merge(x, NOTHING) == merge(NOTHING, x) == merge(x, x) == x


@unhurried
@given(*DOCUMENTS)
def test_the_rightmost_value_wins_and_keeps_its_mark(x, y, z):
    whole = merge(merge(x, y), z)
    for path, value in leaves(whole.data):
        stem = path[:-1] if isinstance(path[-1], int) else path  # lists are replaced whole
        owner = next(each for each in (z, y, x) if stem in each.marks)
        assert whole.marks[path] == owner.marks[path]
        assert dict(leaves(owner.data))[path] == value


@unhurried
@given(DOCUMENTS[0], st.lists(st.sampled_from("abmn"), min_size=1, max_size=4), st.integers())
def test_setting_a_value_changes_that_value_only(document, parts, value):
    after = with_value(document, f"{'.'.join(parts)}={value}")
    path = tuple(parts)
    found = dict(leaves(after.data))
    assert found[path] == value and after.marks[path] == Mark("--set", 0, 0)
    for other, kept in leaves(document.data):
        if other[: len(path)] != path and path[: len(other)] != other:
            assert other not in found or found[other] == kept
            assert after.marks.get(other, document.marks[other]) == document.marks[other]
