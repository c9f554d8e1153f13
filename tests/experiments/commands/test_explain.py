"""``dmz explain``: what clashes are made of, kept and the same again; and what cannot be explained."""

import json
import shutil
from functools import partial

import pandas as pd
import pytest
from little import SCENARIO
from typer.testing import CliRunner

import dmz
import sim
from experiments.cli import app
from experiments.commands import explain as verb
from experiments.design.ingredients import ingredients
from experiments.findings.clash_tree import tree_of
from experiments.store.files import write_json
from experiments.study.folder import _seal
from sim.documents import BadInput

RUNS, DAYS = 8, 6
NAMES = ("observer's fix error", "delay", "tension", "dead hotline")


@pytest.fixture(scope="module", autouse=True)
def few():
    """Four ingredients and twenty replays, so that little is played."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            verb, "ingredients", lambda: tuple(each for each in ingredients() if each.name in NAMES)
        )
        patch.setattr(verb, "tree_of", partial(tree_of, replays=20))
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Results of two arms, and of a run whose clashes end it."""
    folder = tmp_path_factory.mktemp("explain")
    (folder / "short.yaml").write_text(SCENARIO.replace("days: 40", f"days: {DAYS}"))
    (folder / "ends.yaml").write_text("extends: short\nname: ends\nends_at_rung: 3\n")
    dmz.compare(str(folder / "short.yaml"), policies="hotline", runs=RUNS, workers=1, out=folder / "two")
    dmz.run(str(folder / "ends.yaml"), runs=2, workers=1, out=folder / "ends")
    return folder


def typed(*words):
    return CliRunner(env={"COLUMNS": "140"}).invoke(app, ["explain", *map(str, words)])


@pytest.fixture(scope="module")
def done(home):
    return typed(home / "two", "--arm", "short", "--runs", 4, "--workers", 1)


def place_of(home):
    return home / "two" / "anatomy" / "1-short"


def test_it_says_what_it_will_take_what_it_played_and_what_came_of_it(home, done):
    assert done.exit_code == 0, done.output
    assert "4 runs of 8, drawn by seed 1 before anything was played" in done.stdout
    assert "4 orders of removal, 2 of each world" in done.stdout
    assert all(name in done.stdout for name in NAMES)
    assert "plays: 4 runs, each with nothing, everything and each of" in done.stderr
    assert "A story and not an estimate" in done.stdout and "of the replays come to a clash" in done.stdout
    figures = json.loads((place_of(home) / "anatomy.json").read_text())
    assert (
        f"{figures['plays']:,} plays" in done.stdout
        and figures["plays"] == 8 // 2 * 2 * figures["plays"] // 8
    )
    total = sum(each["shapley"]["expected"]["estimate"] for each in figures["ingredients"])
    assert total == pytest.approx(figures["whole"]["expected"] - figures["bare"]["expected"])


def test_files_lie_beside_each_other_and_say_the_same(home, done):
    place, table = place_of(home), pd.read_parquet(place_of(home) / "anatomy.parquet")
    assert {path.name for path in place.iterdir() if path.is_file()} == {
        f"anatomy.{ending}" for ending in ("csv", "html", "json", "parquet", "png", "svg")
    }
    kept = pd.read_csv(place / "anatomy.csv")
    assert list(kept["estimate"]) == pytest.approx(list(table["estimate"]))
    assert len(table) == 4 * len(table["ingredient"].unique())
    page = (place / "anatomy.html").read_text()
    assert "://" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page and "One clash as a tree" in page and page.count('<li class="certain">') > 0


def test_an_ingredient_that_the_arm_has_not_is_said(home):
    dry = typed(home / "two", "--arm", "short + hotline", "--dry-run", "--workers", 1)
    assert dry.exit_code == 0 and "each of 3 ingredients" in dry.stderr
    assert "dead hotline (all is as if it were removed)" in dry.stderr
    assert not (home / "two" / "anatomy" / "2-short_hotline").exists() and not dry.stdout


def test_a_scheduler_that_cannot_play_it_is_refused_and_one_that_can_does_it(home, monkeypatch):
    said = "experiments.play.workers.cluster_problem"
    monkeypatch.setattr(said, lambda address, cases: f"{len(list(cases))} case is other there")
    refused = typed(home / "two", "--arm", "short", "--scheduler", "tcp://x:1")
    assert refused.exit_code == 2 and "--scheduler: 1 case is other there" in refused.stderr
    monkeypatch.setattr(said, lambda *_: None)
    handed = []
    monkeypatch.setattr("experiments.play.workers.on_cluster", lambda tasks, *rest: handed.append(rest) or ())
    with pytest.raises(ValueError, match="No objects to concatenate"):  # of a cluster that plays nothing
        dmz.explain(home / "two", arm="short", runs=4, seed=5, scheduler="tcp://x:1")
    assert [rest[:2] for rest in handed] == [(verb.play_removals, "tcp://x:1")]


