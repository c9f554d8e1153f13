"""The model as a whole: reproducible to the bit, a proper Mesa model, and its sanity laws."""

import gc
import os
import subprocess
import sys
import warnings
import weakref
from dataclasses import replace

import mesa
import numpy as np
import pytest

from experiments.play.batch import run_batch
from sim.agents import CommandPost, Patrol, WorkParty
from sim.documents import BadInput
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import Case, load_case
from sim.sides import SOUTH

FULL = os.environ.get("DMZ_FULL") == "1"

# A short line where works go on all the year: many events in little time.
BUSY = (
    "space.length_km=60",
    "north.watch.posts=40",
    "south.watch.posts=20",
    "north.patrols.slots=0",
    "south.patrols.slots=4",
    "north.works.slots=40",
    "north.works.share=1",
    "north.works.weeks=30",
    "north.works.first_month=1",
    "north.works.last_month=12",
    "clock.warmup_days=10",
    "north.works.distance_m=40",
)
NO_TENSION = (
    "north.politics.jumps=[0, 0, 0, 0, 0, 0, 0]",
    "south.politics.jumps=[0, 0, 0, 0, 0, 0, 0]",
    "north.politics.casualty_jump=0",
    "south.politics.casualty_jump=0",
)
NO_STRAYS = ("north.stray.per_post_year=0", "south.stray.per_post_year=0")
NO_MINES = ("mines.strikes_per_km=0", "mines.strikes_per_party_day=0")
QUIET_SIDES = NO_TENSION + NO_STRAYS + NO_MINES


def busy(*assignments: str, days: int = 60, policies: tuple[str, ...] = ()) -> Case:
    return load_case("declared", policies, (*BUSY, *assignments), days)


@pytest.fixture(scope="module")
def case() -> Case:
    return busy("south.watch.margin_m=5")


# -- reproducible ---------------------------------------------------------------------------------


def test_step_and_run_give_the_same_bits(case):
    stepped, run = DmzModel(case, world=2, seed=1), DmzModel(case, world=2, seed=1)
    while stepped.running:
        stepped.step()
    run.run()
    assert len(run.state.incidents) > 5
    assert stepped.state.identical(run.state)


def test_chunks_of_days_change_nothing(case):
    whole, parts = DmzModel(case, world=3, seed=1).run(), DmzModel(case, world=3, seed=1)
    for days in (0.01, 3, 0.5, 20.3, 100):
        parts.run(days)
    assert whole.state.identical(parts.state)


def test_a_snapshot_in_the_middle_of_an_incident_resumes_exactly(case):
    model = DmzModel(case, world=1, seed=1)
    while not model.open_incidents:
        model.step()
    before = model.snapshot()
    model.run()
    end = model.snapshot()
    model.restore(before)
    assert model.open_incidents
    model.run()
    assert model.state.identical(end)
    other = DmzModel(case, world=1, seed=1)
    other.restore(before)
    assert other.run().state.identical(end)


@pytest.mark.parametrize("ticks", [1, 37, 72, 144, 1000])
def test_a_snapshot_at_any_tick_resumes_exactly(case, ticks):
    straight, model = DmzModel(case, world=4, seed=1).run(), DmzModel(case, world=4, seed=1)
    for _ in range(ticks):
        model.step()
    snapshot = model.snapshot()
    fresh = DmzModel(case, world=4, seed=1)
    fresh.restore(snapshot)
    assert fresh.run().state.identical(straight.state)


def test_any_number_of_workers_gives_the_same_rows(case):
    alone, shared = run_batch(case, 6, workers=1), run_batch(case, 6, workers=2)
    assert alone.run_rows() == shared.run_rows()
    assert alone.incident_rows() == shared.incident_rows()
    assert np.array_equal(alone.tension(), shared.tension())


def test_worlds_and_lucks_differ(case):
    models = [DmzModel(case, seed=1, world=w, luck=k).run() for w, k in ((0, 0), (0, 1), (1, 0))]
    rows = [outcome(model.scene).row for model in models]
    assert rows[0]["mean_disagreement_m"] == rows[1]["mean_disagreement_m"]
    assert rows[0]["mean_disagreement_m"] != rows[2]["mean_disagreement_m"]
    assert rows[0] | {"luck": 1} != rows[1]


