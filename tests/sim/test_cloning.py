"""Incidents played again: the run stays what it is, and the mean of the clones is that of the count."""

from itertools import pairwise

import numpy as np
import pytest
from little import BUSY

import sim.cloning
from sim.cloning import (
    LEVELS,
    Clones,
    Reached,
    Stands,
    counts_of,
    mean_of_clones,
    play_on,
    sums_of,
    with_clones,
)
from sim.codes import Rung
from sim.incident_state import INCIDENT
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.randomness import luck_key
from sim.scenario.loading import load_case

# A month of much work and much fire, in which calls get through: incidents last, and overlap.
FIERY = (
    *BUSY,
    "start=2025-06-01",
    "space.area_km=3",
    "north.works.distance_m=20",
    "north.works.distance_log_sd=0.3",
    "south.rules.step_minutes=5",
    "north.conduct.leave_per_hour=0.1",
    "north.conduct.attack_intercept=-1.0",
    "north.conduct.armed=0.8",
    "hotline.working=true",
    "hotline.p_connect=0.4",
    "hotline.call_minutes=6",
    "hotline.odds=0.3",
    "north.fire.p_casualty=0.4",
    "north.fire.p_heavy=0.2",
    "south.fire.p_heavy=0.3",
    "north.fire.p_support=0.8",
    "north.fire.support_reach_m=20000",
    "south.fire.support_reach_m=20000",
    "south.fire.p_support=0.7",
    "north.stray.per_post_year=0.1",
    "south.stray.read_as_attack=0",
    "north.politics.predelegate_at=1",
    "south.politics.predelegate_at=1",
)
SPLIT = ("clones.number=2", "clones.method=splitting")


def case_of(*assignments, days=20, policies=()):
    return load_case("declared", policies, (*FIERY, *assignments), days)


def played(case, world=0):
    return with_clones(lambda: DmzModel(case, world=world, seed=5)).run()


def rows_of(model):
    """The rows of the incidents of the exposure."""
    return np.flatnonzero(model.state.incidents.table["opened"] >= model.scene.exposure.begins)


@pytest.mark.parametrize("asked", [("clones.number=3",), SPLIT])
def test_the_run_is_the_same_to_the_bit(asked):
    bare, cloned = played(case_of()), played(case_of(*asked))
    assert cloned.state.identical(bare.state)
    one, other = outcome(bare.scene), outcome(cloned.scene)
    differing = {name for name in one.row if one.row[name] != other.row[name]}
    assert differing == {name for name in one.row if name.startswith("cloned_")}
    assert all(one.row[name] is None for name in differing)
    assert other.row["cloned_clashes"] != other.row["expected_clashes"], "clones have luck of their own"
    opened = cloned.state.incidents.table["opened"][list(cloned.scene.cloned.means)]
    assert (opened >= cloned.scene.exposure.begins).all()
    again = played(case_of(*asked))
    assert outcome(again.scene).row == other.row and outcome(again.scene).incidents == other.incidents


@pytest.mark.parametrize("level", LEVELS)
def test_a_clone_on_the_luck_of_the_run_is_the_incident_itself(level, monkeypatch):
    """So a copy taken between two acts, in the middle of a tick, holds all that comes of it."""
    monkeypatch.setattr(sim.cloning, "luck_key", lambda seed, world, luck, salt: luck_key(seed, world, luck))
    model = played(case_of("clones.number=1", f"clones.start={level}", days=10))
    clones = model.scene.cloned
    assert isinstance(clones, Clones) and len(clones.means) > 2
    for row, found in clones.means.items():
        assert (found == sums_of(model.state.incidents.table[row : row + 1])[0]).all(), row


def test_a_split_clone_on_the_luck_of_the_run_is_the_incident_itself(monkeypatch):
    monkeypatch.setattr(sim.cloning, "luck_key", lambda seed, world, luck, salt: luck_key(seed, world, luck))
    model = played(case_of(*SPLIT, "clones.start=opened", days=10))
    for row, found in model.scene.cloned.means.items():
        assert found == pytest.approx(sums_of(model.state.incidents.table[row : row + 1])[0])


def apart(asked, worlds):
    """Of every incident what its clones came to, less what it came to: clashes, casualties, heavy, spread."""
    found = []
    for world in worlds:
        model = played(case_of(*asked, days=30), world)
        rows = rows_of(model)
        found.append(np.stack([model.scene.cloned.of(rows), counts_of(model.state.incidents.table[rows])]))
        model.dismiss()
    return np.concatenate(found, axis=1)


RARER = ("north.conduct.attack_intercept=-2", "north.fire.p_heavy=0.1", "south.fire.p_heavy=0.15")


@pytest.mark.parametrize(("rate", "least"), [((), 15), (RARER, 5)])
@pytest.mark.parametrize("asked", [("clones.number=2",), SPLIT])
def test_the_mean_of_clones_is_that_of_the_count(asked, rate, least):
    """Clashes, casualties, heavy weapons, spread, persons hit; two rates, within two standard errors."""
    clones, happened = apart((*asked, *rate), range(6))
    assert (happened.sum(axis=0) > least).all()
    gap = clones - happened
    assert (np.abs(gap.sum(axis=0)) <= 2.0 * np.sqrt((gap**2).sum(axis=0))).all()


def test_pairs_stay_pairs():
    """A policy that does nothing has the same clones, to the bit."""
    bare, idle = (played(case_of("clones.number=2", policies=each)) for each in ((), ("nothing",)))
    assert (bare.scene.cloned.of(rows_of(bare)) == idle.scene.cloned.of(rows_of(idle))).all()


