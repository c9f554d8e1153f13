"""Units in an incident: hearing, willing, learning."""

from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from forced import FACING, ONE_PATROL, PARTY, acts, incidents, log, minutes

from sim.acts import Act
from sim.codes import Crew
from sim.parameters.units import AfterWarning
from sim.sides import NORTH


def test_hearing_is_drawn_once_in_an_incident(play):
    """Near the distance where half understand, a unit understands all calls or none.

    It walks some metres out and back, so that an incident here and there turns, and turns again.
    """
    understood, turns = [], []
    for luck in range(16):
        model = play(
            luck=luck,
            space__length_km=2,
            space__area_km=2,
            posts=FACING,
            north__patrols__hours=4,
            south__voice__open_m=700,
            south__voice__growth_m=700,
            south__rules__p_grant=0,
            **ONE_PATROL,
        )
        answers = acts(model, "did_not_hear", "stayed", "withdrew")
        assert len(answers) > 10
        turns.append(sum(a != b for a, b in pairwise(answers)))
        understood.append(answers[0] != "did_not_hear")
    assert max(turns) <= 2
    assert turns.count(0) >= 10
    assert 3 <= sum(understood) <= 13


def test_belief_is_updated_once_and_as_told(play):
    """MODEL.md: 30 m meant, 20 m felt: 0.93 before the call, 0.81 after it."""
    model = play(
        lines=(-150, 0, 0),
        north__patrols__standoff_m=30,
        north__conduct__felt_error_m=20,
        north__conduct__heard_odds=0.3,
        **ONE_PATROL,
    )
    heard = [(x, y) for _, _, act, x, y in log(model) if act == "heard"]
    assert heard == [pytest.approx((0.933, 0.807), abs=0.001)]
    stayed = {x for _, _, act, x, _ in log(model) if act == "stayed"}
    assert stayed == {heard[0][1]}


def test_who_does_not_hear_does_not_withdraw_on_a_call(play):
    model = play(
        north__conduct__leave_broadcast=4,
        south__voice__open_m=100,
        south__voice__growth_m=50,
        south__voice__spread=0.05,
        south__rules__p_grant=0,
        **ONE_PATROL,
    )
    assert not acts(model, "heard", "withdrew")
    assert set(acts(model, "did_not_hear", "stayed")) == {"did_not_hear"}


# -- traits of orders -----------------------------------------------------------------------------

STAYS = PARTY | {
    "days": 4,
    "north.works.night_share": 1,
    "north.works.hours": 2,
    "south.rules.steps": ("broadcast",),
    "south.rules.step_minutes": 120,
}


def wills(play, share, lucks):
    """How willing each unit was in each incident in which it was asked, by project; and by which crews."""
    by_project, crews = {}, {}
    for luck in range(lucks):
        model = play(luck=luck, north__conduct__trait_share=share, **STAYS)
        for data in incidents(model):
            will, unit = data["willing"][NORTH], model.state.units[data["unit"][NORTH]]
            if not np.isnan(will):
                by_project.setdefault(int(data["site"]), []).append(float(will))
                crews.setdefault(int(data["site"]), set()).add(int(unit["crew"]))
    return by_project, crews


def test_a_trait_makes_a_project_as_willing_in_every_incident_of_every_luck(play):
    by_project, crews = wills(play, 1, lucks=3)
    assert len(by_project) >= 5
    assert all(len(found) > 1 and len(set(found)) == 1 for found in by_project.values())
    assert len({found[0] for found in by_project.values()}) == len(by_project)
    assert any(both == {Crew.DAY, Crew.NIGHT} for both in crews.values())


def test_without_a_trait_each_incident_has_a_will_of_its_own(play):
    by_project, _ = wills(play, 0, lucks=3)
    found = [will for own in by_project.values() for will in own]
    assert len(found) > 50 and len(set(found)) == len(found)


def test_the_share_of_the_trait_is_that_of_the_variance_between_projects(play):
    """At one half two incidents of a project correlate by one half, and any will is standard normal."""
    by_project, _ = wills(play, 0.5, lucks=8)
    found = [np.array(own) for own in by_project.values()]
    within = sum(((own - own.mean()) ** 2).sum() for own in found)
    freedom = sum(own.size - 1 for own in found)
    assert freedom > 150
    assert within / freedom == pytest.approx(0.5, abs=4.5 * 0.5 * np.sqrt(2 / freedom))