@pytest.mark.parametrize("rule", ["reciprocal", "without_work", "local"])
def test_a_policy_that_changes_nothing_leaves_every_bit(rule, tmp_path):
    """Nor does the day on which it comes into force, in the midst of tension."""
    later = tmp_path / "later.yaml"
    later.write_text("name: later\nbinds: [north, south]\nstart: 2025-12-01\n")
    assignments = "south.watch.margin_m=5", f"feedback.rule={rule}"
    cases = [busy(*assignments, policies=policies) for policies in ((), ("nothing",), (str(later),))]
    states = [DmzModel(case, world=5, seed=1).run().state for case in cases]
    assert sum(each.rung >= 2 for each in states[0].incidents) > 3
    assert states[0].identical(states[1])
    bare, late = ({at: bits for at, bits in states[k].bits().items() if at[0] != "units"} for k in (0, 2))
    assert bare == late  # units asleep are roused on that day: no more is drawn of them, but sooner


def test_twins_are_identical_until_the_rule_binds(tmp_path):
    policy = tmp_path / "later.yaml"
    policy.write_text(
        "name: later\nbinds: [south]\nstart: 2025-12-01\nset: {south: {watch: {margin_m: 30}}}\n"
    )
    plain, changed = (
        DmzModel(busy(), world=7, seed=1),
        DmzModel(busy(policies=(str(policy),)), world=7, seed=1),
    )
    plain.run(40), changed.run(40)  # the warm-up of 10 days, and November
    assert plain.state.identical(changed.state)
    plain.run(), changed.run()
    assert not plain.state.identical(changed.state)


