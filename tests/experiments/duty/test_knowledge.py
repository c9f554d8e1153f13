"""A duty officer knows what its side knows, and no more, until the run is over."""

import json
from dataclasses import replace

import numpy as np
import pytest
from little import BUSY

from experiments.duty.eye import DutyEye
from experiments.duty.knowledge import border_of, frame_of, knows_of, steps_of
from experiments.duty.officer import Choice
from experiments.duty.on_duty import OnDuty, duty_of
from experiments.live.frames import Border, Doing, Frame, Incident
from experiments.live.packing import packed_border, packed_frames
from experiments.watch.watched import Asked
from sim.acts import Act
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH

BUSIER = (*BUSY, "north.conduct.attack_intercept=0")


@pytest.fixture(scope="module")
def model():
    return DmzModel(load_case("declared", assignments=BUSIER, days=12), seed=3, world=1).run(8.5)


@pytest.fixture
def duty(tmp_path):
    asked = Asked("declared", days=8, seed=3, run=2, assignments=BUSIER)
    return OnDuty(duty_of(asked, "south", None, tmp_path)())


def test_others_are_where_ones_watchers_put_them_and_ones_own_where_they_think_they_are(model):
    for _ in range(12):
        model.run(1 / 24)
        frame = Frame.of(model)
        known = frame_of(SOUTH, frame).units
        by_row = {each["row"]: each for each in frame.units}
        north = known[known["side"] == NORTH]
        assert set(north["row"]) == {
            row for row, each in by_row.items() if each["side"] == NORTH and each["doing"] != Doing.UNSEEN
        }
        for each in north:
            assert each["d"] == each["thought"] == each["fixed"] == by_row[each["row"]]["fixed"]
        mine = frame_of(NORTH, frame).units
        mine = mine[mine["side"] == NORTH]
        assert mine.size == (frame.units["side"] == NORTH).sum()
        for each in mine:
            assert each["d"] == each["thought"] == by_row[each["row"]]["thought"]
            assert each["doing"] == Doing.UNSEEN and np.isnan(each["fixed"]) and np.isnan(each["margin"])
        assert np.isnan(frame_of(SOUTH, frame).tension[NORTH])


def test_what_nobody_of_a_side_sees_changes_nothing_of_what_travels(model):
    """Errors, depths and thoughts of the other side's units, and the other's line: not one byte."""
    frame, border = Frame.of(model), Border.of(model.scene)
    units = frame.units.copy()
    north = units["side"] == NORTH
    units["d"][north] += 500.0
    units["thought"][north] -= 300.0
    other = replace(frame, units=units, tension=(0.9, frame.tension[SOUTH]))
    assert packed_frames([frame_of(SOUTH, frame)]) == packed_frames([frame_of(SOUTH, other)])
    lines, responses = border.lines.copy(), border.responses.copy()
    lines[[NORTH, 2]] += 77.0
    responses[NORTH] -= 33.0
    moved = replace(border, lines=lines, responses=responses)
    assert packed_border(border_of(SOUTH, border)) == packed_border(border_of(SOUTH, moved))
    assert packed_border(border_of(SOUTH, border)) != packed_border(border_of(NORTH, moved))


def test_steps_are_ones_own_and_what_can_be_heard_of_the_other(model):
    scene = model.scene
    rows = [row for row, each in enumerate(scene.state.incidents) if each.first == SOUTH]
    hidden = {Act.HEARD, Act.DID_NOT_HEAR, Act.STAYED, Act.READ_AS_WARNING, Act.READ_AS_ATTACK, Act.LAST_WORD}
    seen = 0
    for row in rows:
        said = {step.said for step in steps_of(SOUTH, scene, row)}
        for line in scene.state.log:
            if line[0] == row and line[4] in hidden:
                seen += 1
                assert not any(Act(line[4]).sentence(line[5], line[6]) in each for each in said)
        assert any("judges a unit" in each for each in said)
    assert rows and seen


def test_an_incident_of_the_other_side_is_not_known_before_it_shoots(model):
    scene = model.scene
    for row, each in enumerate(scene.state.incidents):
        incident = Incident.of(scene, row)
        assert knows_of(SOUTH, incident, scene) == (
            each.first == SOUTH or each.sides[NORTH].first_shot < 1e17
        )
        assert knows_of(1 - each.first, incident, scene) == (each.sides[each.first].first_shot < 1e17)


def test_a_question_has_what_the_post_can_do_and_why_not(duty):
    duty.to_next()
    question = duty.question
    facts = dict(question.facts)
    assert [each.choice for each in question.options] == [*Choice]
    assert {each.choice: each.why_not for each in question.options if each.why_not} == {
        "call": "the line is dead"
    }
    data = duty.question.told
    assert facts["Report"].startswith("A work party of ") and facts["The rules say"] == "Call out."
    assert "battalion" in question.options[2].said and "division" in question.options[3].said
    assert (
        data["misjudged"] is None
        and data["cause"] == "order"
        and not data["accidental"]
        and not data["false"]
    )
    assert f"km {question.s / 1000:.1f}" in facts["Where"]
    assert question.minute - 10.0 < duty.minute <= question.minute


def test_the_page_has_the_question_and_its_story_and_opens_its_eyes_at_the_end(duty):
    eye = DutyEye(duty)
    before = eye.look()
    assert before["now"]["only"] == SOUTH and before["duty"]["question"] is None and before["told"]
    assert all(each["opened"] < duty.orders.since for each in before["told"]), "of the warm-up"
    duty.to_next()
    seen = eye.look()
    json.dumps([seen["duty"], seen["told"], seen["now"]], allow_nan=False)
    assert seen["told"][-1]["row"] == seen["dots"][-1][0] == seen["duty"]["question"]["incident"]
    assert seen["told"][-1]["steps"][0][1].startswith("south's post judges")
    tension = np.frombuffer(seen["daily"], "<f4", 2 * (len(seen["daily"]) // 9)).reshape(-1, 2)
    assert np.isnan(tension[:, NORTH]).all() and not np.isnan(tension[:, SOUTH]).any()
    while duty.running:
        duty.decide("broadcast")
        duty.to_next()
    after = eye.look()
    assert after["now"]["only"] is None and len(after["told"]) == len(duty.state.incidents)
    assert any(each["misjudged"] for each in after["told"])
    assert after["duty"]["verdict"]["counts"] and not np.isnan(np.frombuffer(after["daily"][:8], "<f4")).any()
