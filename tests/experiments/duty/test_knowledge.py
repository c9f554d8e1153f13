"""A duty officer knows what its side knows, and no more, until the run is over."""

import json
from dataclasses import replace

import numpy as np
import pytest
from little import BUSY

from experiments.duty.eye import DutyEye
from experiments.duty.knowledge import border_of, frame_of, known_story, knows_of, steps_of
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
        known = frame_of(SOUTH, frame, model.scene).units
        by_row = {each["row"]: each for each in frame.units}
        north = known[known["side"] == NORTH]
        own = np.arange(model.state.lines.shape[1]) * model.scene.land.line_step_m
        south, north_line = (np.interp(frame.units["s"], own, model.state.lines[k]) for k in (SOUTH, NORTH))
        places = dict(zip(frame.units["row"].tolist(), zip(south, north_line, strict=True), strict=True))
        assert set(north["row"]) == {
            row for row, each in by_row.items() if each["side"] == NORTH and each["doing"] != Doing.UNSEEN
        }
        for each in north:
            assert each["d"] == each["thought"] == each["fixed"]
            assert each["d"] == pytest.approx(by_row[each["row"]]["fixed"] - places[each["row"]][0])
        mine = frame_of(NORTH, frame, model.scene).units
        mine = mine[mine["side"] == NORTH]
        assert mine.size == (frame.units["side"] == NORTH).sum()
        for each in mine:
            assert each["d"] == each["thought"]
            assert each["d"] == pytest.approx(by_row[each["row"]]["thought"] - places[each["row"]][1])
            assert each["d"] == pytest.approx(model.state.units["distance"][each["row"]]), "by its own map"
            assert (
                each["doing"] == Doing.UNSEEN
                and each["watcher"] == -1
                and np.isnan(each["fixed"])
                and np.isnan(each["margin"])
            )
        assert np.isnan(frame_of(SOUTH, frame, model.scene).tension[NORTH])


def test_what_nobody_of_a_side_sees_changes_nothing_of_what_travels(model):
    """Errors, depths and thoughts of the other side's units, the other's line, the true one: not one byte."""
    scene, frame, border = model.scene, Frame.of(model), Border.of(model.scene)
    units = frame.units.copy()
    north = units["side"] == NORTH
    units["d"][north] += 500.0
    units["thought"][north] -= 300.0
    other = replace(frame, units=units, tension=(0.9, frame.tension[SOUTH]))
    known = packed_frames([frame_of(SOUTH, frame, scene)])
    assert known == packed_frames([frame_of(SOUTH, other, scene)])
    units["fixed"] += 60.0
    units["thought"] += 60.0
    kept = scene.state.lines.copy()
    scene.state.lines += 60.0
    shifted = packed_frames([frame_of(SOUTH, other, scene)])
    scene.state.lines[:] = kept
    assert known == shifted, "as far from its own line as before"
    lines, responses = border.lines.copy(), border.responses.copy()
    lines[[NORTH, 2]] += 77.0
    responses[NORTH] -= 33.0
    moved = replace(border, lines=lines, responses=responses)
    assert packed_border(border_of(SOUTH, border)) == packed_border(border_of(SOUTH, moved))
    lines[SOUTH] += 60.0
    responses[SOUTH] += 60.0
    assert packed_border(border_of(SOUTH, border)) == packed_border(border_of(SOUTH, moved))
    responses[SOUTH] += 5.0
    assert packed_border(border_of(SOUTH, border)) != packed_border(border_of(SOUTH, moved))


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
        assert knows_of(SOUTH, each) == (each.first == SOUTH or each.sides[NORTH].first_shot < 1e17)
        assert knows_of(1 - each.first, each) == (each.sides[each.first].first_shot < 1e17)
        story = known_story(1 - each.first, scene, Incident.of(scene, row))
        if story["steps"]:
            assert story["opened"] == story["steps"][0][0], "from what is seen or heard first"


STRAYS = (
    *BUSY,
    "north.stray.per_post_year=0.1",
    "south.stray.read_as_attack=4",
    "south.watch.looks_per_hour=0",
    "south.fire.p_casualty=1",
)


def test_who_is_struck_does_not_know_whether_anybody_ordered_it(tmp_path):
    asked = Asked("declared", days=200, seed=3, run=2, assignments=STRAYS)
    duty = OnDuty(duty_of(asked, "south", None, tmp_path)())
    duty.to_next()
    assert duty.question is not None
    seen = DutyEye(duty).look()
    text = json.dumps([seen["told"], seen["duty"]])
    assert seen["told"][-1]["trigger"] == "rounds" and "rounds strike south's post" in text
    assert not [word for word in ("stray", "misfire", "that nobody", "STRAY") if word in text]


def test_what_own_fire_has_hit_is_not_known_nor_told_by_the_rung():
    case = load_case("declared", assignments=[*STRAYS, "north.stray.explain_minutes=240"], days=200)
    scene = DmzModel(case, seed=3, world=1).run().scene
    hit = [row for row, each in enumerate(scene.state.incidents) if each.sides[NORTH].casualties]
    assert hit
    for row in hit:
        mine, theirs = (known_story(side, scene, Incident.of(scene, row)) for side in (SOUTH, NORTH))
        if not scene.state.incidents[row].sides[SOUTH].casualties:
            assert mine["rung"] == max(rung for _, rung in mine["climbed"]) == 3
        assert theirs["rung"] >= 4 and any("casualties" in said for _, said in theirs["steps"])


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
    said = {each.choice: each.said for each in question.options}
    assert "battalion" in said["warning shots"] and "division" in said["ask"]
    assert "battalion" in said["broadcast and warning shots"]
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
    assert [each["row"] for each in seen["told"]] == [*range(len(seen["told"]))], "no gap tells of others"
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