def test_orders_change_how_soon_a_unit_leaves_of_itself(play):
    """The hazard times exp(sd x trait): who is willing to go is also gone sooner, on the same luck."""
    early = late = 0
    for luck in range(8):
        plain, varied = (
            play(
                luck=luck,
                north__conduct__leave_per_hour=3,
                north__conduct__leave_log_sd=sd,
                south__rules__p_grant=0,
                **ONE_PATROL,
            )
            for sd in (0, 1.2)
        )
        trait = float(varied.state.units[0]["trait"])
        went, soon = (minutes(model, "left_by_itself")[0] for model in (plain, varied))
        if max(went, soon) < 500.0:  # neither was ended by its shift
            assert soon == pytest.approx(went * np.exp(-1.2 * trait))
            early, late = early + (soon < went), late + (soon > went)
    assert early + late >= 5


@pytest.mark.parametrize("warned", [True, False])
def test_a_warned_unit_steps_back_at_the_next_shift(play, warned):
    changes = {
        "north.learning.rule": "step_back",
        "north.learning.p_learn": 1,
        "north.learning.pushback_m": 40,
        "north.learning.memory_days": 100,
        "north.conduct.leave_broadcast": 4,
        **ONE_PATROL,
    }
    if not warned:
        changes |= {"south.rules.delay_minutes": 120, "north.conduct.leave_per_hour": 10}
    model = play(**changes)
    unit = model.state.units[0]
    assert bool(acts(model, "learned")) == warned
    if warned:
        assert incidents(model)[1]["depth"] == pytest.approx(60.0, abs=0.5)
        assert unit["pushback"] == pytest.approx(80.0, abs=0.5)
    else:
        assert unit["pushback"] == 0.0


def test_nobody_learns_by_the_rule_of_none_or_with_no_chance(play):
    for rule, p in (("none", 1), ("step_back", 0)):
        model = play(
            north__learning__rule=rule,
            north__learning__p_learn=p,
            north__conduct__leave_broadcast=4,
            **ONE_PATROL,
        )
        assert not acts(model, "learned")
        assert model.state.units["pushback"][0] == 0.0


def test_who_stays_away_does_so_while_memory_lasts(play):
    model = play(
        days=6,
        north__learning__rule="stay_away",
        north__learning__p_learn=1,
        north__learning__memory_days=1,
        north__conduct__leave_broadcast=4,
        **ONE_PATROL,
    )
    shifts = incidents(model)["shift"]
    assert np.all(np.diff(shifts) >= 2)  # a memory is over half for a day: two shifts
    assert len(shifts) >= 3


def test_a_party_that_leaves_loses_the_rest_of_its_day(play):
    model = play(north__conduct__leave_broadcast=4, **PARTY)
    tally, found = model.state.tallies[NORTH], incidents(model)
    left = found[found["gone"][:, NORTH] == 1]
    shifts = model.state.units["end"] - model.state.units["begin"]
    assert 0.0 < tally["workdays_lost"] < len(left) and tally["workdays_lost"] < tally["workdays"]
    day = 60.0 * model.scene.regime.sides[NORTH].works.hours
    assert shifts.max() == day
    begun = [360.0 if minute % 1440.0 < 1080.0 else 1080.0 for minute in left["opened"]]
    lost = sum(
        1.0 - (closed % 1440.0 - begin) / day for closed, begin in zip(left["closed"], begun, strict=True)
    )
    assert tally["workdays_lost"] == pytest.approx(lost)


def test_both_crews_of_a_project_learn(play):
    model = play(
        north__learning__rule="step_back",
        north__learning__p_learn=1,
        north__conduct__leave_broadcast=4,
        **PARTY,
    )
    learned = model.state.units["pushback"] > 0.0
    projects, counts = np.unique(model.state.units["project"][learned], return_counts=True)
    assert projects.size > 0
    assert np.all(projects >= 0) and np.all(counts == 2)


# -- after a warning: the rules that rival the step back -------------------------------------------

WARNED = PARTY | {
    "days": 6,
    "north.works.night_share": 1,
    "north.works.hours": 6,
    "north.conduct.leave_broadcast": 4,
    "north.learning.p_learn": 1,
    "north.learning.memory_days": 1,
    "south.rules.p_grant": 0,
}
RULES = get_args(AfterWarning)


def by_project(model, begun_after=-1.0):
    """Of each project that had an incident after a minute: shifts, and where along the line they stood."""
    found = {}
    for data in incidents(model):
        if data["opened"] > begun_after:
            found.setdefault(int(data["site"]), []).append((int(data["shift"]), float(data["s"])))
    return found


