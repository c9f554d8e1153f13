"""``dmz learn``: facts by their worth, of a study over draws; and of what nothing can be learnt."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from little import SCENARIO
from typed import dmz

import dmz as front_door
from experiments.commands.learn import learn
from sim.documents import BadInput

N = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A study of two policies over 60 draws of three unknowns, one of which decides between them."""
    folder = tmp_path_factory.mktemp("learn")
    luck = np.random.default_rng(1)
    margin = luck.uniform(0, 20, N)
    draws = pd.DataFrame(
        {
            "north.watch.margin_m": margin,
            "south.watch.margin_m": margin,
            "north.works.distance_m": luck.uniform(20, 60, N),
            "hotline.odds": luck.uniform(0.2, 0.9, N),
        }
    )
    draws.to_csv(folder / "draws.csv", index=False, float_format="%.6g")
    (folder / "short.yaml").write_text(SCENARIO.replace("days: 40", "days: 15") + "posterior: draws.csv\n")
    words = ("--policies", "hotline", "--policies", "wider_margin", "--runs", str(2 * N), "--no-report")
    done = dmz("compare", "short.yaml", *words, "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_facts_are_ranked_in_a_table_a_picture_and_figures(home, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    done = dmz("learn", "out", cwd=home)
    assert done.returncode == 0, done.stderr
    learnt = json.loads((home / "out" / "learn" / "learn.json").read_text())["short"]
    found = learnt["facts"]
    names = {fact["name"]: fact for fact in found}
    assert {"margin", "work distance", "effect of a call", "all of them"} <= names.keys()
    assert names["margin"]["kind"] == "unknown" and names["all of them"]["kind"] == "group"
    assert sum(fact["kind"] == "data" for fact in found) == 5
    worths = [fact["worth"] for fact in found]
    assert worths == sorted(worths, reverse=True)
    assert all(fact["low"] <= fact["worth"] <= fact["high"] and 0 <= fact["tells"] <= 1 for fact in found)
    assert "shares of so few" not in done.stdout and "all this is rough" in done.stdout
    assert (home / "out" / "learn" / "learn.png").stat().st_size > 10_000
    again = (home / "out" / "learn" / "learn.json").read_bytes()
    monkeypatch.chdir(home)
    lessons = front_door.learn("out")
    assert (home / "out" / "learn" / "learn.json").read_bytes() == again
    assert str(lessons) == done.stdout.rstrip("\n")
    its = lessons.facts.drop(columns="future").to_dict("records")
    assert its == found and set(lessons.facts["future"]) == {"short"}
    stands = lessons.questions.groupby("question")["parameter"].agg(list)
    assert stands["margin"] == ["north.watch.margin_m", "south.watch.margin_m"]
    (grade,) = lessons.grounds.to_dict("records")
    assert (grade["grade"], grade["unknowns"]) == ("assumption", 3) and grade["alone_low"] <= grade["alone"]
    assert f"{found[0]['name']}: {found[0]['worth']:+.3f}" in repr(lessons)
    assert "60 draws" in lessons._repr_html_() and "work distance" in lessons._repr_html_()


def test_on_what_the_spread_rests_is_told(home):
    done = dmz("learn", "out", cwd=home)
    told = " ".join(done.stdout.split())
    assert "On what the spread of clashes over draws rests" in told and "assumed parameters" in told
    learnt = json.loads((home / "out" / "learn" / "learn.json").read_text())["short"]["grounds"]
    figures = json.loads((home / "out" / "figures.json").read_text())
    assert learnt == figures["over_draws"]["short"]["grounds"] and learnt["draws"] == N
    (only,) = learnt["grades"]  # margin, work distance and the hotline's odds are assumptions, all three
    assert (only["grade"], only["unknowns"]) == ("assumption", 3)
    assert only["alone"] == only["beside"] == learnt["together"]
    shares = (learnt[name]["estimate"] for name in ("together", "luck", "left"))
    assert sum(shares) == pytest.approx(1.0)


def test_a_file_in_the_place_of_its_folder_is_refused_before_any_reckoning(home, monkeypatch):
    monkeypatch.setattr("experiments.commands.learn.facts", lambda *_: pytest.fail("it was reckoned"))
    shutil.copytree(home / "out", home / "taken", ignore=shutil.ignore_patterns("learn"))
    (home / "taken" / "learn").write_text("mine")
    with pytest.raises(BadInput, match="learn: is to be a folder; found a file"):
        learn(home / "taken")
    assert (home / "taken" / "learn").read_text() == "mine"


def test_without_draws_or_policies_nothing_can_be_learnt(home):
    alone = dmz("run", "short.yaml", "--runs", "4", "--no-report", "--out", "alone", cwd=home)
    assert alone.returncode == 0, alone.stderr
    few = ("compare", "short.yaml", "--policies", "hotline", "--runs", "4", "--no-report", "--out", "few")
    assert dmz(*few, cwd=home).returncode == 0
    for folder, said in (
        ("alone", "no policies were compared over the draws"),
        ("few", "50 or more"),
        ("no", "no such"),
    ):
        done = dmz("learn", folder, cwd=home)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
