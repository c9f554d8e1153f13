"""A described moment is put where it is said to be, and is an incident like any other from then on."""

from contextlib import contextmanager

import pytest

from experiments.play.described import play_described
from sim.codes import Cause
from sim.documents import BadInput
from sim.model import DmzModel
from sim.outcome.story import tell
from sim.scenario.described import Described

TOLD = "work_party_at_1047"


@contextmanager
def of_file(folder, text):
    file = folder / "moment.yaml"
    file.write_text(text)
    described = Described.read(str(file))
    with described.cases([()]) as (case,):
        yield described, case


def opened(described, case, luck=0):
    model = DmzModel(case, luck=luck, seed=1)
    return model, play_described(model, described.moment)


MOMENT = """\
name: m
date: 2026-05-12
hour: 10.5
at_km: 112.4
party: {side: %s, keeps_m: 30, strayed_m: 26}
watcher: {away_m: 500, aside_m: 300, fix_error_m: 9}
lines: {north_m: %d, south_m: %d, commission_m: %d}
set: {%s: {watch: {margin_m: 10}, response: {line: commission}}}
"""


def test_the_told_incident_is_the_one_of_the_odd():
    """Appendix C: 14 m perceived, of which map 9, navigation 26, fix 9; 8 m past the true line."""
    described = Described.read(TOLD)
    with described.cases([()]) as (case,):
        model, incident = opened(described, case)
        record = incident.record
        assert [round(getattr(record, name), 6) for name in ("map_m", "nav_m", "fix_m")] == [9, 26, 9]
        assert Cause(record.cause) == Cause.NAVIGATION and record.accidental == 1
        assert model.state.log.table["x"][0] == pytest.approx(14.0)
        assert record.sides[0].sure != 0.0 and record.true_depth >= 8.0 - 1e-9
        assert tell(model.scene, incident.row)[0].startswith("2026-05-12 10:47, s = 112.4 km")


@pytest.mark.parametrize(("side", "sign"), [("north", 1), ("south", -1)])
def test_both_sides_are_the_same_but_for_the_sign(side, sign, tmp_path):
    other = {"north": "south", "south": "north"}[side]
    own, limit = -12 * sign, -3 * sign
    north, south = (own, 0) if side == "north" else (0, own)
    with of_file(tmp_path, MOMENT % (side, north, south, limit, other)) as (described, case):
        record = opened(described, case)[1].record
        assert [round(getattr(record, name), 6) for name in ("map_m", "nav_m", "fix_m")] == [9, 26, 9]
        assert record.first == (1 if side == "north" else 0)


def test_who_is_within_the_margin_is_let_pass(tmp_path):
    text = MOMENT.replace("margin_m: 10", "margin_m: 14") % ("north", -12, 6, -3, "south")
    with of_file(tmp_path, text) as (described, case):
        model, incident = opened(described, case)
        assert incident is None and model.open_incidents == []


def test_the_watcher_of_a_file_lets_pass_what_the_file_says_and_no_posts_own(tmp_path):
    """Nor does its party have the orders of a project of world 0: every luck draws them."""
    text = MOMENT.replace("margin_m: 10", "margin_m: 13.9, margin_log_sd: 2")
    with of_file(tmp_path, text % ("north", -12, 6, -3, "south")) as (described, case):
        traits = []
        for luck in range(3):
            model, incident = opened(described, case, luck)
            unit = model.state.units[incident.of(0).unit]
            assert float(unit["margin"]) == 13.9
            traits.append(float(unit["trait"]))
        assert len(set(traits)) == 3


@pytest.mark.parametrize("kind", ["patrol", "work_party", "survey_team"])
@pytest.mark.parametrize("hour", [0, 10.5, 23.9])
def test_every_kind_of_party_plays_to_the_end_at_any_hour(kind, hour, tmp_path):
    text = MOMENT.replace("keeps_m", f"kind: {kind}, persons: 7, keeps_m").replace("10.5", str(hour))
    with of_file(tmp_path, text % ("north", -12, 6, -3, "south")) as (described, case):
        model, incident = opened(described, case)
        assert incident.is_closed and incident.record.persons == 7
        assert model.units[incident.of(0).unit].kind_name == kind.replace("_", " ")
        assert len(model.state.incidents) == 1  # nothing else happens


def test_who_was_told_to_cross_has_no_accident(tmp_path):
    text = MOMENT.replace("keeps_m", "ordered_to_cross: true, keeps_m") % ("north", -12, 6, -3, "south")
    with of_file(tmp_path, text) as (described, case):
        record = opened(described, case)[1].record
        assert record.accidental == 0 and Cause(record.cause) == Cause.ORDER


def test_the_rules_of_the_file_are_those_that_are_followed(tmp_path):
    text = MOMENT.replace("margin_m: 10}", "margin_m: 10}, rules: {weapons: false}")
    with of_file(tmp_path, text % ("north", -12, 6, -3, "south")) as (described, case):
        records = [opened(described, case, luck)[1].record for luck in range(12)]
        assert all(record.sides[1].volleys == 0 and record.sides[1].spells == 0 for record in records)


def test_lucks_differ_and_one_luck_is_one_story():
    described = Described.read(TOLD)
    with described.cases([()]) as (case,):
        stories = []
        for luck in (0, 1, 2, 3, 0):
            model, incident = opened(described, case, luck)
            stories.append(tuple(tell(model.scene, incident.row)))
    assert stories[0] == stories[4] and len(set(stories)) == 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_km: 112.4", "at_km: 300", "moment.yaml:4:8: at_km: beyond the end of the line"),
        ("margin_m: 10}", "margn_m: 10}", "moment.yaml:8:23: south.watch.margn_m: unknown key"),
        ("margin_m: 10}", "margin_m: 1000}", "moment.yaml:8:33: south.watch.margin_m: out of range"),
        ("name: m", "name: m\nscenario: baselin", "moment.yaml:2:11: scenario: there is no such file"),
        ("name: m", "name: m\npolicies: [hotline, hotlin]", "moment.yaml:2:21: policies.1: there is no such"),
        ("hour: 10.5\n", "", "hour: missing key"),
        ("keeps_m: 30", "keep_m: 30", "party.keep_m: unknown key"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(old, new, said, tmp_path):
    text = (MOMENT % ("north", -12, 6, -3, "south")).replace(old, new)
    with pytest.raises(BadInput) as bad, of_file(tmp_path, text):
        pass
    assert said in str(bad.value).splitlines()[0]


def test_a_name_of_no_incident_is_answered_by_the_nearest():
    with pytest.raises(BadInput) as bad:
        Described.read("work_party_at_1048")
    assert str(bad.value).endswith("did you mean work_party_at_1047?")
