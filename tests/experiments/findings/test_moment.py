"""Shares, minutes and decisions of a moment, by plays that are made up."""

import pytest

from experiments.findings.moment import PlayShare, changed, moment_of
from experiments.play.described import Played, Step
from experiments.statistics.intervals import proportion_interval
from sim.acts import Act, Actor
from sim.codes import Rung


def played(rung: Rung, *acts: Act, minutes: float | None = 20.0, hurt: int = 0) -> Played:
    steps = [Step(1, Actor.POST, act, 1.0, 3.0 * i) for i, act in enumerate((Act.VIOLATION, *acts))]
    steps.append(Step(1, Actor.INCIDENT, Act.CLOSED, float(rung), minutes or 0.0))
    return Played(True, rung, minutes, (hurt, 0), tuple(steps))


CALLED = played(Rung.BROADCAST, Act.BROADCAST, Act.HEARD, Act.WITHDREW)
SHOT = played(Rung.WARNING_SHOTS, Act.BROADCAST, Act.STAYED, Act.WARNING_SHOTS)
FOUGHT = played(
    Rung.HEAVY_WEAPONS, Act.BROADCAST, Act.STAYED, Act.AIMED_FIRE, Act.HEAVY_WEAPONS, minutes=None
)
PASSED = Played(False, Rung.OBSERVED, None, (0, 0), ())


def test_every_play_has_its_highest_rung_once_and_shares_have_their_interval():
    found = moment_of([CALLED] * 6 + [SHOT] * 3 + [PASSED])
    assert [share.count for share in found.rungs.values()] == [0, 6, 3, 0, 0, 0, 0]
    assert found.begun.count == 9
    interval = proportion_interval(3, 10)
    assert found.rungs["warning shots"] == PlayShare(3, 0.3, interval.low, interval.high)


def test_what_happened_is_counted_by_itself_and_not_by_the_highest_rung():
    """Heavy weapons without warning shots or casualties: a higher rung need not have those below."""
    found = moment_of([FOUGHT, SHOT, CALLED, CALLED])
    assert {name: share.count for name, share in found.happened.items()} == {
        "warning shots": 1,
        "aimed fire": 1,
        "casualties by fire": 0,
        "heavy weapons": 1,
        "fire in another area": 0,
    }


def test_minutes_are_of_the_plays_in_which_it_came_about():
    found = moment_of([CALLED, SHOT, FOUGHT]).minutes
    assert found["to the first broadcast"].count == 3 and found["to the first broadcast"].median == 3.0
    shots = found["to the first warning shots"]
    assert (shots.count, shots.low) == (1, 9.0)
    assert found["until it is over"].count == 2  # the one that goes on has no end
    assert moment_of([CALLED]).minutes["to the first aimed fire"].median is None


def test_the_tree_parts_where_decisions_do_and_its_counts_add_up():
    tree = moment_of([CALLED] * 6 + [SHOT] * 3 + [FOUGHT]).tree
    (called,) = tree.children()
    assert (called.said, called.count) == ("the south's post calls out", 10)
    assert [(node.said, node.count) for node in called.children()] == [
        ("the south's post withdraws", 6),
        ("the south's post stays where it is", 4),
    ]

    def add_up(node):
        if node.next:
            assert sum(child.count for child in node.children()) == node.count
        return all(add_up(child) for child in node.children()) or True

    assert add_up(tree)


def test_changed_plays_are_counted_luck_by_luck():
    waited = played(Rung.BROADCAST, Act.BROADCAST, Act.STAYED)
    assert changed([CALLED, SHOT, CALLED, SHOT], [CALLED, PASSED, waited, FOUGHT]) == (1, 1, 1)
    with pytest.raises(ValueError):
        changed([CALLED], [])