def test_restoring_a_marker_changes_no_line_far_from_it():
    """Same luck: an OU line moves only between the neighbours of the marker that came back."""
    base = DmzModel(busy("border.kernel=ou"), seed=1)
    more = DmzModel(busy("border.kernel=ou"), seed=1)
    parameters = more.scene.regime.parameters
    standing = more.scene.world.standing(parameters, more.state.restored)
    lost = np.flatnonzero(~standing)
    k = int(lost[np.searchsorted(lost, standing.size // 2)])
    more.state.restored[k] = True
    more.scene.draw_lines()
    nodes = more.scene.world.grid.marker_nodes
    left = nodes[np.flatnonzero(standing[:k])[-1]]
    right = nodes[k + np.flatnonzero(standing[k:])[0]]
    differ = np.flatnonzero((base.state.lines != more.state.lines).any(axis=0))
    assert differ.size and left < differ.min() and differ.max() < right


# -- a proper Mesa model --------------------------------------------------------------------------


def batch(days: int = 1, max_steps: int = 144, **parameters) -> list[dict]:
    """What Mesa makes of a batch of short runs without warm-up, or with the shipped one."""
    fixed = {"days": days, "collect": True}
    return mesa.batch_run(
        DmzModel, fixed | parameters, iterations=2, max_steps=max_steps, display_progress=False
    )


@pytest.fixture(scope="module")
def at_once() -> Case:
    return busy("clock.warmup_days=0", days=2)


def test_mesa_batch_run(at_once):
    results = batch(scenario=at_once, world=[0, 1])
    assert sorted(row["world"] for row in results) == [0, 0, 1, 1]
    # Mesa 3.3 plays one step more than it counts, 3.5 does not
    assert results[-1]["minute"] - 10.0 * results[-1]["Step"] in (0.0, 10.0)
    assert 0.0 < results[-1]["tension_north"] < 1.0


def test_replicates_of_a_batch_are_never_alike_and_their_seeds_are_recorded(at_once):
    found = batch(scenario=at_once, max_steps=300)
    assert len({row["seed"] for row in found}) == 2
    for row in found:  # the seed that is recorded is the one that was played
        again = DmzModel(at_once, seed=row["seed"]).run()
        assert again.scene.tension.at(again.minute)[SOUTH] == row["tension_south"]
    told = batch(scenario=at_once, seed=7, luck=[0, 1])
    assert {row["seed"] for row in told} == {7}
    assert DmzModel(at_once).address[0] != DmzModel(at_once).address[0]


def test_a_step_may_be_a_day(case):
    by_day, whole = DmzModel(case, seed=1, world=2, step="day", collect=True), DmzModel(case, seed=1, world=2)
    while by_day.running:
        by_day.step()
    assert by_day.steps == 70 and by_day.state.identical(whole.run().state)
    clashes = by_day.datacollector.get_model_vars_dataframe()["clashes"]
    assert clashes.is_monotonic_increasing and clashes.iloc[-1] == outcome(whole.scene).row["clashes"]
    with pytest.raises(BadInput, match="step: found the text 'week'; allowed tick or day"):
        DmzModel(case, seed=1, step="week")


def test_clashes_are_collected():
    case = busy("clock.warmup_days=0", "south.rules.p_grant_action=0.5", "north.conduct.attack_intercept=2")
    model = DmzModel(case, seed=1, step="day", collect=True)
    while model.running:
        model.step()
    collected = model.datacollector.model_vars["clashes"]
    assert collected[0] < collected[-1] == outcome(model.scene).row["clashes"]


def test_a_batch_that_ends_inside_the_warm_up_warns(case, at_once):
    with pytest.warns(UserWarning, match=r"day 1 of a warm-up of 10 days.* 70 with step='day'"):
        batch(scenario=case)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batch(scenario=at_once)
    with pytest.raises(AttributeError, match="collect=True"):
        DmzModel(case, seed=1).datacollector  # noqa: B018


def test_a_bare_name_is_one_name():
    assert DmzModel("declared", "hotline", days=1, seed=1).case.policy_name == "hotline"
    bare = load_case("declared", "hotline", "days=1", drawn="south.watch.margin_m")
    listed = load_case("declared", ["hotline"], ["days=1"], drawn=["south.watch.margin_m"])
    assert bare.saved == listed.saved


def test_data_collector_and_agents_by_type(case):
    model = DmzModel(case, seed=1)
    collector = mesa.DataCollector(
        model_reporters={"tension": lambda m: m.governments[0].tension(m.minute)},
        agenttype_reporters={CommandPost: {"handled": lambda a: int(a.record["handled"])}},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    assert len(collector.get_model_vars_dataframe()) == 3
    assert len(model.agents_by_type[WorkParty]) == 2 * model.scene.world.projects.size
    assert len(model.agents_by_type[Patrol]) == 4
    by_side = model.agents_by_type[CommandPost].groupby("side_name")
    assert by_side.count() == {"north": 5, "south": 5}


class NeverShoots(CommandPost):
    def next_step(self, incident):
        return 1


def test_a_command_post_can_be_replaced_by_a_subclass(case):
    usual = outcome(DmzModel(case, world=1, seed=1).run().scene).row
    mild = outcome(DmzModel(case, world=1, agents={"CommandPost": NeverShoots}, seed=1).run().scene).row
    assert usual["rung_2"] > 0 and mild["rung_1"] > 0
    assert mild["warning_volleys"] == 0


def test_memory_stays_flat_over_many_runs():
    """Less than 5 MB more after 120 runs in one process than after 40."""
    script = (
        "import gc, resource\n"
        "from experiments.play.batch import run_batch\nfrom sim.scenario.loading import load_case\n"
        "case = load_case('baseline', days=1, assignments=['clock.warmup_days=0'])\n"
        "sizes = []\n"
        "def done(_):\n"
        "    if len(sizes) in (39, 119):\n"
        "        gc.collect()\n"
        "    pages = int(open('/proc/self/statm').read().split()[1])\n"
        "    sizes.append(pages * resource.getpagesize())\n"
        "run_batch(case, 120, done=done)\n"
        "print((sizes[119] - sizes[39]) / 1e6)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 5.0


def test_a_dismissed_model_is_freed_without_the_collector(case):
    model = DmzModel(case, seed=1)
    gone = weakref.ref(model)
    model.dismiss()
    gc.disable()
    try:
        del model
        assert gone() is None
    finally:
        gc.enable()


# -- sanity laws ----------------------------------------------------------------------------------


def years(case: Case, worlds: int, columns: tuple[str, ...]) -> np.ndarray:
    """Figures of the first luck of each world, (worlds, columns)."""
    rows = [outcome(DmzModel(case, world=w, seed=1).run().scene).row for w in range(worlds)]
    return np.array([[row[name] for name in columns] for row in rows], float)


def test_no_map_error_and_no_navigation_error_no_accidental_crossing():
    case = busy(
        "north.map_error_m=0",
        "south.map_error_m=0",
        "border.commission_error_m=0",
        "north.navigation.error_m=0",
        "north.works.distance_m=6",
        "north.works.floor_m=1",
    )
    counts = years(case, 3, ("crossings_north", "crossings_south", "workdays_north"))
    assert counts[:, 2].min() > 500
    assert (counts[:, :2] == 0).all()


def test_no_detection_no_mines_no_stray_shots_no_incidents():
    case = busy(*NO_STRAYS, *NO_MINES, "north.watch.looks_per_hour=0", "south.watch.looks_per_hour=0")
    counts = years(case, 3, ("incidents", "crossings_north"))
    assert (counts[:, 0] == 0).all() and counts[:, 1].sum() > 50


def test_no_weapons_authority_no_rung_above_broadcast():
    case = busy(
        *NO_STRAYS,
        *NO_MINES,
        "north.rules.weapons=false",
        "south.rules.weapons=false",
        "south.watch.margin_m=0",
    )
    counts = years(case, 4, ("rung_1", "rung_2", "warning_volleys"))
    assert counts[:, 0].sum() > 30 and (counts[:, 1:] == 0).all()


def mirrored(case: Case) -> Case:
    """The case with the sides' parameters swapped, the asymmetric mines of the ground too."""
    tree = dict(case.tree) | {"north": case.tree["south"], "south": case.tree["north"]}
    ground = dict(tree["ground"])
    ground["mine_north"], ground["mine_south"] = ground["mine_south"], ground["mine_north"]
    return replace(case, tree=tree | {"ground": ground}, checked={})


def ratio_interval(a: np.ndarray, b: np.ndarray, z: float = 1.96) -> tuple[float, float, float]:
    """Ratio of two means over paired worlds with an interval by the delta method.

    Fit for the many events of these laws; rare counts have ``experiments.statistics.intervals``.
    """
    ratio = a.mean() / b.mean()
    error = (a - ratio * b).std(ddof=1) / np.sqrt(a.size) / b.mean()
    return ratio, ratio - z * error, ratio + z * error


@pytest.mark.slow
def test_swapping_the_sides_mirrors_the_results():
    case = busy(*QUIET_SIDES, "north.watch.posts=30", "south.watch.posts=30")
    worlds = 120 if FULL else 40
    straight = years(case, worlds, ("crossings_north", "recorded_by_south", "recorded_by_north"))
    swapped = years(mirrored(case), worlds, ("crossings_south", "recorded_by_north", "recorded_by_south"))
    for column in (0, 1):
        a, b = straight[:, column], swapped[:, column]
        z = (a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / worlds)
        assert a.mean() > 5 and abs(z) < 3.5
    assert straight[:, 2].sum() == swapped[:, 2].sum() == 0


@pytest.mark.slow
def test_twice_the_line_with_twice_the_units_twice_the_rate():
    worlds = 120 if FULL else 40
    once = years(busy(*QUIET_SIDES), worlds, ("recorded_by_south", "crossings_north"))
    double = busy(
        *QUIET_SIDES,
        "space.length_km=120",
        "north.watch.posts=80",
        "south.watch.posts=40",
        "north.works.slots=80",
        "south.patrols.slots=8",
    )
    twice = years(double, worlds, ("recorded_by_south", "crossings_north"))
    for column in (0, 1):
        a, b = twice[:, column], 2.0 * once[:, column]
        z = (a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / worlds)
        assert abs(z) < 3.5
        assert 0.6 < a.mean() / b.mean() < 1.6


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        "clock.tick_minutes=5",
        pytest.param("space.cell_m=50", marks=pytest.mark.again),
        pytest.param("space.line_step_m=12.5", marks=pytest.mark.again),
    ],
)
def test_resolution_does_not_move_recorded_crossings(change):
    """Half the tick, half the cell, half the line step (matern32): ratio inside 0.9-1.1."""
    settings = (*QUIET_SIDES, "north.works.slots=120", "south.watch.margin_m=10")
    worlds = 250 if FULL else 40
    base = years(busy(*settings), worlds, ("recorded_by_south",))[:, 0]
    fine = years(busy(*settings, change), worlds, ("recorded_by_south",))[:, 0]
    ratio, low, high = ratio_interval(fine, base)
    assert 0.9 < ratio < 1.1
    if FULL:
        assert low > 0.9 and high < 1.1


@pytest.mark.slow
def test_one_more_broadcast_meets_the_same_luck():
    """`straying`, no stray shots: clashes correlate near their ceiling, crossings above 0.95.

    Of events that one arm thins out of the other's, counts correlate at most like the square root
    of the ratio of the rates. 700 worlds gave 0.93 of that, and 0.997 for recorded crossings.
    """
    worlds = 700 if FULL else 50
    columns = ("clashes", "recorded_by_south")
    base, more = (
        years(load_case("straying", policies, NO_STRAYS), worlds, columns)
        for policies in ((), ("broadcast_once_more",))
    )
    ratio = more[:, 0].mean() / base[:, 0].mean()
    assert ratio < 1.0
    clashes, recorded = (np.corrcoef(base[:, i], more[:, i])[0, 1] for i in (0, 1))
    assert recorded > 0.95
    assert clashes > (0.85 if FULL else 0.7) * np.sqrt(ratio)
