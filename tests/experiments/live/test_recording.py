"""Runs that are recorded: seen around every incident, the same to the bit; and where two of them part."""

import datetime as dt

import numpy as np
import pytest
from little import BUSY

from experiments.live import recording as room
from experiments.live.recording import Parting, first_other_act, partings, record, spans, unlike
from sim.codes import Rung
from sim.constants import DAY, HALF_DAY
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case, under_policies


@pytest.fixture(scope="module")
def case():
    return load_case("declared", assignments=[*BUSY, "north.conduct.attack_intercept=0"], days=20)


def maker(case, world=1):
    return lambda: DmzModel(case, seed=3, world=world)


@pytest.fixture(scope="module")
def recorded(case):
    return record(maker(case), spans(maker(case)))


def test_the_outcome_of_a_recorded_run_is_that_of_the_run(case, recorded):
    alone = outcome(maker(case)().run().scene)
    assert repr(recorded.outcome.row) == repr(alone.row)
    assert repr(recorded.outcome.incidents) == repr(alone.incidents)
    assert np.array_equal(recorded.daily.tension, alone_tension(case))


def alone_tension(case):
    return maker(case)().run().state.daily


def test_every_incident_is_seen_tick_by_tick_from_before_it_opens_until_after_it_closes(recorded):
    tick = recorded.ground.tick
    assert len(recorded.incidents) > 12 and recorded.left_out == 0
    for window in recorded.windows:
        minutes = [frame.minute for frame in window]
        assert np.diff(minutes).tolist() == [tick] * (len(minutes) - 1)
    for each in recorded.incidents:
        (window,) = [w for w in recorded.windows if w[0].minute <= each.seen.opened <= w[-1].minute]
        closed = each.seen.closed or recorded.ground.horizon
        assert window[0].minute <= max(0.0, each.seen.opened - 180 + tick)
        assert window[-1].minute >= min(closed + 60 - tick, recorded.ground.horizon)
        rows = [i.row for frame in window for i in frame.incidents if frame.minute > each.seen.opened]
        assert each.seen.row in rows or closed - each.seen.opened < tick
    noons = [frame.minute for frame in recorded.noons[1:]]
    assert noons == [HALF_DAY + DAY * day for day in range(25)]


def test_an_incident_climbs_to_the_rung_that_it_is_kept_with(recorded):
    reached = set()
    for each in recorded.incidents:
        minutes, rungs = zip(*each.climbed, strict=True)
        assert list(minutes) == sorted(minutes) and list(rungs) == sorted(set(rungs))
        assert each.climbed[0] == (each.seen.opened, Rung.OBSERVED)
        assert rungs[-1] == each.seen.rung
        reached |= {*rungs}
    assert {Rung.BROADCAST, Rung.WARNING_SHOTS, Rung.AIMED_FIRE} <= reached


def test_of_too_many_incidents_those_of_the_highest_rungs_are_seen(case, monkeypatch):
    worth = spans(maker(case))
    monkeypatch.setattr(room, "MOST_TICKS", 120)
    found = record(maker(case), worth)
    assert 0 < found.left_out < len(worth) and sum(map(len, found.windows)) <= 140
    gravest = max(found.incidents, key=lambda each: each.seen.rung)
    assert any(w[0].minute <= gravest.seen.opened <= w[-1].minute for w in found.windows)
    assert len(found.incidents) == len(worth), "stories of all of them are kept"


def test_a_line_that_is_drawn_anew_is_recorded_from_its_day_on(case):
    surveyed = under_policies(case, ["survey_5km_week"])
    found = record(maker(surveyed), spans(maker(surveyed)))
    assert len(found.borders) > 2
    since = [border.since for border in found.borders]
    assert since == sorted(set(since)) and all(minute % DAY == 0.0 for minute in since)
    assert found.borders[-1].standing.sum() > found.borders[0].standing.sum()


def test_the_same_run_parts_nowhere(case):
    assert partings(maker(case), maker(under_policies(case, ["nothing"]))) == []


def test_two_runs_part_where_the_wider_margin_lets_pass_what_was_an_incident(case):
    wider = under_policies(case, ["wider_margin"])
    parts = partings(maker(case), maker(wider))
    one, other = (maker(each)().run() for each in (case, wider))
    first = next(a for a, b in zip(one.state.log, other.state.log, strict=False) if a != b)
    acts = parts[-1]
    assert acts.minute == min(first[1], other.state.log[one.state.log.index(first)][1])
    assert acts.minute > 5 * DAY, "no policy acts in the warm-up"
    assert "in the first run" in acts.said and "in the second" in acts.said
    assert [each.minute for each in parts] == sorted(each.minute for each in parts)


def test_two_runs_part_in_places_at_the_first_tick_under_better_navigation(case):
    parts = partings(maker(case), maker(under_policies(case, ["satellite_navigation"])))
    places = next(each for each in parts if each.said.endswith("elsewhere"))
    assert 5 * DAY < places.minute <= 5 * DAY + HALF_DAY and 0.0 <= places.s <= 60_000
    assert places.said.startswith("a work party of the ")


def test_what_first_differs_is_the_earliest_though_logs_go_incident_by_incident(case):
    """Within a tick the log has all of one incident before the next."""
    one, other = (maker(case)().run(7) for _ in range(2))
    row = len(one.state.incidents) - 1
    _, minute, *rest = one.state.log[-1]
    one.state.log += [(row, minute + 9.0, *rest), (row - 1, minute + 4.0, *rest)]
    other.state.log += [(row, minute + 9.5, *rest), (row - 1, minute + 3.0, *rest)]
    found = first_other_act(one, other)
    assert isinstance(found, Parting) and found.minute == minute + 3.0
    assert found.s == other.state.incidents[row - 1].s


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": dt.date(2025, 6, 1)}, "its first day is another"),
        ({"days": 21}, "its days or its warm-up are others"),
        ({"space.length_km": 40}, "its line is of another length"),
        ({"north.works.slots": 8}, "its units are others"),
        ({"north.watch.posts": 44}, None),
    ],
)
def test_runs_of_other_days_lines_or_units_cannot_stand_side_by_side(case, changed, said):
    assert unlike(maker(case), maker(case.with_values(changed))) == said


def test_a_run_that_ends_early_says_when(case):
    short = case.with_values({"ends_after_incidents": 2})
    found, whole = (record(maker(each), spans(maker(each))) for each in (short, case))
    assert found.ended == found.incidents[-1].seen.opened < found.ground.horizon and whole.ended is None
    assert max(frame.minute for frame in found.noons) < found.ended


def test_lines_part_when_they_are_drawn_and_not_before(case):
    lines = next(
        each
        for each in partings(maker(case), maker(under_policies(case, ["restored_markers"])))
        if each.said.startswith("the lines")
    )
    assert lines.minute == 5 * DAY
