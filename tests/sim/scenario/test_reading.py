"""Layers lie on each other in their order, and names mean files where they stand."""

import os
from pathlib import Path

import pytest
from said import places

from sim.documents import BadInput
from sim.parameters.whole import default_tree
from sim.scenario.library import find, scenario_folder
from sim.scenario.loading import load_case

OWN = "name: a\nspace: {length_km: 20, area_km: 10}\nborder:\n"


def test_the_last_layer_wins(folder):
    files = {
        "top": "{extends: mid, name: top, north: {works: {share: 0.3}}}",
        "mid": "{extends: low, name: mid, north: {works: {share: 0.2, hours: 2}}}",
        "low": "{name: low, north: {works: {share: 0.1, hours: 1, weeks: 1}}, days: 30}",
        "p": "{name: p, binds: [north], set: {north: {works: {night_share: 0.6, hours: 6}}}}",
        "q": "{name: q, binds: [north], set: {north: {works: {hours: 7}}}}",
    }
    case = folder(["p", "q"], ["north.works.night_share=0.4"], 10, **files)
    base, both = case.parameters(()).north.works, case.parameters((0, 1)).north.works
    assert (base.share, base.hours, base.weeks, base.night_share) == (0.3, 2.0, 1.0, 0.4)
    assert (both.share, both.hours, both.night_share) == (0.3, 7.0, 0.6)
    assert base.size == default_tree()["north"]["works"]["size"]
    assert (case.scenario.name, case.scenario.days) == ("top", 10)
    assert case.policy_name == "p + q" and case.lineage == ()


def test_a_policy_that_is_named_twice_is_one_in_the_name_too():
    case = load_case("declared", ["hotline", "wider_margin", "hotline"])
    assert case.policy_name == " + ".join(each.name for each in case.policies[:2])


def test_days_are_said_once():
    assert load_case("declared", assignments=["days=2"]).scenario.days == 2
    with pytest.raises(BadInput, match="--set says how many days too"):
        load_case("declared", assignments=["days=2"], days=3)


def test_lineage_names_shipped_scenarios_nearest_first(folder):
    assert load_case("worst_accepted").lineage == ("worst_accepted", "worst", "baseline", "declared")
    assert folder(baseline="{extends: worst, name: mine}").lineage == ("worst", "baseline", "declared")


def test_names_are_looked_for_beside_the_file_that_names_them(folder, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "base.yaml").write_text("{name: wrong, days: 1}")
    (elsewhere / "hotline.yaml").write_text("{name: wrong, binds: [north], sett: {}}")
    monkeypatch.chdir(elsewhere)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.yaml").write_text(
        "{name: m, binds: [south], set: {south: {watch: {margin_m: 7}}}}"
    )
    case = folder(
        top="{extends: base, name: top, talks: {outcome: accepted, implemented_clauses: [mine]}}",
        base="{name: base, days: 77}",
    )
    assert case.scenario.days == 77
    assert [each.name for each in case.overlays] == ["hotline", "common_line", "mine"]
    assert case.parameters((2,)).south.watch.margin_m == 7.0


def test_shipped_names_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline").mkdir()  # a folder of results, say
    assert load_case("baseline").scenario.name == "baseline"
    assert load_case("baseline.yaml", ["hotline"]).policies[0].name == "hotline"
    assert find("baseline", "scenarios") == scenario_folder() / "baseline.yaml"
    (tmp_path / "baseline.yaml").write_text("{name: my own}")
    assert load_case("baseline").scenario.name == "my own"


def test_days_given_apart_leave_out_what_is_dated_beyond_them():
    case = load_case("injects_example", days=3)
    assert case.scenario.days == 3
    assert all(each.from_day >= 3 for each in case.overlays)


# -- places that are no files ---------------------------------------------------------------------


