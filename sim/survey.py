"""The joint survey: teams go out day by day, and the markers of the stretch stand again."""

import numpy as np

from sim.constants import DAY, DAYS_A_WEEK, KM
from sim.scene import Scene

_LEAST_M = 1.0  # metres a day: at the line's end, where none are left, it goes on to the next place


def survey(scene: Scene) -> bool:
    """Restore the markers of the stretch of this day and send the teams on; True if any came back.

    Work needs the season and both governments' consent, which high tension withholds.
    """
    rules, state = scene.regime.parameters.survey, scene.state
    homes = state.units["home_s"]
    homes[scene.survey_teams] = -1.0
    month = int(scene.calendar.month[int(scene.minute // DAY)])
    if rules.km_per_week <= 0.0 or not rules.first_month <= month <= rules.last_month:
        return False
    if max(scene.tension.at(scene.minute)) > rules.consent_tension:
        return False
    begin, end = _stretch(scene, rules.km_per_week * KM / DAYS_A_WEEK)
    fresh = scene.world.grid.within(begin, end) & ~state.restored
    state.run["surveyed_m"] += max(end - begin, _LEAST_M)
    homes[scene.survey_teams] = end
    state.restored |= fresh
    return bool(fresh.any())


def _stretch(scene: Scene, metres: float) -> tuple[float, float]:
    """From where to where along the line the day's work goes."""
    rules, done = scene.regime.parameters.survey, float(scene.state.run["surveyed_m"][0])
    length = scene.land.length_m
    sites = np.sort(scene.world.projects["s"])
    if rules.where == "projects" and sites.size:
        site_m = min(KM * rules.site_km, length)
        site = sites[int(done // site_m) % sites.size]
        begin = max(0.0, min(site - 0.5 * site_m, length - site_m)) + done % site_m
    else:
        begin = (KM * rules.from_km + done) % length
    return begin, min(begin + metres, length)
