"""A file of one sort where another is wanted is named as what it is, by each verb."""

import pytest
from little import SCENARIO

from experiments.asking import Comparison, Single, comparison_plan, single_plan, study_plan
from experiments.sorts import file_of, sort_of
from sim.documents import BadInput

TEXTS = {
    "scenario": SCENARIO,
    "extending": "extends: baseline\nname: x\ndays: 3\n",
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


@pytest.mark.parametrize(("call", "said"), [
    (lambda: single_plan(Single("own_policy")), "own_policy: this is a policy"),
    (lambda: single_plan(Single("own_study.yaml")), "own_study.yaml: this is a study"),
    (lambda: single_plan(Single("hotline")), "no such scenario, but a policy of this name"),
    (lambda: single_plan(Single("season")), "no such scenario, but a study of this name"),
    (lambda: single_plan(Single("baseline", ("own_extending",))), "this is a scenario"),
    (lambda: single_plan(Single("baseline", ("misjudged",))), "no such policy, but a scenario"),
    (lambda: comparison_plan(Comparison("own_study", ("hotline",))), "this is a study"),
    (lambda: comparison_plan(Comparison("baseline", ("misjudged",))), "no such policy, but"),
    (lambda: study_plan("own_extending", {}), "own_extending: this is a scenario"),
    (lambda: study_plan("own_policy", {}), "own_policy: this is a policy"),
    (lambda: study_plan("hotline", {}), "no such study, but a policy of this name"),
])  # fmt: skip
def test_another_sort_than_the_verb_wants_is_named(call, said, folder):
    line = refusal(call)
    assert said in line and "is used as in `dmz " in line


def test_no_verb_takes_a_policy_that_is_called_as_if_there_were_none(folder):
    (folder / "no.yaml").write_text(TEXTS["policy"].replace("name: p", "name: no policy"))
    assert "cannot be called that" in refusal(lambda: single_plan(Single("baseline", ("no",))))
    assert "cannot be called that" in refusal(
        lambda: comparison_plan(Comparison("baseline", ("no",)))
    )


def test_in_a_study_it_is_named_where_it_stands(folder):
    text = "name: t\nscenarios: [baseline]\npolicies: [own_policy, hotlin, season]\nruns: 4\n"
    (folder / "t.yaml").write_text(text)
    with pytest.raises(BadInput) as bad:
        study_plan("t", {})
    wrong, other = str(bad.value).splitlines()
    assert wrong.startswith("t.yaml:3:24: there is no such file") and "hotline?" in wrong
    assert other.startswith("t.yaml:3:32: there is no such policy, but a study of this name")


@pytest.mark.parametrize(("text", "sort"), [
    ("name: x\nset: {south: {}}", "policy"), ("name: x\nbinds: [south]\nsouth: {}", "policy"),
    ("extends: baseline\nname: x\nsouth: {}\nruns: 100", "scenario"), ("name: x", "scenario"),
    ("name: x\nruns: 4", "study"), ("name: x\npolicies: [hotline]\nsouth: {}", "scenario"),
])  # fmt: skip
def test_the_sort_is_that_which_knows_most_of_the_keys(text, sort, folder):
    (folder / "x.yaml").write_text(text)
    assert sort_of(file_of("x")) == sort


def test_where_two_know_as_many_the_one_wanted_is_meant(folder):
    (folder / "x.yaml").write_text("name: x\nstart: 2026-01-01\n")
    assert [sort_of(file_of("x"), each) for each in ("scenario", "policy")] == [
        "scenario", "policy"
    ]  # fmt: skip