def learned_at(model):
    """The minute at which each project's crews first learned something."""
    used = model.state.log.table
    lessons = [Act.LEARNED, Act.GAVE_UP_SITE, Act.MOVED_ALONG]
    found = {}
    for line in used[np.isin(used["act"], lessons)]:
        found.setdefault(int(model.state.incidents.table["site"][line["incident"]]), float(line["minute"]))
    return found


@pytest.mark.parametrize("rule", RULES)
def test_where_nothing_is_learned_all_rules_are_one(play, rule):
    found = [
        play(**WARNED | {"north.learning.rule": each, "north.learning.p_learn": 0}) for each in ("none", rule)
    ]
    assert len(found[0].state.incidents) > 20
    assert found[0].state.identical(found[1].state)


def test_who_gives_up_a_site_is_not_seen_there_again_and_others_are(play):
    model = play(**WARNED | {"north.learning.rule": "abandon", "north.learning.p_learn": 0.1})
    given_up, units = learned_at(model), model.state.units
    assert len(given_up) >= 8
    for project, minute in given_up.items():
        crews = units[units["project"] == project]
        assert len(crews) == 2 and crews["begin"].max() <= minute, "neither crew came back"
    kept = {site for site in by_project(model) if site not in given_up}
    assert kept and all(units["begin"][units["project"] == site].max() > 5 * 1440.0 for site in kept)


def test_the_share_of_sites_that_are_given_up_is_the_declared_one(play):
    """At the first incident of each: later ones are of those that were not given up."""
    given_up = []
    for luck in range(10):
        model = play(
            luck=luck, **WARNED | {"days": 1, "north.learning.rule": "abandon", "north.learning.p_learn": 0.3}
        )
        firsts = {int(data["site"]): row for row, data in reversed(list(enumerate(incidents(model))))}
        given_up += [bool(acts(model, "gave_up_site", row=row)) for row in firsts.values()]
    sd = np.sqrt(0.3 * 0.7 / len(given_up))
    assert len(given_up) > 150 and np.mean(given_up) == pytest.approx(0.3, abs=4 * sd)


def test_work_that_moves_along_goes_on_as_far_from_the_line_and_elsewhere(play):
    """The same crews on the same luck stand where they would have stood, and 700 m farther east or west."""
    short = WARNED | {"days": 2, "north.works.hours": 3, "north.works.night_share": 0}
    usual = play(**short | {"north.learning.rule": "none"})
    model = play(**short | {"north.learning.rule": "move_along", "north.learning.move_m": 700})
    moved = np.flatnonzero(model.state.units["pushback"] != 0.0)
    first = set(incidents(model)["unit"][:, NORTH][incidents(model)["opened"] < 1440.0])
    assert set(np.abs(model.state.units["pushback"][moved])) <= {700.0, 1400.0} and len(first) > 8
    for row in first:
        mine, was = model.state.units[row], usual.state.units[row]
        (sign,) = {
            np.sign(line["x"])
            for line in model.state.log.table
            if line["act"] == Act.MOVED_ALONG
            and model.state.incidents.table["unit"][line["incident"], NORTH] == row
            and line["minute"] < 1440.0
        }
        assert mine["begin"] == was["begin"] > 1440.0 and mine["distance"] == was["distance"]
        assert mine["s"] == pytest.approx(np.clip(was["s"] + 700.0 * sign, 0.0, 12_000.0))
    assert {np.sign(line["x"]) for line in model.state.log.table if line["act"] == Act.MOVED_ALONG} == {
        -1.0,
        1.0,
    }


@pytest.mark.parametrize("rule", ["abandon", "move_along"])
def test_a_patrol_which_has_no_site_goes_on_as_before(play, rule):
    usual, rival = (
        play(
            days=4,
            north__learning__rule=each,
            north__learning__p_learn=1,
            north__conduct__leave_broadcast=4,
            **ONE_PATROL,
        )
        for each in ("none", rule)
    )
    assert len(incidents(usual)) > 3 and not acts(rival, "gave_up_site", "moved_along")
    assert usual.state.identical(rival.state)


def test_sites_are_met_less_often_the_more_is_given_up(play):
    """What a rule can do: who returns is met again and again, who gives up once, who moves on elsewhere."""
    again = {}
    for rule in ("none", "move_along", "abandon"):
        model = play(**WARNED | {"north.learning.rule": rule, "north.learning.move_m": 700})
        again[rule] = np.mean([len(met) for met in by_project(model).values()])
    assert again["abandon"] == pytest.approx(1.0, abs=0.3)  # both crews may be out when one of them learns
    assert again["none"] > 3 * again["abandon"] and again["move_along"] > 3 * again["abandon"]
