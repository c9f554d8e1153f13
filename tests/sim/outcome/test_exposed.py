"""What a run holds of its exposure: expected clashes beside those that were counted."""

import os
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest
from little import BUSY

from sim.codes import Rung
from sim.model import DmzModel
from sim.outcome.exposed import Exposed
from sim.outcome.outcome import outcome
from sim.scenario.case import Case
from sim.scenario.library import shipped
from sim.scenario.loading import load_case

FULL = os.environ.get("DMZ_FULL") == "1"
SURE = 4.5  # standard errors

# A month of much work on the line, of which chance alone makes clashes or not.
CHANCY = (
    "start=2025-06-01",
    "north.works.distance_m=20",
    "north.works.distance_log_sd=0.3",
    "north.works.slots=40",
    "south.rules.step_minutes=5",
    "north.conduct.leave_per_hour=0.1",
    "north.conduct.attack_intercept=-2.5",
    "north.conduct.armed=0.8",
    "north.politics.predelegate_at=1",
    "south.politics.predelegate_at=1",
)
SETTINGS = {
    "plain": (),
    "hotline": (
        "hotline.working=true",
        "hotline.p_connect=0.7",
        "hotline.call_minutes=6",
        "hotline.odds=0.3",
    ),
    "aimed fire granted": ("south.rules.p_grant_action=0.5", "south.rules.steps=[warning_shots, aimed_fire]"),
    "levels that refuse": (
        "south.rules.p_grant=0.7",
        "south.rules.p_grant_action=0.5",
        "south.rules.warning_authority=battalion",
        "south.rules.action_authority=division",
        "south.rules.steps=[warning_shots, aimed_fire]",
    ),
    "rounds and mines": (
        "north.stray.per_post_year=0.1",
        "south.stray.per_post_year=0.1",
        "north.stray.read_as_attack=0",
        "south.stray.read_as_attack=0",
        "north.stray.p_explained=0.5",
        "south.stray.p_explained=0.5",
        "north.stray.explain_minutes=20",
        "mines.strikes_per_party_day=0.05",
        "mines.read_as_attack=0.5",
        "north.fire.p_grant_reply=0.4",
        "south.fire.p_grant_reply=0.4",
        "south.works.slots=20",
        "south.works.share=1",
        "south.works.first_month=1",
        "south.works.last_month=12",
        "south.works.distance_m=20",
        "south.works.from_year=2025",
    ),
}


# A month of much fire: what is expected of an incident beyond a clash, by its column in a run's row.
FIERY = (
    "space.area_km=6",
    "north.fire.p_casualty=0.4",
    "south.fire.p_casualty=0.3",
    "north.fire.casualties=2.5",
    "north.fire.p_heavy=0.2",
    "south.fire.p_heavy=0.3",
    "north.fire.p_support=0.7",
    "south.fire.p_support=0.6",
    "south.fire.p_attrib=0.5",
    "north.fire.p_continue=0.6",
    "south.fire.p_continue=0.6",
    "south.fire.support_reach_m=20000",
    "north.fire.support_reach_m=20000",
)
FURTHER = ("with_casualties", "with_heavy_weapons", "with_another_area", "casualties")


def further_of(exposed: Exposed) -> np.ndarray:
    """(expected, happened) of each of ``FURTHER`` in every incident, (n, 8)."""
    own, expected = exposed.incidents, ("expected_harm", "expected_heavy", "expected_spread", "expected_hurt")
    hurt = own["casualties"].sum(axis=1)
    happened = (hurt > 0, exposed.heavy, own["rung"] == max(Rung), hurt)
    pairs = zip(expected, happened, strict=True)
    return np.stack([each for name, came in pairs for each in (own[name], came)], axis=1).astype(float)


def incidents_of(case: Case, worlds: Iterable[int]) -> np.ndarray:
    """(begun by a violation, expected, whether it became a clash) of every incident, and ``further_of``
    it, (n, 11).
    """
    rows = []
    for world in worlds:
        model = DmzModel(case, world=world, seed=5).run()
        exposed = Exposed(model.scene)
        row = outcome(model.scene).row
        own = np.stack([exposed.violations, exposed.expected, exposed.clashes], axis=1).astype(float)
        for name, begun in (("violation", own[:, 0] == 1), ("otherwise", own[:, 0] == 0)):
            assert row[f"expected_clashes_{name}"] == pytest.approx(own[begun, 1].sum())
            assert row[f"clashes_{name}"] == own[begun, 2].sum()
        assert row["expected_clashes"] == pytest.approx(own[:, 1].sum())
        beyond = further_of(exposed)
        for name, pair in zip(FURTHER, np.split(beyond, len(FURTHER), axis=1), strict=True):
            assert row[f"expected_{name}"] == pytest.approx(pair[:, 0].sum())
        rows.append(np.concatenate([own, beyond], axis=1))
        model.dismiss()
    return np.concatenate(rows)


