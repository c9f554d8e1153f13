"""``dmz incident``: what a wargame's table asks, on a terminal and for machines."""

import json

import pytest
from typed import dmz
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands.check import check
from experiments.commands.incident import incident
from experiments.measures import LADDER
from sim.documents import BadInput

TOLD = "work_party_at_1047"


def asked(*policy, runs=40, seed=1, policies=()):
    return incident(TOLD, policies, policy, runs, seed, False)


def printed(*words, runs=40, columns=140):
    words = ("incident", TOLD, "--runs", str(runs), *words)
    done = CliRunner().invoke(app, words, env={"COLUMNS": str(columns)})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_figures_are_there_for_machines():
    found = json.loads(printed("--policies", "wider_margin", "--json", runs=20))
    assert found == json.loads(json.dumps(asked(policies=["wider_margin"], runs=20).figures))
    bare, wider = found["arms"].values()
    assert list(found["arms"]) == ["as described", "wider response margin"]
    assert sum(share["count"] for share in bare["rungs"].values()) == found["runs"] == 20
    assert bare["tree"]["count"] == 20 and len(bare["rungs"]) == len(LADDER)
    assert wider["begun"]["count"] == 0  # 14 m are within 30
    assert found["changed"]["wider response margin"]["lower"] == 20


def test_policies_are_played_on_the_same_luck_and_seeds_differ():
    nothing, other = asked("nothing").figures, asked(seed=2).figures
    assert nothing["changed"]["nothing"] == {"lower": 0, "higher": 0, "otherwise": 0}
    bare, same = (nothing["arms"][name] for name in ("as described", "nothing"))
    assert bare == same != other["arms"]["as described"]


@pytest.mark.parametrize("width", [80, 140])
def test_it_fits_the_terminal_and_tells_ladder_minutes_and_decisions(width):
    text = printed("--policy", "hotline", columns=width)
    assert max(map(len, text.splitlines())) <= width
    for said in ("work party at 10:47: 2026-05-12 10:47, km 112.4", "casualties by fire", "until it is over"):
        assert said in text
    assert "hotline, on the same luck: of 40 plays" in " ".join(text.split())
    assert text.count("the south's post calls out") >= 2  # in both trees


def test_tables_have_a_row_for_each_share_step_and_policy():
    found = asked("hotline", runs=12, policies=["wider_margin"])
    arms = ["as described", "wider response margin", "hotline"]
    ended = found.shares[found.shares["table"] == "it ended at"].pivot(index="what", columns="arm")
    assert ended["count"].sum().to_dict() == dict.fromkeys(arms, 12)
    assert ended["count"].loc["let pass", "wider response margin"] == 12  # 14 m are within 30
    assert (found.shares["low"] <= found.shares["share"]).all()
    called = found.minutes.set_index(["arm", "step"]).loc["as described", "to the first broadcast"]
    assert called["low"] <= called["median"] <= called["high"] and called["count"] > 0
    assert found.minutes["median"].isna().sum() >= 4  # of a party that is let pass there is none
    changes = found.changes.set_index("arm")
    assert list(changes.index) == arms[1:] and changes.loc["wider response margin", "lower"] == 12
    assert "lets them pass" in found.trees["wider response margin"]
    assert asked(runs=2).changes.empty


def test_it_shows_itself_as_text_and_in_a_notebook():
    found = asked("hotline", runs=12)
    assert str(found) == printed("--policy", "hotline", runs=12).rstrip("\n")
    assert "work party at 10:47" in repr(found) and "hotline: warning shots" in repr(found)
    html = found._repr_html_()
    assert "<th>hotline</th>" in html and "let pass" in html and "of 12 plays" in html


def test_another_sort_of_file_is_named():
    with pytest.raises(BadInput, match="there is no such incident, but a scenario of this name"):
        incident("baseline", [], [], 2, 1, False)
    with pytest.raises(BadInput, match="there is no such policy, but a study of this name"):
        incident(TOLD, ["season"], [], 2, 1, False)


def test_check_knows_incident_files(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("name: x\nhour: 25\nat_km: 3\nparty: {side: west}\n")
    assert check([TOLD, "bad.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out.strip() == f"{TOLD}: incident 'work party at 10:47' is valid (baseline)"
    assert [line.split(": ")[0] for line in err.splitlines()] == ["bad.yaml:2:7", "bad.yaml:4:15"]


@pytest.fixture
def agent(tmp_path):
    """Plays the moment, 6 times, under a command post that does something at its first step."""

    def play(what):
        (tmp_path / "own.py").write_text(
            "import os\nfrom sim.agents import CommandPost\n"
            "class Own(CommandPost):\n    def next_step(self, incident):\n"
            f"        {what}\n        return super().next_step(incident)\n"
        )
        (tmp_path / "own.yaml").write_text(
            "name: own\nbinds: [north, south]\nagents: {CommandPost: 'own:Own'}\n"
        )
        words = ("--runs", "6", "--json", "--policy", "own.yaml", "--allow-code")
        return dmz("incident", TOLD, *words, cwd=tmp_path)

    return play


def test_what_an_agent_prints_or_enters_is_not_the_answer(agent):
    done = agent("print('loud'); os.chdir('/')")
    assert done.returncode == 0, done.stderr
    bare, own = json.loads(done.stdout)["arms"].values()
    assert bare == own


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("raise ValueError('no step')", "play 0 of own failed: ValueError: no step, at "),
        ("raise KeyboardInterrupt", "play 0 of own failed: KeyboardInterrupt: , at "),
        pytest.param(  # test_pool.py has workers that die
            "os._exit(7)", "run 0 of own: its worker died each time", marks=pytest.mark.again
        ),
    ],
)
def test_an_agent_that_fails_is_one_sentence_that_names_it(agent, what, said):
    done = agent(what)
    assert done.returncode == 1 and not done.stdout
    assert said in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2  # the first run may compile