@pytest.fixture
def awkward(tmp_path):
    """A folder with whatever can stand where a file should."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "big.yaml").write_bytes(b"#" * 2_000_000)
    (tmp_path / "file").write_text("name: f")
    os.mkfifo(tmp_path / "fifo")
    return tmp_path


AWKWARD = {
    "..": "this is no file; found the text '..' (a folder); allowed an ordinary file",
    "../..": "this is no file; found the text '../..' (a folder)",
    "sub": "this is no file; found the text 'sub' (a folder)",
    "''": "no file is named; found the text ''",
    "fifo": "this is no file; found the text 'fifo' (a device or pipe)",
    "/dev/null": "this is no file; found the text '/dev/null' (a device or pipe)",
    "loop": "the file cannot be read: Too many levels of symbolic links; found the text 'loop'",
    "broken.yaml": "there is no such file: this link leads nowhere; found the text 'broken.yaml'",
    "big.yaml": "the file is too large; found the text 'big.yaml'; allowed ",
    "file/x": "there is no such file; found the text 'file/x'",
    "a" * 300: "the file cannot be read: File name too long; found the text 'aaa",
    "\u00e9" * 200: "the file cannot be read: File name too long; found the text '\u00e9",
    "nope": "there is no such file; found the text 'nope'",
}


@pytest.mark.parametrize("name", AWKWARD)
def test_what_a_scenario_extends_is_said_where_it_says_so(refused, awkward, name):
    (line,) = refused(a=f"name: a\nextends: {name}\n")
    assert line.startswith(f"a.yaml:2:10: extends: {AWKWARD[name]}")
    (line,) = refused(a=f"name: a\nextends: [baseline, {name}]\n")
    assert line.startswith(f"a.yaml:2:21: extends: {AWKWARD[name]}")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_file_of_markers_is_said_where_it_is_named(refused, awkward, name):
    (awkward / "big.yaml").write_bytes(b"#" * 11_000_000)
    (line,) = refused(a=f"name: a\nborder:\n  markers_file: {name}\n")
    assert line.startswith(f"a.yaml:3:17: border.markers_file: {AWKWARD[name]}")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_clause_is_said_where_it_is_named(refused, awkward, name):
    (line,) = refused(a=f"name: a\ntalks:\n  outcome: accepted\n  agreed_clauses: [{name}]\n")
    assert line.startswith("a.yaml:4:20: talks.agreed_clauses.0: ")
    shown = f"found the text '{name.strip(chr(39))[:50]}"
    assert ("there is no such policy" in line or "too large" in line) and shown in line


@pytest.mark.parametrize("name", [*AWKWARD, "a\0b", os.fsdecode(b"\xff.yaml")])
def test_a_scenario_or_policy_that_is_no_file_is_one_sentence(awkward, monkeypatch, name):
    monkeypatch.chdir(awkward)
    for load in (lambda: load_case(name.strip("'")), lambda: load_case("declared", [name])):
        with pytest.raises(BadInput) as caught:
            load()
        (problem,) = caught.value.problems
        assert "\n" not in str(problem) and problem.message


def test_a_closed_folder_is_one_sentence(monkeypatch, tmp_path):
    def closed(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", closed)
    for load in (lambda: load_case(str(tmp_path / "a")), lambda: load_case("declared")):
        with pytest.raises(BadInput, match="the file cannot be read: Permission denied"):
            load()


def test_names_that_are_no_utf_8_work_or_are_refused(tmp_path):
    folder = os.path.join(os.fsencode(tmp_path), b"d\xff")
    os.makedirs(folder)
    for name, text in (
        (b"\xfe.yaml", b"extends: b\nname: a\n"),
        (b"b.yaml", b"name: b\ndays: 9\n"),
        (b"m.csv", b"s_km\n1\n"),
    ):
        Path(os.fsdecode(os.path.join(folder, name))).write_bytes(text)
    file = os.fsdecode(os.path.join(folder, b"\xfe.yaml"))
    assert load_case(file).scenario.days == 9
    for text, said in (
        ("name: 3\n", "1:7: name: a value of the wrong kind; found 3; allowed text"),
        (
            f"{OWN}  markers_file: m.csv\n",
            "4:17: border.markers_file: the way to this file is not UTF-8; found the text '",
        ),
    ):
        Path(file).write_text(text)
        with pytest.raises(BadInput) as caught:
            load_case(file)
        (problem,) = caught.value.problems
        assert rf"/d\udcff/\udcfe.yaml:{said}" in str(problem) and str(problem).isprintable()


def test_a_name_in_a_file_is_never_looked_for_where_one_happens_to_be(refused, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "base").write_text("name: wrong")
    (elsewhere / "clause").write_text("{name: wrong, binds: [south]}")
    monkeypatch.chdir(elsewhere)
    assert places(refused(a="name: a\nextends: base\n")) == ["a.yaml:2:10: extends"]
    text = "name: a\ntalks: {outcome: accepted, agreed_clauses: [clause]}\n"
    assert places(refused(a=text)) == ["a.yaml:2:45: talks.agreed_clauses.0"]
