"""The state: a copy of it is a copy of the run, whenever it is taken."""

from dataclasses import fields, replace

import numpy as np
import pytest
import yaml

from sim.codes import Due
from sim.constants import NEVER
from sim.incident_state import INCIDENT
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case
from sim.state import RUN, UNIT, State

# A short and busy stretch of line: a clash every few days, fire that others join, a hotline.
BUSY = [
    "days=8",
    "start=2025-06-01",
    "space.length_km=36",
    "clock.warmup_days=2",
    "north.patrols.slots=30",
    "north.patrols.standoff_m=30",
    "north.patrols.spread_m=60",
    "north.navigation.error_m=20",
    "north.works.slots=20",
    "north.works.weeks=30",
    "south.watch.posts=12",
    "north.watch.posts=12",
    "south.patrols.slots=10",
    "south.patrols.standoff_m=40",
    "south.navigation.error_m=20",
    "north.conduct.attack_intercept=-1",
    "south.rules.p_grant_action=0.4",
    "south.fire.p_casualty=0.4",
    "south.stray.per_post_year=0.1",
    "mines.strikes_per_km=0.05",
    "hotline.working=true",
    "north.fire.p_support=0.8",
    "south.fire.p_support=0.8",
]


@pytest.fixture(scope="module", params=["reciprocal", "local"])
def case(request):
    """Under local tension every area has a row of its own."""
    return load_case("declared", assignments=[*BUSY, f"feedback.rule={request.param}"])


@pytest.fixture(scope="module")
def straight(case):
    """The run that nobody interrupts."""
    return DmzModel(case, seed=1).run()


def play_until(model, minute):
    while model.minute < minute:
        model.step()
    return model


def test_the_busy_run_is_busy(straight):
    incidents = straight.state.incidents.table
    assert len(incidents) > 60
    assert incidents["rung"].max() >= 4
    assert incidents["answered"].sum() > 3


# -- copies ----------------------------------------------------------------------------------------


def test_a_snapshot_is_independent_and_identical(case):
    model = DmzModel(case, seed=1).run(3)
    before = model.snapshot()
    assert before.identical(model.state) and model.state.identical(before)
    kept = before.bits()
    model.run(1)
    assert before.bits() == kept
    assert not before.identical(model.state)
    model.restore(before)
    assert model.state.identical(before)
    model.run(1)
    assert before.bits() == kept  # it stays usable


def test_identical_looks_at_every_field(case):
    state = DmzModel(case, seed=1).run(1).state
    for field in fields(state):
        for name in getattr(getattr(state, field.name), "dtype", np.dtype([])).names or (...,):
            changed = state.snapshot()
            if isinstance(getattr(changed, field.name), list):
                getattr(changed, field.name).pop()
                assert not state.identical(changed), field.name
                continue
            part = getattr(changed, field.name)[name]
            if part.size:
                part.flat[-1] = not part.flat[-1]  # 0 becomes 1, all else 0
                assert not state.identical(changed), (field.name, name)


def test_bytes_between_fields_do_not_count(case):
    """Copies of a structured array leave the padding as memory happened to be."""
    state = DmzModel(case, seed=1).state
    units = np.frombuffer(bytearray(b"\xff" * state.units.nbytes), UNIT).copy()
    for name in UNIT.names:
        units[name] = state.units[name]
    assert replace(state, units=units).identical(state)


def test_not_a_number_is_identical_to_itself(case):
    state = DmzModel(case, seed=1).state
    state.units["trait"] = np.nan
    assert state.identical(state.snapshot())


def test_no_array_of_the_state_is_shared_with_the_world_or_another_model(case):
    one, other = DmzModel(case, seed=1), DmzModel(case, seed=1)
    assert one.state.identical(other.state)
    for field in fields(State):
        array = getattr(one.state, field.name)
        if not isinstance(array, np.ndarray):
            continue  # lists: see tests/sim/test_incident_state.py
        assert not np.shares_memory(array, getattr(other.state, field.name)), field.name
        assert not np.shares_memory(array, getattr(one.snapshot(), field.name)), field.name
    for name in ("units", "posts"):
        assert not np.shares_memory(getattr(one.state, name), getattr(one.scene.world, name))
    one.run(2)
    assert other.state.identical(DmzModel(case, seed=1).state)


# -- going on --------------------------------------------------------------------------------------


@pytest.mark.parametrize("minute", [0, 10, 350, 360, 1430, 1440, 2880, 2890, 5000, 9999, 12240])
def test_a_run_goes_on_from_a_snapshot_at_any_tick(case, straight, minute):
    """In a model of its own, that had been somewhere else: the same to the last bit."""
    snapshot = play_until(DmzModel(case, seed=1), minute).snapshot()
    model = DmzModel(case, seed=1).run(1.5)
    model.restore(snapshot)
    assert model.run().state.identical(straight.state)
    assert outcome(model.scene).row == outcome(straight.scene).row
    assert outcome(model.scene).incidents == outcome(straight.scene).incidents


