"""The register: what a calibration draws, from which prior, and why; what it fits apart, what it holds fixed.

An unknown or a rule is one deviate of a row (``experiments.calibration.unknowns``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.calibration.basis import Basis
from experiments.calibration.inputs import members
from experiments.calibration.unknowns import WHOLE, Prior, Rule, Unknown, both, declared_default


def _of_commission(map_error_m: float) -> float:
    return min(0.75 * map_error_m, 30.0)  # CALIBRATION.md: the commission's line is drawn of the same sheets


_OWN: tuple[Unknown, ...] = (
    Unknown(
        "navigation error",
        both("navigation.error_m"),
        Prior("lognormal", 2.5, 30, 8, 0.55),
        "priors.csv: nav_error_m",
        "navigation",
    ),
    Unknown(
        "work distance",
        ("north.works.distance_m",),
        Prior("lognormal", 10, 300, 50, 0.7),
        "priors.csv: work_distance",
        "works",
    ),
    Unknown(
        "work share", ("north.works.share",), Prior("uniform", 0.2, 1), "assumption, of 50 slots", "works"
    ),
    Unknown("work surge", ("north.works.surge_sd",), Prior("uniform", 0, 1.2), "assumption", "works"),
    Unknown(
        "programme size",
        ("north.works.programme_size",),
        Prior("uniform", 1 - WHOLE, 10 + WHOLE),
        "assumption: the crossings of June 2024 came on few fronts",
        "works",
    ),
    Unknown(
        "programme share", ("north.works.programme_share",), Prior("uniform", 0, 1), "assumption", "works"
    ),
    Unknown(
        "density in named counties",
        ("north.works.named_density",),
        Prior("lognormal", 1, 20, 3, 0.7),
        "assumption",
        "works",
    ),
    Unknown(
        "margin", both("watch.margin_m"), Prior("uniform", 0, 50), "priors.csv: response_margin_m", "watch"
    ),
    Unknown("margin spread", both("watch.margin_log_sd"), Prior("uniform", 0, 1.2), "assumption", "watch"),
    Unknown(
        "registration",
        both("watch.registration_m"),
        Prior("lognormal", 3, 20, 8, 0.45),
        "priors.csv: fix_map",
        "watch",
    ),
    Unknown(
        "sightings by eye",
        both("watch.eye_only"),
        Prior("lognormal", 0.0005, 0.1, 0.01, 1),
        "priors.csv: eye_only",
        "watch",
    ),
    Unknown(
        "map error",
        both("map_error_m"),
        Prior("lognormal", 8, 45, 20, 0.45),
        "priors.csv: map_error_m",
        "maps",
        (("border.commission_error_m", _of_commission),),
    ),
    Unknown(
        "shared error",
        ("border.shared_error",),
        Prior("uniform", 0.2, 0.9),
        "priors.csv: shared_error",
        "maps",
    ),
    Unknown(
        "correlation length",
        ("border.correlation_km",),
        Prior("lognormal", 0.2, 5, 1, 0.7),
        "priors.csv: correlation_km",
        "maps",
    ),
    Unknown(
        "learning", both("learning.p_learn"), Prior("uniform", 0, 1), "priors.csv: p_learn", "after a warning"
    ),
    Unknown(
        "reconnaissance",
        ("north.patrols.recon_share",),
        Prior("lognormal", 0.0003, 0.05, 0.004, 1.2),
        "assumption: TRIAL 2.2 (0.1-1.8%)",
        "patrols",
    ),
    Unknown(
        "willingness to leave",
        ("north.conduct.leave_broadcast",),
        Prior("normal", -2.5, 2.5, 0.2, 0.9),
        "priors.csv: leave_on_broadcast",
        "after a warning",
    ),
    Unknown(
        "leaving by itself",
        ("north.conduct.leave_per_hour",),
        Prior("lognormal", 0.03, 3, 0.3, 0.8),
        "assumption",
        "after a warning",
    ),
    Unknown(
        "first delay",
        ("south.rules.delay_minutes",),
        Prior("lognormal", 1, 20, 4, 0.6),
        "FACTS: from approach or crossing to warning shots",
        "command",
    ),
    Unknown(
        "time between steps",
        ("south.rules.step_minutes",),
        Prior("lognormal", 1, 30, 6, 0.7),
        "FACTS: from start to end",
        "command",
    ),
)
# Inputs of the screening that matter and move what the record counts: crossings. They are fitted too.
FITTED_INPUTS: tuple[str, ...] = (
    "distance of reconnaissance",
    "spread of work distance",
    "extent of a project",
    "posts and their range",
    "approach",
    "azimuth error",
    "bias by eye",
)
UNKNOWNS: tuple[Unknown, ...] = (
    *_OWN,
    *(member for each, member in members() if each.name in FITTED_INPUTS and isinstance(member, Unknown)),
)
READING = Rule(
    "how a volley is read",
    both("conduct.attack_rule"),
    ("situation", "spoken_to", "orders"),
    "MODEL.md's, and two of which a measure can touch something else (docs/ODD.md 7.17)",
)
RULES: tuple[Rule, ...] = (
    READING,
    Rule(
        "how far tension spreads",
        ("feedback.rule",),
        ("reciprocal", "without_work", "local"),
        "MODEL.md's, that of TRIAL.md 6, and one in which areas pay for themselves alone (docs/ODD.md 7.20)",
    ),
    Rule(
        "what a party does after a warning",
        both("learning.rule"),
        ("step_back", "none", "abandon", "move_along"),
        "MODEL.md's, and three that PRIORS.md allows (docs/ODD.md 7.13); stay_away lies between two of them",
        ("learning",),
    ),
)
WIDTH = len(UNKNOWNS) + len(RULES)  # deviates of a row: first of the unknowns, then of the rules

# Of rates that are fitted after the table, by exposures that its rows have under the declared defaults.
FITTED_APART: Mapping[str, tuple[str, ...]] = {
    "mines at work": ("mines.strikes_per_party_day", "mines.clearing_weeks"),
    "mines on lanes": ("mines.strikes_per_km",),
    "stray rounds of the north": ("north.stray.per_post_year", "south.stray.read_as_attack"),
    "stray rounds of the south": ("south.stray.per_post_year", "north.stray.read_as_attack"),
    "broadcasts at an approach": both("watch.p_approach_broadcast"),
    "volleys read as an attack": (*both("conduct.attack_intercept"), *both("conduct.attack_share")),
}
# What the table holds fixed, so that an unknown has room or as rates need it, whatever a scenario says.
FIXED: Mapping[str, Any] = {
    "north.works.slots": 50,
    **dict.fromkeys(both("learning.pushback_m"), 60.0),
    **{path: declared_default(path) for paths in FITTED_APART.values() for path in paths},
}


# Inputs of the screening that were found to matter (docs/calibration/screening.csv): those that are not
# fitted are drawn from their priors.
MATTERING: tuple[str, ...] = (
    "distance of reconnaissance",
    "spread of work distance",
    "extent of a project",
    "satellite receivers",
    "posts and their range",
    "approach",
    "azimuth error",
    "error by eye",
    "bias by eye",
    "times of command",
    "authority given",
    "aimed fire granted",
    "hotline",
    "leaving on shots",
    "spread of leaving",
    "armed, and firing back",
    "reading when sure",
    "reading by tension",
    "reading at night and of near rounds",
    "reading without a word",
    "strikes read as an attack",
    "reply granted",
)
FROM_PRIORS: tuple[Unknown | Rule, ...] = tuple(
    member for each, member in members() if each.name in MATTERING and each.name not in FITTED_INPUTS
)


def unknown_of(path: str) -> tuple[str, str]:
    """For what a drawn parameter stands, and the group of that; its own name where nobody registered it."""
    for each in (*UNKNOWNS, *RULES, *FROM_PRIORS):
        if path in each.sets:
            return each.name, "rules" if isinstance(each, Rule) else each.group
    for name, paths in FITTED_APART.items():
        if path in paths:
            return name, "mines" if name.startswith("mines") else "rounds"
    group, _, name = path.removeprefix("north.").removeprefix("south.").partition(".")
    return f"{group}.{name}".rstrip("."), group


def basis() -> Basis:
    """What of a row an emulator makes features of."""
    names = [unknown.name for unknown in UNKNOWNS]
    bears_on = [(k, names.index(name)) for k, rule in enumerate(RULES) for name in rule.bears_on]
    return Basis(len(UNKNOWNS), tuple(len(rule.levels) for rule in RULES), tuple(bears_on))


def settings(x: Sequence[float]) -> dict[str, Any]:
    """What a row's deviates, (``WIDTH``,), set by dotted path."""
    found, drawn = dict(FIXED), tuple[Unknown | Rule, ...]((*UNKNOWNS, *RULES))
    for each, deviate in zip(drawn, x, strict=True):
        found |= each.settings(deviate)
    return found