def agree(found: np.ndarray) -> bool:
    """Whether expected and counted clashes have one mean.

    What an incident was expected to become less what it became has the mean 0 whatever happened before
    (that is what a compensator is), so that the variance of the sum is the mean sum of the squares.
    """
    return same_mean(found[:, 1], found[:, 2])


def same_mean(expected: np.ndarray, happened: np.ndarray, sure: float = SURE) -> bool:
    """The same of any two columns."""
    apart = expected - happened
    return bool(abs(apart.sum()) <= sure * np.sqrt((apart**2).sum()) + 1e-9)


def agree_further(found: np.ndarray) -> bool:
    """Whether as much of what lies beyond a clash was expected as happened, within two standard errors."""
    return all(same_mean(found[:, i], found[:, i + 1], sure=2.0) for i in range(3, found.shape[1], 2))


def test_as_many_rungs_beyond_are_expected_as_are_counted():
    case = load_case("declared", (), (*BUSY, *CHANCY, *SETTINGS["hotline"], *FIERY), 30)
    found = incidents_of(case, range(20, 30))
    for i, name in enumerate(FURTHER):
        expected, happened = found[:, 3 + 2 * i], found[:, 4 + 2 * i]
        assert happened.sum() > 10, name
        assert same_mean(expected, happened, sure=2.0), name


@pytest.mark.parametrize("name", SETTINGS)
def test_as_many_clashes_are_expected_as_are_counted(name):
    case = load_case("declared", (), (*BUSY, *CHANCY, *SETTINGS[name]), 30)
    found = incidents_of(case, range(25))
    of_violations, otherwise = found[found[:, 0] == 1], found[found[:, 0] == 0]
    assert agree(of_violations) and of_violations[:, 2].sum() > 60
    assert agree(otherwise)
    assert otherwise[:, 2].sum() > 30 or name != "rounds and mines"


def test_without_weapons_nothing_is_expected():
    peace = ("north.rules.weapons=false", "south.rules.weapons=false")
    case = load_case("declared", (), (*BUSY, *CHANCY, *SETTINGS["rounds and mines"], *peace), 30)
    found = incidents_of(case, range(2))
    assert found.shape[0] > 50 and (found[:, 1:] == 0.0).all()


def test_what_somebody_ordered_is_not_expected():
    """Probes are ordered to cross: what comes of them is no accident, and counts in no sum."""
    probes = (
        "north.works.slots=0",
        "north.patrols.slots=300",
        "north.patrols.recon_share=0.2",
        "north.patrols.probe_share=0.1",
        "north.patrols.probe_depth_m=60",
        "north.patrols.year_log_sd=0",
    )
    model = DmzModel(load_case("declared", (), (*BUSY, *CHANCY, *probes), 30), seed=5).run()
    exposed = Exposed(model.scene)
    ordered = exposed.incidents["accidental"] == 0
    assert exposed.incidents["expected"][ordered].sum() > 1.0
    assert np.all(exposed.expected[ordered] == 0.0)
    row = outcome(model.scene).row
    assert row["clashes_ordered"] > 0
    assert row["expected_clashes"] == pytest.approx(exposed.incidents["expected"][~ordered].sum())


def of_all(names: Sequence[str], case_of: Callable[[str], Case]) -> np.ndarray:
    """The incidents of all cases, each of worlds of its own: under one luck they would not be independent."""
    n, parts = 12 if FULL else 2, []
    for k, name in enumerate(names):
        found = incidents_of(case_of(name), range(n * k, n * (k + 1)))
        assert agree(found[found[:, 0] == 1]) and agree(found[found[:, 0] == 0]), name
        parts.append(found)
    return np.concatenate(parts)


TALKS = ("talks.outcome=accepted", "talks.offer_day=1")


@pytest.mark.slow
def test_under_every_shipped_policy_as_many_are_expected_as_are_counted():
    def case_of(policy: str) -> Case:
        busy = (*BUSY, *CHANCY, *SETTINGS["rounds and mines"], *TALKS, *FIERY)
        return load_case("declared", [policy], busy, 30)

    found = of_all(shipped("policies"), case_of)
    assert agree(found) and found[:, 2].sum() > 500
    assert agree_further(found) and (found[:, 4:10:2].sum(axis=0) > 100).all()


# Scenarios with dates or sites of their own, which a short line does not hold.
OF_THEIR_OWN = ("injects_example", "own_lines", "own_sites", "fog_of_may_2020")


@pytest.mark.slow
def test_in_every_shipped_situation_as_many_are_expected_as_are_counted():
    def case_of(scenario: str) -> Case:
        busy = (*BUSY, *CHANCY, *SETTINGS["rounds and mines"])
        of_sites = ("start=", "space.", "north.watch.posts", "south.watch.posts")
        own = tuple(each for each in busy if not each.startswith(of_sites))
        return load_case(scenario, (), own if scenario in OF_THEIR_OWN else busy, 30)

    found = of_all(shipped(), case_of)
    assert agree(found) and found[:, 2].sum() > 500