def test_a_run_goes_on_from_the_middle_of_an_incident(case, straight):
    """While somebody is shooting, and while several incidents are open."""
    model, moments = DmzModel(case, seed=1), []
    while model.running and len(moments) < 4:
        model.step()
        records = [incident.record for incident in model.open_incidents]
        firing = any(side.agenda[Due.FIRE] < NEVER for r in records for side in r.sides)
        if firing or len(records) > 2 + len(moments):
            moments.append(model.snapshot())
    assert len(moments) == 4
    for snapshot in moments:
        other = DmzModel(case, seed=1)
        other.restore(snapshot)
        assert other.open_incidents
        assert other.run().state.identical(straight.state)


def test_the_same_model_goes_back_and_forth(case, straight):
    model = DmzModel(case, seed=1)
    snapshots = [model.snapshot()]
    for _ in range(4):
        snapshots.append(model.run(2).snapshot())
    for snapshot in reversed(snapshots):
        model.restore(snapshot)
        assert model.run().state.identical(straight.state)


def test_a_finished_run_restored_to_its_middle_runs_again(case):
    model = DmzModel(case, seed=1)
    middle = model.run(5).snapshot()
    end = model.run().snapshot()
    assert not model.running
    model.restore(middle)
    assert model.running
    assert model.run().state.identical(end)
    model.restore(end)
    assert not model.running


def policy(folder, name, start, **changes):
    file = folder / f"{name}.yaml"
    document = {"name": name, "binds": ["north", "south"], "start": start, "set": changes}
    file.write_text(yaml.safe_dump(document))
    return str(file)


@pytest.mark.parametrize("day", [0, 1, 3, 4, 5, 6, 7])
def test_a_snapshot_at_midnight_meets_the_rules_of_the_next_day(tmp_path, day):
    """A policy from 4 June changes how tension decays, the border, and what units do."""
    late = policy(
        tmp_path,
        "late",
        "2025-06-04",
        feedback={"half_life_days": 3, "k": 0.6},
        border={"common_line": "commission"},
        north={"voice": {"campaign": 1.0}, "works": {"buffer_m": 100}},
        south={"politics": {"resting": 0.6}},
    )
    case = load_case("declared", [late], BUSY)
    straight = DmzModel(case, seed=1).run()
    snapshot = DmzModel(case, seed=1).run(day).snapshot()
    assert snapshot.run["minute"][0] == 1440.0 * day
    model = DmzModel(case, seed=1)
    model.restore(snapshot)
    assert model.run().state.identical(straight.state)


def test_a_snapshot_keeps_talks_and_survey(tmp_path):
    file = tmp_path / "talks.yaml"
    talks = {
        "decided_by": "scenario",
        "outcome": "accepted",
        "offer_day": 1,
        "answer_days": 1,
        "session_day": 2,
        "agreed_day": 3,
        "implemented_day": 4,
        "suspend_tension": 1.0,
    }
    file.write_text(yaml.safe_dump({"extends": "declared", "name": "talks", "talks": talks}))
    case = load_case(str(file), assignments=[*BUSY, "survey.consent_tension=1", "days=12"])
    straight = DmzModel(case, seed=1).run()
    assert straight.state.run["surveyed_m"][0] > 0.0
    assert straight.state.restored.any()
    for days in (3, 4.5, 6, 7.25, 9):
        snapshot = DmzModel(case, seed=1).run(days).snapshot()
        model = DmzModel(case, seed=1)
        model.restore(snapshot)
        assert model.negotiation.state == straight.negotiation.state or days < 7
        assert model.run().state.identical(straight.state), days


def test_a_branch_is_a_run_of_its_own(case):
    """From one snapshot, another luck: what lay before stays, what follows differs."""
    model = DmzModel(case, seed=1).run(4)
    snapshot = model.snapshot()
    other = DmzModel(case, luck=1, seed=1)
    other.restore(snapshot)
    assert other.state.identical(snapshot)
    assert not other.run().state.identical(model.run().state)
    table = snapshot.incidents.table
    closed = table["closed"] < NEVER
    for name in INCIDENT.names:
        mine, its = (m.state.incidents.table[name][: len(table)][closed] for m in (model, other))
        assert mine.tobytes() == its.tobytes(), name


# -- what the arrays are ---------------------------------------------------------------------------


def test_agents_are_faces_and_keep_nothing(case):
    """Played or not, an agent holds its scene, the parties, its row, its side and Mesa's own."""
    model = DmzModel(case, seed=1)
    before = {agent.unique_id: set(vars(agent)) for agent in model.agents}
    model.run()
    for agent in model.agents:
        own = {"row", "side", "scene", "parties", "model"}
        assert own <= set(vars(agent)) == before[agent.unique_id] <= own | {"unique_id", "pos"}


def test_rows_keep_their_place(case):
    model = DmzModel(case, seed=1)
    before = {name: getattr(model.state, name)["who"].copy() for name in ("units", "posts")}
    model.run()
    for name, who in before.items():
        assert np.array_equal(getattr(model.state, name)["who"], who)
        assert np.unique(who).size == who.size
    projects = model.state.projects
    assert np.unique(projects["who"]).size == projects.size


def test_incidents_and_log_only_grow(case):
    model, seen = DmzModel(case, seed=1), []
    while model.running:
        model.run(2)
        log = model.state.log.copy()
        if seen:
            assert log[: len(seen[-1])] == seen[-1]
        seen.append(log)
    assert len(seen[-1]) > 512


def test_names_of_fields_are_unique():
    for names in (RUN.names, UNIT.names, INCIDENT.names):
        assert len(set(names)) == len(names)
