"""What a viewer sees: the same run as nobody watched, and sleepers where they would be if they walked."""

import numpy as np
import pytest
from little import BUSY

from experiments.live.frames import SEEN, Border, Daily, Doing, Frame, Ground, Incident, Story
from sim.codes import Trigger, UnitKind
from sim.constants import DAY, NEVER
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.outcome.story import tell
from sim.scenario.loading import load_case
from sim.sides import northward, other


@pytest.fixture(scope="module")
def case():
    return load_case("declared", assignments=[*BUSY, "north.patrols.slots=30"], days=7)


def test_a_run_that_was_watched_has_the_bits_of_one_that_was_not(case):
    watched, alone = (DmzModel(case, seed=3, world=1) for _ in range(2))
    while watched.running:
        watched.step()
        Frame.of(watched)
        if watched.minute % 360 == 0.0:
            Border.of(watched.scene)
            for row in range(len(watched.state.incidents)):
                Incident.of(watched.scene, row)
                Story.of(watched.scene, row)
    alone.run()
    assert len(alone.state.incidents) > 5
    assert watched.state.identical(alone.state)
    one, other_ = outcome(watched.scene), outcome(alone.scene)
    assert repr(one.row) == repr(other_.row) and repr(one.incidents) == repr(other_.incidents)


def test_who_is_spared_its_steps_is_seen_where_it_would_be_if_it_took_them(case):
    sparing, walking = (DmzModel(case, seed=3, world=1) for _ in range(2))
    walking.sparing = False
    asleep = seen = 0
    while sparing.running:
        sparing.step(), walking.step()
        one, other_ = Frame.of(sparing).units, Frame.of(walking).units
        for name in SEEN.names:
            assert np.array_equal(one[name], other_[name], equal_nan=one[name].dtype.kind == "f"), name
        on_shift = sparing.state.units["active"] == 1
        asleep += int((sparing.state.units["wake"][on_shift] > sparing.minute).sum())
        seen += one.size
    assert 0.5 * seen < asleep < seen, "most of them were asleep"


def test_the_look_that_opened_an_incident_has_the_errors_that_the_field_told(case):
    model, found = DmzModel(case, seed=3, world=1), {}
    while model.running:
        model.step()
        for each in Frame.of(model).incidents:
            found.setdefault(each.row, each)
    judged = [each for each in found.values() if each.trigger == Trigger.VIOLATION]
    assert len(judged) > 5 and all(each.misjudged for each in judged)
    for each in judged:
        told, seen = model.state.incidents[each.row], each.misjudged
        sign = northward(other(each.first))
        assert sign * (seen.limit - seen.own) == pytest.approx(told.map_m, abs=1e-6)
        assert sign * (seen.thought - seen.d) == pytest.approx(told.nav_m, abs=1e-6)
        assert sign * (seen.d - seen.fixed) == pytest.approx(told.fix_m, abs=1e-6)
        assert sign * (seen.limit - seen.fixed) > seen.margin, "else nobody would have judged a violation"


def test_a_unit_in_an_incident_is_seen_there_and_by_whom(case):
    model = DmzModel(case, seed=3, world=1)
    while model.running and not any(each.units != (-1, -1) for each in Frame.of(model).incidents):
        model.step()
    frame = Frame.of(model)
    (each,) = frame.incidents
    (unit,) = frame.units[np.isin(frame.units["row"], each.units)]
    assert unit["doing"] == Doing.IN_INCIDENT and unit["watcher"] in each.posts
    assert unit["kind"] == UnitKind(model.state.units["kind"][unit["row"]])
    assert abs(unit["s"] - each.s) < 2000 and np.isfinite(unit["fixed"])
    idle = frame.units[frame.units["doing"] == Doing.UNSEEN]
    assert idle.size and np.isnan(idle["fixed"]).all() and np.isnan(idle["margin"]).all()


def test_ground_and_border_are_those_of_the_model(case):
    model = DmzModel(case, seed=3, world=1)
    ground, border = Ground.of(model), Border.of(model.scene)
    assert ground.length_m == 60_000 and ground.begins == 5 * DAY and ground.horizon == 12 * DAY
    assert ground.course[0, 0] == 0.0 and ground.course[-1, 0] == pytest.approx(60_000)
    legs = np.hypot(*np.diff(ground.course[:, 1:], axis=0).T).sum()
    assert legs == pytest.approx(239_780, rel=0.01), "the real line, however long the scenario's is"
    assert ground.counties[0].county == "Paju"
    assert ground.counties[0].begins == 0.0 and ground.counties[-1].ends == 60_000
    assert all(a.ends == b.begins for a, b in zip(ground.counties, ground.counties[1:], strict=False))
    assert border.lines.shape[1] == border.responses.shape[1] == model.state.lines.shape[1]
    assert border.standing.shape == ground.marker_m.shape and border.standing.any()
    at = np.rint(ground.marker_m[border.standing] / ground.line_step_m).astype(int)
    assert np.abs(border.lines[2, at]).max() < 1e-6, "the commission's line goes through what stands"
    apart = np.abs(border.lines[0] - border.lines[1])
    assert border.contested_km2 == pytest.approx(np.trapezoid(apart) * ground.line_step_m / 1e6)


def test_a_story_has_the_lines_that_are_told_elsewhere_and_a_day_its_tension(case):
    model = DmzModel(case, seed=3, world=1).run()
    for row in range(len(model.state.incidents)):
        story = Story.of(model.scene, row)
        told = tell(model.scene, row)
        assert told[: len(story.head)] == story.head
        assert [line.rpartition("  ")[2] for line in told[len(story.head) :]] == [s.said for s in story.steps]
        minutes = [step.minute for step in story.steps]
        assert minutes == sorted(minutes) and max(minutes) < NEVER
    daily = Daily.of(model.scene)
    assert daily.tension.shape == (12, 2) and daily.talks.shape == (12,) and (daily.tension > 0).all()