def test_what_was_drawn_stays_and_the_rest_is_fresh():
    model = DmzModel(case_of(days=1), seed=5)
    before = {(1, 0, 0): np.uint64(7)}
    clone = sim.cloning._Clone(model, 3, np.uint64(9), before, None)
    assert clone.root(3, 1, 0, 0) == 7 and clone.root(3, 1, 0, 1) == 9
    assert clone.root(2, 1, 0, 0) == model.scene.luck, "other incidents have the luck of the world"


def test_a_clone_keeps_the_draws_of_its_parent_and_of_no_other(monkeypatch):
    made = []

    class Kept(sim.cloning._Clone):
        def __init__(self, *its):
            super().__init__(*its)
            made.append((self, dict(self.drawn)))

    monkeypatch.setattr(sim.cloning, "_Clone", Kept)
    model = played(case_of(*SPLIT, days=10))
    assert len({int(clone.fresh) for clone, _ in made}) > 5
    for clone, before in made:
        assert before and before.items() <= clone.drawn.items()
        assert set(clone.drawn.values()) <= {*before.values(), clone.fresh}
    first = [before for _, before in made if set(before.values()) == {model.scene.luck}]
    assert 0 < len(first) < len(made), "clones of clones keep the luck of both"


def test_what_somebody_ordered_is_no_clash_of_clones():
    incidents = np.zeros(2, INCIDENT)
    incidents["accidental"], incidents["rung"] = (1, 0), Rung.HEAVY_WEAPONS
    for i, name in enumerate(sim.cloning.SUMS):
        incidents[name] = 0.1 * (i + 1)
    incidents["casualties"][:, 1], incidents["heavy"] = 3, 1
    assert sums_of(incidents) == pytest.approx(
        np.array([[0.1, 0.2, 0.3, 0.4, 0.5], [0.0, 0.2, 0.3, 0.4, 0.5]])
    )
    assert counts_of(incidents).tolist() == [[1.0, 1.0, 1.0, 0.0, 3.0], [0.0, 1.0, 1.0, 0.0, 3.0]]


def test_a_case_without_clones_is_what_it_was():
    bare, cloned = load_case("declared"), load_case("declared", (), ("clones.number=2",))
    idle = load_case("declared", (), ("clones.start=decided",))
    assert "clones" not in bare.resolved["scenario"] and idle.content_hash == bare.content_hash
    assert cloned.content_hash != bare.content_hash


class Walk:
    """A toy: from level to level with the chance ``p``; what comes of the last one is 1."""

    def __init__(self, p, levels):
        self.p, self.levels, self.salts = p, levels, []

    def play(self, start, depth, salt):
        self.salts.append(salt)
        reached = start + 1 if np.random.default_rng([salt, 1]).random() < self.p else None
        if reached is None:
            return np.zeros(1)
        return Reached(reached) if depth < self.levels else np.ones(1)


def test_each_clone_has_luck_of_its_own_and_levels_multiply():
    walk = Walk(0.5, 3)
    found = mean_of_clones(walk, 0, (20, 20, 20))
    assert len(set(walk.salts)) == len(walk.salts)
    assert found[0] == pytest.approx(0.125, abs=0.08)
    assert mean_of_clones(Walk(1.0, 3), 0, (2, 2, 2))[0] == 1.0


def shot_over(model):
    """The row of the first incident of the exposure with warning shots."""
    table = model.state.incidents.table
    return next(int(row) for row in rows_of(model) if table[row]["volleys"].sum() > 0)


def with_stands(case, row):
    model = DmzModel(case, seed=5)
    stands = Stands(model, row)
    model.scene.forks = stands
    return model.run(), stands


def test_a_run_whose_stands_are_kept_is_the_same_to_the_bit():
    plain = played(case_of())
    row = int(rows_of(plain)[0])
    kept, stands = with_stands(case_of(), row)
    assert outcome(kept.scene).incidents == outcome(plain.scene).incidents and stands.by_line
    lines = len([line for line in plain.state.log if line[0] == row])
    assert set(stands.by_line) <= set(range(lines + 1)) and 0 not in stands.by_line


def test_from_a_stand_it_plays_on_by_its_salt_and_what_was_told_stays():
    plain = played(case_of())
    row = shot_over(plain)
    _, stands = with_stands(case_of(), row)
    twin, start = DmzModel(case_of(), seed=5), stands.by_line[min(stands.by_line)]

    def told(salt):
        play_on(twin, start, salt)
        return [line for line in twin.state.log if line[0] == row]

    every = [told(salt) for salt in range(1, 12)]
    assert every[0] == told(1) and len({len(each) for each in every}) > 1
    before = [line for line in plain.state.log if line[0] == row][: min(stands.by_line)]
    assert all(each[: len(before)] == before for each in every)


def test_a_stand_knows_what_was_drawn_by_then():
    kept, stands = with_stands(case_of(), shot_over(played(case_of())))
    drawn = [stands.by_line[lines].drawn for lines in sorted(stands.by_line)]
    assert drawn[0] and len(drawn[-1]) > len(drawn[0])
    assert all(one.items() <= other.items() for one, other in pairwise(drawn))
    assert set(drawn[-1].values()) == {kept.scene.luck}


def test_what_was_reached_by_a_stand_stays_reached():
    plain = played(case_of())
    row = shot_over(plain)
    _, stands = with_stands(case_of(), row)
    twin, last = DmzModel(case_of(), seed=5), stands.by_line[max(stands.by_line)]
    assert all(play_on(twin, last, salt).rung >= last.state.incidents[row].rung >= 2 for salt in range(5))
