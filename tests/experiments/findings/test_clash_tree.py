"""One clash as a tree: the story to the bit, and what else could have, with chances that are known."""

import pytest
from little import BUSY

from experiments.findings.anatomy_words import tree_words
from experiments.findings.clash_tree import tree_of
from experiments.play.task import Task, play
from sim.codes import Cause, Trigger
from sim.constants import DAY
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.outcome.story import tell
from sim.scenario.loading import load_case
from sim.sides import NORTH

GRANTED = 0.6
# A dated round strikes a post of the south, which reads an attack and asks one level up to return fire.
SHOT = f"""\
extends: declared
name: shot
days: 2
clock: {{warmup_days: 0}}
space: {{length_km: 20}}
injects: [{{name: a shot, date: 2025-11-02, act: stray_shot, side: north, at_km: 10}}]
north: {{works: {{slots: 0}}, patrols: {{slots: 0}}, stray: {{per_post_year: 0, p_explained: 0}},
  fire: {{p_reply: 0, p_support: 0}}}}
south: {{patrols: {{slots: 0}}, fire: {{p_grant_reply: {GRANTED}, p_support: 0, p_casualty: 0}},
  stray: {{per_post_year: 0, read_as_attack: 2, attack_tension: 0, p_origin_seen: 1}}}}
"""


def clash_of(case, seed=1):
    """The first run with an accidental clash, the clash, and its outcome."""
    for k in range(40):
        found = outcome(play(case, k, seed).scene)
        for each in found.incidents:
            if each["rung"] >= 3 and each["accidental"]:
                return k, each
    raise AssertionError("no clash")


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    file = tmp_path_factory.mktemp("shot") / "shot.yaml"
    file.write_text(SHOT)
    case = load_case(str(file))
    k, clash = clash_of(case)
    return Task("shot", case, 1, (k,)), clash["incident"]


@pytest.fixture(scope="module")
def shot_tree(shot):
    return tree_of(*shot)


def test_chances_of_the_log_are_told_with_what_else_could_have_been(shot_tree):
    first = shot_tree.turns[0]
    assert any("reads the rounds as an attack (chance 0.881)" in told for told in first.told)
    assert first.by_log == ("the south's post does not read the rounds as an attack: chance 0.119",)
    assert first.clash is None and first.same is None and not first.others


def test_replays_find_the_chance_that_is_known(shot_tree):
    turn = next(turn for turn in shot_tree.turns if any("last word" in told for told in turn.told))
    assert turn.clash.low < GRANTED < turn.clash.high
    assert turn.same == turn.clash  # nothing but this word lies between it and fire
    (other,) = turn.others
    assert "refused authority" in other.said and other.clashes == 0
    assert other.share.count + turn.same.count == shot_tree.replays == 200


def test_once_fire_is_open_all_replays_come_to_a_clash(shot_tree):
    fire = next(
        i for i, turn in enumerate(shot_tree.turns) if any("aimed fire" in told for told in turn.told)
    )
    assert all(turn.clash.share == 1.0 for turn in shot_tree.turns[fire:])
    text = [line for _, line in tree_words(shot_tree)]
    assert "from here all replays come to a clash" in text and text[-1].startswith("It was over after")
    assert any("of these none came to a clash" in line for line in text)


# A month in which parties are taken for trespassers, shot over, and some of them fire back.
FIERY = (
    *BUSY,
    "start=2025-06-01",
    "north.works.distance_m=25",
    "south.rules.step_minutes=5",
    "north.conduct.attack_intercept=-1",
    "north.conduct.leave_per_hour=0.5",
)


@pytest.fixture(scope="module")
def fiery():
    case = load_case("declared", (), FIERY, 20)
    k, clash = clash_of(case)
    return Task("fiery", case, 1, (k,)), clash


@pytest.fixture(scope="module")
def fiery_tree(fiery):
    task, clash = fiery
    return tree_of(task, clash["incident"], replays=15)


def test_the_story_is_that_of_the_run(fiery, fiery_tree):
    task, clash = fiery
    model = play(task.case, task.runs[0], task.seed)
    story = tell(model.scene, clash["incident"])
    assert list(fiery_tree.heading) == story[: len(fiery_tree.heading)]
    told = [said for turn in fiery_tree.turns for said in turn.told]
    for said in told[:-1]:
        assert any(line.endswith(said.removeprefix("the ")) for line in story), said
    assert told[-1].startswith("it is over") and outcome(model.scene).incidents
    minutes = [turn.minutes for turn in fiery_tree.turns]
    assert minutes == sorted(set(minutes)) and minutes[-1] == pytest.approx(clash["minutes"])


def test_shares_of_a_turn_add_up(fiery_tree):
    assert len(fiery_tree.turns) > 3
    for turn in fiery_tree.turns:
        shares = [turn.same, *(other.share for other in turn.others)]
        assert sum(share.count for share in shares) == fiery_tree.replays
        assert sum(other.clashes for other in turn.others) <= turn.clash.count


def test_the_same_tree_grows_again(fiery, fiery_tree):
    task, clash = fiery
    assert tree_of(task, clash["incident"], replays=15) == fiery_tree


def test_the_error_that_is_the_cause_is_the_one_without_which_it_passes(fiery, fiery_tree):
    _, clash = fiery
    names = {
        Cause.MAP: "difference of the maps",
        Cause.NAVIGATION: "navigation error",
        Cause.FIX: "fix error",
    }
    assert clash["begun_by"] == "violation"
    cause = next(cause for cause in Cause if cause.word == clash["cause"])
    line = next(line for line in fiery_tree.errors if names[cause] in line)
    assert line.endswith("let pass")


def test_agents_of_ones_own_take_part(fiery):
    from sim.agents import CommandPost

    class Mute(CommandPost):
        def next_step(self, incident):
            raise RuntimeError("asked")

    task, clash = fiery
    with pytest.raises(RuntimeError, match="asked"):
        tree_of(Task("fiery", task.case, 1, task.runs, {"CommandPost": Mute}), clash["incident"], replays=1)


# Works of both sides on the line, where each side's watchers take the other's party for trespassers.
CROWDED = (
    "space.length_km=20",
    "clock.warmup_days=2",
    "start=2025-06-01",
    "south.watch.margin_m=5",
    "north.watch.margin_m=15",
    *(f"{side}.watch.{name}" for side in ("north", "south") for name in ("posts=20", "group_m=500")),
    *(f"{side}.patrols.slots=0" for side in ("north", "south")),
    *(
        f"{side}.works.{name}"
        for side in ("north", "south")
        for name in ("slots=30", "share=1", "weeks=30", "first_month=1", "last_month=12", "distance_m=15")
    ),
)


def test_the_margin_is_that_of_who_was_judged_and_not_of_who_came_to_it():
    """A party of the north comes to an incident that is about one of the south."""
    task = Task("crowded", load_case("declared", assignments=CROWDED, days=2), 1, (0,))
    model = play(task.case, 0, 1)
    found = (
        (row, each)
        for row, each in enumerate(model.state.incidents)
        if each.trigger == Trigger.VIOLATION and each.first == NORTH and min(s.unit for s in each.sides) >= 0
    )
    row, each = next(found)
    then = DmzModel(task.case, seed=1, world=0, luck=0).run(each.opened / DAY).state.units["margin"]
    came, judged = (float(then[side.unit]) for side in each.sides)
    assert round(came) != round(judged)
    said = tree_of(task, row, replays=1).errors[0]
    assert said.endswith(f"and lets {judged:.0f} m pass")
