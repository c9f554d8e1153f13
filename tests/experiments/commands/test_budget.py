"""From minutes to a budget of runs: said before the first run, asked for again without a clock."""

import json
import shlex

import pytest
from little import SCENARIO, same_bytes, write
from typed import dmz
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands import budget
from experiments.commands.audience import Audience
from experiments.commands.budget import several_within, study_within
from experiments.commands.study import Options
from experiments.design.policy_lists import SHIPPED, SHORT, SHORT_LIST
from experiments.design.request import Several, asked_again
from experiments.play.workers import Workers
from experiments.study.forecast import Pace
from sim.scenario.library import shipped

ONE = Options(Workers(1))


class Told(Audience):
    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)


@pytest.fixture
def pace(monkeypatch):
    """A machine that plays a run in so many seconds."""

    def of(seconds):
        monkeypatch.setattr(budget, "pace_of", lambda *_: Pace(seconds, 1e4))
        monkeypatch.setattr(budget, "compile_once", lambda _: None)

    return of


def test_minutes_become_runs_of_each_arm():
    assert Pace(0.25, 0).runs_in(3, 7, 1) == 100  # 102 to two digits
    assert Pace(0.25, 0).runs_in(3, 7, 2) == 190
    assert Pace(0.013, 0).runs_in(3, 7, 1) == 1900
    assert Pace(2.0, 0).runs_in(1, 2, 1) == 14 and Pace(90.0, 0).runs_in(1, 50, 1) == 2


def test_without_policies_all_shipped_ones_where_time_allows_enough_runs(pace):
    pace(0.01)
    found = several_within(Several("declared"), None, ONE, told := Told())
    assert found.pairs == len(shipped("policies")) and found.rule.most == 780
    assert found.rule.until == "decided"
    assert told.lines == ["declared: 23 arms, at most 780 runs of each, until decided: at most about 3 min"]


def test_where_time_allows_under_200_runs_the_short_list_is_compared(pace):
    pace(0.1)
    found = several_within(Several("declared"), 3.0, ONE, told := Told())
    assert found.pairs == 6 and found.rule.most == 250
    assert "--policies short" in found.command and found.rule.plain == {"until": "decided", "budget": 250}
    assert len(told.lines) == 1


def test_policies_that_are_named_stay_and_say_what_would_be_enough(pace):
    pace(0.1)
    found = several_within(Several("declared", (SHIPPED,)), 3.0, ONE, told := Told())
    assert found.pairs == len(shipped("policies")) and found.rule.most == 78
    assert told.lines[1] == ("so few runs decide little; 200 of each would take about 8 min (--minutes 8)")


def test_the_budget_stands_in_manifest_request_and_command(pace):
    pace(0.1)
    found = several_within(Several("declared", ("hotline",), seed=4), 3.0, ONE, Told())
    assert found.request["asked"]["budget"] == found.rule.budget == 900
    words = shlex.split(found.command)
    assert words == ["dmz", "compare", "declared", "--policies", "hotline", "--budget", "900", "--seed", "4"]
    pace(99.0)  # however slow the machine is by then
    assert asked_again(found.request).manifest() == found.manifest()


def test_runs_or_a_budget_need_no_clock(monkeypatch):
    monkeypatch.setattr(budget, "pace_of", None)
    runs = several_within(Several("declared", ("hotline",), runs=6), None, ONE, Told())
    assert runs.rule.plain == {"runs": 6}
    least = several_within(Several("declared", ("hotline",), budget=8), None, ONE, Told())
    assert least.rule.plain == {"until": "decided", "budget": 8}
    default = several_within(Several("declared", runs=6), None, ONE, Told())
    assert default.pairs == len(SHORT_LIST)


def test_a_long_comparison_says_its_time_first(pace):
    pace(0.5)
    several_within(Several("declared", (SHIPPED,), runs=400), None, ONE, told := Told())
    assert told.lines == ["declared: 23 arms, 400 runs of each: about 77 min"]


def test_a_study_without_a_rule_plays_until_decided_and_its_own_rule_stays(pace, tmp_path):
    pace(0.1)
    name = str(write(tmp_path, ""))
    open_ = study_within(name, {}, None, ONE, Told())
    assert open_.rule.plain == {"until": "decided", "budget": 300}
    assert open_.request["changes"] == {"budget": 300} and "--budget 300" in open_.command
    assert asked_again(open_.request).manifest() == open_.manifest()
    name = str(write(tmp_path, "runs: 12"))
    assert study_within(name, {}, None, ONE, Told()).rule.plain == {"runs": 12}
    assert study_within(name, {}, 1.0, ONE, Told()).rule.plain == {"until": "decided", "budget": 100}
    assert study_within(name, {"budget": 8}, None, ONE, Told()).rule.most == 8
    name = str(write(tmp_path, "until: decided\nbudget: 40"))
    assert study_within(name, {"runs": 6}, None, ONE, Told()).rule.plain == {"runs": 6}
    name = str(write(tmp_path, "until: {relative_half_width: 0.2}"))
    assert study_within(name, {}, 1.0, ONE, Told()).rule.plain == {
        "until": {"relative_half_width": 0.2},
        "budget": 100,
    }


def test_a_study_without_policies_has_nothing_to_decide(pace, tmp_path):
    pace(0.1)
    (tmp_path / "bare.yaml").write_text("name: bare\nsweep: {border.marker_survival: [0.9, 0.1]}\n")
    assert study_within(str(tmp_path / "bare.yaml"), {}, 1.0, ONE, Told()).rule.plain == {"runs": 300}


def test_a_folder_goes_on_with_the_budget_that_it_has(tmp_path, monkeypatch):
    """However long the first command thought that a run takes."""
    (tmp_path / "short.yaml").write_text(SCENARIO)
    words = ("compare", "short.yaml", "--policies", "hotline", "--minutes", "0.02", "--no-report")
    first = dmz(*words, "--out", "one", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "until decided: at most" in first.stderr
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    size = manifest["rule"]["budget"]
    figures = json.loads((tmp_path / "one" / "figures.json").read_text())
    assert figures["family"]["interim"] >= 1 and manifest["rule"]["until"] == "decided"
    pace_of = budget.pace_of
    monkeypatch.setattr(budget, "pace_of", lambda *_: pytest.fail("the clock is asked again"))
    monkeypatch.chdir(tmp_path)
    again = CliRunner().invoke(app, [*words, "--out", "one", "--workers", "1"])
    assert again.exit_code == 0, again.stderr
    monkeypatch.setattr(budget, "pace_of", pace_of)
    repeated = CliRunner().invoke(
        app, [*shlex.split(manifest["command"])[1:], "--out", "two", "--workers", "1", "--no-report"]
    )
    assert repeated.exit_code == 0, repeated.stderr
    assert f"--budget {size}" in manifest["command"]
    same_bytes(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--runs", "4", "--minutes", "1"), "one of --runs, --minutes and --budget"),
        (("--budget", "4", "--minutes", "1"), "one of --runs, --minutes and --budget"),
        (("--minutes", "0"), "more than 0"),
        (("--minutes", "soon"), "found 'soon'; allowed minutes, more than 0"),
        (("--minutes", "nan"), "more than 0"),
    ],
)
def test_nonsense_is_refused(words, said):
    for verb in (("compare", "declared", "--policies", SHORT), ("study", "season")):
        found = CliRunner().invoke(app, [*verb, *words])
        assert found.exit_code == 2 and said in " ".join(found.output.replace("│", " ").split())