def test_the_same_call_in_python_plays_nothing_again_and_writes_the_same(home, done, monkeypatch):
    before = {path: path.read_bytes() for path in place_of(home).rglob("*.*") if path.is_file()}
    monkeypatch.setattr(verb, "in_parts", _watched(monkeypatch, played := []))
    found = dmz.explain(home / "two", arm="short", runs=4, workers=1)
    assert found.folder == place_of(home) and played == [0]
    assert {path: path.read_bytes() for path in before} == before
    assert str(found) == done.stdout.rstrip("\n")
    assert set(found.table["way"]) == {"shapley", "alone"} and found.absent.empty
    assert found.picture()._repr_png_()[:4] == b"\x89PNG" and found.report().is_file()
    assert "Clash 1 of" in str(found.tree) and "undecided" in found._repr_html_()
    assert found.told.played in repr(found)


def test_more_runs_go_on_with_what_was_played_and_a_clash_may_be_named(home, done, monkeypatch):
    clashes = dmz.open(home / "two").incidents.query("arm == 'short' and rung >= 3 and accidental")
    run, incident = clashes[["run", "incident"]].iloc[-1]
    monkeypatch.setattr(verb, "in_parts", _watched(monkeypatch, played := []))
    more = dmz.explain(home / "two", arm="short", runs=6, clash=f"{run}:{incident}", workers=1)
    assert played == [1] and more.figures["worlds"] == 3
    assert f"run {run}, incident {incident}; as asked" in more.tree.title
    assert f"Clash {len(clashes)} of {len(clashes)}:" in more.tree.title


def _watched(monkeypatch, played):
    """``in_parts`` that notes how many worlds are not there yet."""
    from experiments.store import piecewise

    def watched(folder, names, *rest):
        plain = piecewise.play_parts

        def counted(folder, names, numbers, *others):
            played.append(len(numbers))
            return plain(folder, names, numbers, *others)

        with monkeypatch.context() as inside:
            inside.setattr(piecewise, "play_parts", counted)
            return piecewise.in_parts(folder, names, *rest)

    return watched


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--arm", "shrot"], "--arm: there is no such arm; found the text 'shrot'; allowed 'short', "),
        ([], "--arm: say which; allowed 'short', "),
        (
            ["--arm", "short", "--clash", "99"],
            "--clash: short has no such accidental clash; found 99; allowed ",
        ),
        (["--arm", "short", "--clash", "0:9999"], "found 0:9999; allowed "),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_played(home, words, said):
    before = sorted((home / "two").rglob("*"))
    refused = typed(home / "two", *words)
    assert refused.exit_code == 2 and said in refused.stderr and refused.stderr.count("\n") == 1
    assert sorted((home / "two").rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runs", "3"], "allowed a whole number, 4 or more"),
        (["--orders", "3"], "allowed an even number, 2 to 1,000"),
        (["--clash", "one"], "allowed RUN or RUN:INCIDENT, whole numbers"),
        (["--clash", "1:"], "allowed RUN or RUN:INCIDENT, whole numbers"),
    ],
)
def test_what_is_typed_wrong_is_told_with_what_is_allowed(home, words, said):
    refused = typed(home / "two", *words)
    assert refused.exit_code == 2 and said in refused.stderr
    with pytest.raises(BadInput) as raised:
        dmz.explain(home / "two", **{words[0].removeprefix("--"): words[1]})
    assert said in str(raised.value)


def test_runs_that_end_early_and_no_results_are_refused(home, tmp_path):
    ends = typed(home / "ends")
    assert ends.exit_code == 2 and "end early" in ends.stderr and "ends_at_rung" in ends.stderr
    nothing = typed(tmp_path)
    assert nothing.exit_code == 2 and "it has no manifest.json" in nothing.stderr


def test_results_of_another_version_are_refused_naming_both(home, tmp_path):
    other = shutil.copytree(home / "two", tmp_path / "two")
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["version"] = sim.__version__ + "1"
    write_json(other / "manifest.json", manifest | {"sealed": _seal(manifest)})
    refused = typed(other)
    assert refused.exit_code == 2
    assert f"found {sim.__version__}1; allowed {sim.__version__}" in refused.stderr


def test_runs_that_do_not_come_out_as_they_were_kept_are_refused(home, monkeypatch):
    plain = verb.play_removals
    monkeypatch.setattr(verb, "play_removals", lambda task: {k: _off(its) for k, its in plain(task).items()})
    refused = typed(home / "two", "--arm", "short", "--workers", 1)
    assert refused.exit_code == 2 and "does not come out as it was kept" in refused.stderr


def _off(tables):
    return {name: table.assign(expected=table["expected"] + 1e-9) for name, table in tables.items()}
