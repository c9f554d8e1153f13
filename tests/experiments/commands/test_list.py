"""What is shipped is listed with a line each, on any width, and a wrong name is answered."""

import json

import pytest

from experiments.commands.list import KINDS, listed, print_list
from experiments.design.request import Single, single_plan, study_plan
from experiments.measures import EVERY
from sim.documents import BadInput
from sim.scenario.library import shipped


def test_everything_that_can_be_named_is_listed():
    names = {kind: [each.name for each in its] for kind, its in listed([]).items()}
    assert names["scenarios"] == shipped() and names["policies"] == shipped("policies")
    assert {"season", "policies_by_talks"} <= set(names["studies"])
    assert names["measures"] == list(EVERY)
    assert all(each.description for its in listed([]).values() for each in its)


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_each_has_one_line_that_fits(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", width)
    assert print_list([], False) == 0
    lines = capsys.readouterr().out.splitlines()
    items = [line for line in lines if line.startswith("  ")]
    assert len(items) == sum(map(len, listed([]).values()))
    assert max(map(len, items)) <= int(width)
    names = [each.name for its in listed([]).values() for each in its]
    assert [line.split()[0] for line in items] == names


def test_it_is_there_for_machines_in_full(capsys):
    assert print_list(["policies"], True) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["policies"]
    (hotline,) = [each for each in found["policies"] if each["name"] == "hotline"]
    assert hotline["description"].endswith("not a result.") and hotline["file"].endswith("hotline.yaml")


def test_what_cannot_be_listed_is_answered_by_what_can():
    with pytest.raises(BadInput) as bad:
        print_list(["polices"], False)
    (line,) = str(bad.value).splitlines()
    assert line.endswith(f"allowed {', '.join(KINDS)}; did you mean policies?")


@pytest.mark.parametrize(
    ("call", "near", "kind"),
    [
        (lambda: single_plan(Single("misjudge")), "misjudged", "scenarios"),
        (lambda: single_plan(Single("baseline", ("hotlin",))), "hotline", "policies"),
        (lambda: study_plan("seasn", {}), "season", "studies"),
    ],
)
def test_a_wrong_name_is_answered_by_the_nearest_and_how_to_list(call, near, kind):
    with pytest.raises(BadInput) as bad:
        call()
    (line,) = str(bad.value).splitlines()
    assert f"`dmz list {kind}`" in line and line.endswith(f"did you mean {near}?")
