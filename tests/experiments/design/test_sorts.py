"""A file of one sort where another is wanted is named as what it is, by each verb."""

import pytest
from little import SCENARIO

from experiments.design.request import Several, Single, several_plan, single_plan, study_plan
from experiments.design.sorts import file_of, sort_of
from sim.documents import BadInput

TEXTS = {
    "scenario": SCENARIO,
    "extending": "extends: declared\nname: x\ndays: 3\n",
    "policy": "name: p\nbinds: [south]\nset: {south: {watch: {margin_m: 30}}}\n",
    "study": "name: s\nscenarios: [baseline]\npolicies: [hotline]\nruns: 4\ndays: 3\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in TEXTS.items():
        (tmp_path / f"own_{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(call) -> str:
    with pytest.raises(BadInput) as bad:
        call()
    (line,) = str(bad.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: single_plan(Single("own_policy")), "own_policy: this is a policy"),
        (lambda: single_plan(Single("own_study.yaml")), "own_study.yaml: this is a study"),
        (lambda: single_plan(Single("hotline")), "no such scenario, but a policy of this name"),
        (lambda: single_plan(Single("season")), "no such scenario, but a study of this name"),
        (lambda: single_plan(Single("work_party_at_1047")), "no such scenario, but an incident of this name"),
        (lambda: single_plan(Single("baseline", ("own_extending",))), "this is a scenario"),
        (lambda: single_plan(Single("baseline", ("misjudged",))), "no such policy, but a scenario"),
        (lambda: several_plan(Several("own_study", ("hotline",))), "this is a study"),
        (lambda: several_plan(Several("baseline", ("misjudged",))), "no such policy, but"),
        (lambda: study_plan("own_extending", {}), "own_extending: this is a scenario"),
        (lambda: study_plan("own_policy", {}), "own_policy: this is a policy"),
        (lambda: study_plan("hotline", {}), "no such study, but a policy of this name"),
    ],
)
def test_another_sort_than_the_verb_wants_is_named(call, said, folder):
    line = refusal(call)
    assert said in line and "is used as in `dmz " in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "extends: hotline\nname: x\n",
            "x.yaml:1:10: extends: there is no such scenario, but a policy of this name",
        ),
        ("extends: [baseline, own_policy]\nname: x\n", "x.yaml:1:21: extends.1: this is a policy"),
        ("extends: between\nname: x\n", "between.yaml:1:10: extends: there is no such scenario, but a study"),
        ("extends: declared\nname: x\ndays: 9\nruns: 9\n", "x.yaml:4:1: runs: a key of studies"),
        ("name: x\ndays: 9\nbinds: [south]\nsouth: {}\n", "x.yaml:3:1: binds: a key of policies"),
    ],
)
def test_a_base_of_another_sort_and_a_key_of_one_are_named_where_they_stand(text, said, folder):
    (folder / "x.yaml").write_text(text)
    (folder / "between.yaml").write_text("extends: season\nname: between\n")
    line = refusal(lambda: single_plan(Single("x")))
    assert line.startswith(said) and "as in `dmz " in line


def test_a_key_of_scenarios_is_named_in_a_study_and_one_of_studies_in_a_policy(folder):
    (folder / "s.yaml").write_text(TEXTS["study"] + "south: {}\n")
    assert "s.yaml:6:1: south: a key of scenarios" in refusal(lambda: study_plan("s", {}))
    (folder / "q.yaml").write_text(TEXTS["policy"] + "policies: [hotline]\n")
    assert "q.yaml:4:1: policies: a key of studies" in refusal(
        lambda: single_plan(Single("baseline", ("q",)))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name: q\nset: {south: {watch: {margin_m: 30}}}\n",
            "q.yaml:1:1: binds: missing key; allowed a list",
        ),
        ("name: q\nbinds: south\n", "q.yaml:2:8: binds: a value of the wrong kind; found the text 'south'"),
        ("name: q\nbinds: [south]\nset:\n", "q.yaml:3:5: set: a value of the wrong kind; found nothing"),
    ],
)
def test_what_is_wrong_with_a_key_of_a_policy_is_not_that_it_is_one(folder, text, said):
    """The scenario beside it has no such keys."""
    (folder / "q.yaml").write_text(text)
    assert refusal(lambda: single_plan(Single("baseline", ("q",)))).startswith(said)


def test_one_letter_off_is_no_key_of_another_sort(folder):
    (folder / "s.yaml").write_text("name: s\nscenario: baseline\nruns: 4\n")
    said = refusal(lambda: study_plan("s", {}))
    assert said.startswith("s.yaml:2:1: scenario: unknown key") and said.endswith("did you mean scenarios?")


def test_what_extends_a_shipped_scenario_is_no_policy_by_its_keys(folder):
    (folder / "x.yaml").write_text("extends: declared\nname: x\nset: {south: {}}\n")
    said = refusal(lambda: single_plan(Single("x")))
    assert said.startswith("x.yaml:3:1: set: a key of policies, which are used as in `dmz run")


def test_files_that_extend_each_other_in_a_circle_end_here_too(folder):
    for one, other in ("ab", "ba"):
        (folder / f"{one}.yaml").write_text(f"extends: {other}\nname: {one}\n")
    assert "in a circle" in refusal(lambda: single_plan(Single("a")))


def test_no_verb_takes_a_policy_that_is_called_as_if_there_were_none(folder):
    (folder / "no.yaml").write_text(TEXTS["policy"].replace("name: p", "name: no policy"))
    assert "cannot be called that" in refusal(lambda: single_plan(Single("baseline", ("no",))))
    assert "cannot be called that" in refusal(lambda: several_plan(Several("baseline", ("no",))))


def test_in_a_study_it_is_named_where_it_stands(folder):
    text = "name: t\nscenarios: [baseline]\npolicies: [own_policy, hotlin, season]\nruns: 4\n"
    (folder / "t.yaml").write_text(text)
    with pytest.raises(BadInput) as bad:
        study_plan("t", {})
    wrong, other = str(bad.value).splitlines()
    assert wrong.startswith("t.yaml:3:24: there is no such file") and "hotline?" in wrong
    assert other.startswith("t.yaml:3:32: there is no such policy, but a study of this name")


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("name: x\nset: {south: {}}", "policy"),
        ("name: x\nbinds: [south]\nsouth: {}", "policy"),
        ("extends: declared\nname: x\nsouth: {}\nruns: 100", "scenario"),
        ("name: x", "scenario"),
        ("name: x\nruns: 4", "study"),
        ("name: x\npolicies: [hotline]\nsouth: {}", "scenario"),
    ],
)
def test_the_sort_is_that_which_knows_most_of_the_keys(text, sort, folder):
    (folder / "x.yaml").write_text(text)
    assert sort_of(file_of("x")) == sort


def test_where_two_know_as_many_the_one_wanted_is_meant(folder):
    (folder / "x.yaml").write_text("name: x\nstart: 2026-01-01\n")
    assert [sort_of(file_of("x"), each) for each in ("scenario", "policy")] == ["scenario", "policy"]
