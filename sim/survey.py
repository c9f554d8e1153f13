"""The joint survey: teams go out day by day, and the markers of the stretch stand again."""

from typing import TYPE_CHECKING

import numpy as np

from sim.state import DAY, SURVEY_TEAM

if TYPE_CHECKING:
    from sim.model import DmzModel


def survey(model: "DmzModel") -> bool:
    """Restore the markers of the stretch of this day and send the teams on; True if any came back.

    Work needs the season and both governments' consent, which high tension withholds.
    """
    rules, state = model.regime.survey, model.state
    teams = state.units["kind"] == SURVEY_TEAM
    state.units["home_s"][teams] = -1.0
    month = int(model.calendar.month[int(model.minute // DAY)])
    if rules.km_per_week <= 0.0 or not rules.first_month <= month <= rules.last_month:
        return False
    if max(model.tensions(model.minute)) > rules.consent_tension:
        return False
    begin, end = _stretch(model, rules.km_per_week * 1000.0 / 7.0)
    marker_m = model.world.grid.marker_m
    fresh = (marker_m >= begin) & (marker_m < end) & ~state.restored
    state.run["surveyed_m"] += max(end - begin, 1.0)  # at the line's end, on to the next place
    state.units["home_s"][teams] = end
    state.restored |= fresh
    return bool(fresh.any())


def _stretch(model: "DmzModel", metres: float) -> tuple[float, float]:
    """From where to where along the line the day's work goes."""
    rules, done = model.regime.survey, float(model.state.run["surveyed_m"][0])
    length = model.land.length_m
    sites = np.sort(model.world.projects["s"])
    if rules.where == "projects" and sites.size:
        site_m = min(1000.0 * rules.site_km, length)
        site = sites[int(done // site_m) % sites.size]
        begin = max(0.0, min(site - 0.5 * site_m, length - site_m)) + done % site_m
    else:
        begin = (1000.0 * rules.from_km + done) % length
    return begin, min(begin + metres, length)
