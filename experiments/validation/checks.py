"""What is held against what: all checks that a record allows, and the statistics that have none.

Like with like: official counts against all recorded crossings, what is told of single cases against as many
drawn from the crossings that such cases come from, and the press record through the publication filter.
"""

from dataclasses import replace

from experiments.calibration.record.record import Record
from experiments.validation.calendars import is_played
from experiments.validation.check import OUT, Check, Found
from experiments.validation.of_fire import fire_checks
from experiments.validation.of_times import time_checks
from experiments.validation.of_works import month_checks, works_checks
from experiments.validation.of_years import year_checks

_REASONS = {  # by the first word of a statistic
    "fire_exchanges": "told from one exchange to the next, which answered_fire has",
    "answered_fire": "held by its parts, with and without works",
    "answered_fire_by_rounds_at_a_post": "held by its parts, with and without works",
    "answered_fire_by_a_party": "held by its parts, with and without works",
    "answered_fire_otherwise": "held by its parts, with and without works",
    "work_parties_told": "nearly the cases of work_parties_shot_at",
    "work_parties_shot_at": "before the works there were none",
    "warning_broadcasts": "the north's count of one day, of something else than the south's",
    "published_at_the_time": "what the publication filter is fitted to, and no figure of the model",
    "told_singly": "what the publication filter is fitted to, and no figure of the model",
}


def checks(record: Record, found: Found, fitted: bool) -> tuple[list[Check], dict[str, str]]:
    """All that can be held against histories, and the statistics that are not, each with the reason.

    ``fitted``: whether the histories play a posterior that was fitted to this record.
    """
    made = [
        *works_checks(found),
        *month_checks(record),
        *year_checks(found),
        *fire_checks(found),
        *time_checks(record),
    ]
    if not fitted:
        made = [replace(each, use=OUT) for each in made]
    held = {each.statistic for each in made}
    return made, {name: _reason(name, found) for name in found if name not in held}


def _reason(name: str, found: Found) -> str:
    periods = found[name].periods
    if periods and not is_played(periods):
        return "its days are not among those played"
    return _REASONS.get(name.split(" ")[0], "the model has no figure for it")
