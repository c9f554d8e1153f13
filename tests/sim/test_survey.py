"""The joint survey: season, consent, teams, and the markers that stand again behind them."""

import numpy as np
import pytest

from sim.codes import UnitKind
from sim.constants import DAY
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH

# An empty line of 12 km that is surveyed from the first day on, 500 m a day, all the year.
SURVEYED = {
    "space.length_km": 12,
    "clock.warmup_days": 0,
    "start": "2025-06-01",
    "days": 160,
    "border.marker_survival": 0.1,
    "survey.km_per_week": 3.5,
    "survey.first_month": 1,
    "survey.last_month": 12,
    "survey.consent_tension": 1,
} | {
    f"{side}.{key}": 0
    for side in ("north", "south")
    for key in ("patrols.slots", "works.slots", "watch.posts", "stray.per_post_year")
}


def surveyed(days, **changes):
    values = SURVEYED | {key.replace("__", "."): value for key, value in changes.items()}
    case = load_case("declared", assignments=[f"{key}={value}" for key, value in values.items()])
    return DmzModel(case, seed=1).run(days)


def teams(model):
    return model.state.units["home_s"][model.state.units["kind"] == UnitKind.SURVEY_TEAM]


def test_the_stretch_of_each_day_stands_again_and_nothing_beyond():
    model = surveyed(5, survey__from_km=3)
    marker_m, restored = model.scene.world.grid.marker_m, model.state.restored
    here = (marker_m >= 3000) & (marker_m < 5500)
    assert restored[here].all() and not restored[~here].any()
    assert model.scene.world.standing(model.scene.regime.parameters, restored)[here].all()


def test_lines_are_drawn_anew_behind_the_teams():
    before, after = surveyed(0), surveyed(24)
    assert before.state.run["ambiguity"][0][0] > 10.0 * after.state.run["ambiguity"][0][0]
    assert np.abs(after.state.lines[:, after.scene.world.grid.marker_nodes]).max() == 0.0


def test_both_sides_teams_are_where_the_day_ends():
    model = surveyed(1)
    assert teams(model).tolist() == [500.0, 500.0]
    model.run(3)
    assert teams(model).tolist() == [2000.0, 2000.0]
    model.run(0.5)  # the day shift is on
    out = model.state.units[model.state.units["kind"] == UnitKind.SURVEY_TEAM]
    assert (out["active"] == 1).all()
    assert (out["distance"] == model.scene.regime.parameters.survey.distance_m).all()


def test_past_the_end_of_the_line_it_begins_again():
    model = surveyed(26)
    assert model.state.restored.all()
    assert teams(model)[NORTH] == pytest.approx(1000.0)


def test_it_keeps_its_season():
    model = surveyed(28, survey__first_month=7, survey__last_month=7)
    assert not model.state.restored.any() and (teams(model) < 0).all()
    model.run(11)  # 9 July
    assert model.state.run["surveyed_m"][0] == pytest.approx(4500.0)
    model = surveyed(35, survey__first_month=6, survey__last_month=6)
    assert model.state.run["surveyed_m"][0] == pytest.approx(15_000.0)  # of 30 days
    assert (teams(model) < 0).all()


def test_high_tension_of_one_side_withholds_consent():
    model = surveyed(2, survey__consent_tension=0.5)
    assert model.state.run["surveyed_m"][0] == pytest.approx(1000.0)
    model.state.governments["tension"][NORTH] = 0.9
    model.state.run["tension_at"] = model.minute
    model.run(1)
    assert model.state.run["surveyed_m"][0] == pytest.approx(1000.0) and (teams(model) < 0).all()
    model.run(40)  # the half-life is 35 days: below half by then
    assert model.state.run["surveyed_m"][0] > 5000.0


def test_no_kilometres_no_survey():
    model = surveyed(10, survey__km_per_week=0)
    assert not model.state.restored.any() and (teams(model) < 0).all()


def test_the_sites_of_projects_come_first_if_asked():
    works = {"north__works__slots": 3, "north__works__share": 1, "survey__site_km": 0.5}
    model = surveyed(3, survey__where="projects", **works)
    sites = np.sort(model.scene.world.projects["s"])[:3]
    marker_m, restored = model.scene.world.grid.marker_m, model.state.restored
    middles = np.clip(sites, 250, 11_750)
    near = ((marker_m[:, None] >= middles - 250) & (marker_m[:, None] < middles + 250)).any(axis=1)
    assert np.array_equal(restored, near)


def test_the_minute_of_a_survey_is_midnight():
    """A marker that comes back counts from the day on which it does."""
    model = surveyed(0.5)
    assert model.state.run["lines_since"][0] == 0.0
    model.run(1)
    assert model.state.run["lines_since"][0] == DAY


# -- a team that the posts are told of ------------------------------------------------------------

# Both sides' teams stand on the line before posts that let nothing pass and err by tens of metres.
MISTAKEN = {"survey__distance_m": 0, "survey__km_per_week": 0.5} | {
    f"{side}__{key.replace('.', '__')}": value
    for side in ("north", "south")
    for key, value in {
        "watch.posts": 6,
        "watch.margin_m": 0,
        "watch.margin_log_sd": 0,
        "watch.range_error_m": 30,
        "watch.looks_per_hour": 20,
        "rules.steps": '["broadcast"]',
    }.items()
}


def watched(model, days):
    """Which shifts of the teams the other side's posts watch, by row and day."""
    seen = set()
    for day in range(days):
        model.run(0.5)  # noon: the teams are out, if not called back
        out = model.state.units[model.scene.survey_teams]
        seen |= {(k, day) for k in range(2) if out["watcher"][k] >= 0}
        model.run(0.5)
    return seen


def mistaken(recognised, days=0, **changes):
    values = MISTAKEN | {"survey__recognised": recognised} | changes
    return surveyed(days, **values)


def test_a_team_that_is_recognised_is_never_judged_a_trespasser():
    known, unknown = mistaken(1, 60), mistaken(0.8, 60)
    assert len(known.state.incidents) == 0 and (known.state.tallies["looks"] == 0).all()
    assert (known.state.tallies["crossings"] > 0).all()  # it is there all the same
    kinds = unknown.state.incidents.table["kind"][: len(unknown.state.incidents)]
    assert kinds.size > 5 and (kinds == UnitKind.SURVEY_TEAM).all()


def test_of_the_shifts_of_teams_that_are_known_eight_in_ten_the_others_watch_two():
    seen = watched(mistaken(0.8), 150)
    assert abs(len(seen) - 0.2 * 300) < 4.5 * np.sqrt(300 * 0.16)
    by_team = [{day for team, day in seen if team == k} for k in range(2)]
    assert by_team[0] and by_team[1] and by_team[0] != by_team[1]  # a draw a unit and shift


def test_the_same_teams_are_recognised_whatever_else_a_policy_changes():
    seen = watched(mistaken(0.8), 60)
    changed = {"south__watch__margin_m": 60, "hotline__working": "true", "survey__distance_m": 40}
    assert watched(mistaken(0.8, **changed), 60) == seen
    assert watched(mistaken(0.9), 60) < seen and not watched(mistaken(1), 60)
