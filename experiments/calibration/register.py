"""The register of unknowns and of rival rules: what a calibration draws, from which prior, and why.

Every unknown is a standard normal deviate ``x``; its value is the prior's quantile at ``Phi(x)``. So the
prior of all of them is one standard normal law, whatever their units, and an emulator has one scale. A rule
is one more such deviate: which of its rivals is in force, each as likely as the others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.basis import Basis, level_of
from sim.parameters.declare import declared
from sim.parameters.whole import default_of, walk

Values = NDArray[np.float64]
BOTH = ("north", "south")
_WHOLE_BOUNDS = 0.5  # a whole number takes the values that round to it


@dataclass(frozen=True)
class Prior:
    """A law cut off at [``low``, ``high``]: ``uniform``, ``normal``, ``lognormal`` of median and log sd."""

    law: str
    low: float
    high: float
    middle: float = 0.0
    spread: float = 0.0

    @property
    def _frozen(self) -> Any:
        if self.law == "uniform":
            return stats.uniform(self.low, self.high - self.low)
        if self.law == "normal":
            ends = ((end - self.middle) / self.spread for end in (self.low, self.high))
            return stats.truncnorm(*ends, loc=self.middle, scale=self.spread)
        ends = ((np.log(end / self.middle)) / self.spread for end in (self.low, self.high))
        return stats.truncnorm(*ends, loc=np.log(self.middle), scale=self.spread)

    def quantile(self, p: Values) -> Values:
        """The value below which a share ``p`` of the law lies, the same shape."""
        found: Values = self._frozen.ppf(p)
        return np.exp(found) if self.law == "lognormal" else found

    def share_below(self, value: Values) -> Values:
        """The share of the law below ``value``, the same shape."""
        found: Values = self._frozen.cdf(np.log(value) if self.law == "lognormal" else value)
        return found

    @property
    def words(self) -> str:
        """The law as a table writes it."""
        ends = f"[{self.low:g}, {self.high:g}]"
        if self.law == "uniform":
            return f"uniform on {ends}"
        if self.law == "normal":
            return f"normal({self.middle:g}, sd {self.spread:g}) on {ends}"
        return f"log-normal(median {self.middle:g}, log sd {self.spread:g}) on {ends}"


@dataclass(frozen=True)
class Unknown:
    """A parameter, or several of one value, that nobody knows.

    ``paths`` are dotted paths of the schema, which all take the value; ``reason`` says where the prior
    comes from, by the rows of ``priors.csv`` (data/PRIORS.md) or ``assumption``; ``follows`` are further
    parameters with what they make of the value.
    """

    name: str
    paths: tuple[str, ...]
    prior: Prior
    reason: str
    group: str
    follows: tuple[tuple[str, Callable[[float], float]], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return _DECLARED[self.paths[0]].annotation is int

    def value(self, x: float) -> float | int:
        """Its value at the normal deviate ``x``."""
        value = float(self.prior.quantile(np.array(stats.norm.cdf(x))))
        return int(np.floor(value + 0.5)) if self.whole else value

    def settings(self, x: float) -> dict[str, float | int]:
        """What the deviate sets, by dotted path."""
        value = self.value(x)
        return dict.fromkeys(self.paths, value) | {path: made(float(value)) for path, made in self.follows}


@dataclass(frozen=True)
class Rule:
    """A mechanism of which nobody knows the rule: ``levels`` are rival values of the choices ``paths``.

    ``reason`` says why these; ``bears_on`` names the unknowns whose effect hangs on the rule.
    """

    name: str
    paths: tuple[str, ...]
    levels: tuple[str, ...]
    reason: str
    bears_on: tuple[str, ...] = ()

    def level(self, x: float) -> str:
        """Which rival is in force at the normal deviate ``x``."""
        return self.levels[int(level_of(np.array(x), len(self.levels)))]

    def settings(self, x: float) -> dict[str, str]:
        """What the deviate sets, by dotted path."""
        return dict.fromkeys(self.paths, self.level(x))


_DECLARED = {".".join(path): field for path, field in walk()}


def _both(name: str) -> tuple[str, ...]:
    return tuple(f"{side}.{name}" for side in BOTH)


def _declared_default(path: str) -> Any:
    return default_of(tuple(path.split(".")), _DECLARED[path])


def _of_commission(map_error_m: float) -> float:
    return min(0.75 * map_error_m, 30.0)  # CALIBRATION.md: the commission's line is drawn of the same sheets


UNKNOWNS: tuple[Unknown, ...] = (
    Unknown(
        "navigation error",
        _both("navigation.error_m"),
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
        Prior("uniform", 1 - _WHOLE_BOUNDS, 10 + _WHOLE_BOUNDS),
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
        "margin", _both("watch.margin_m"), Prior("uniform", 0, 50), "priors.csv: response_margin_m", "watch"
    ),
    Unknown("margin spread", _both("watch.margin_log_sd"), Prior("uniform", 0, 1.2), "assumption", "watch"),
    Unknown(
        "registration",
        _both("watch.registration_m"),
        Prior("lognormal", 3, 20, 8, 0.45),
        "priors.csv: fix_map",
        "watch",
    ),
    Unknown(
        "sightings by eye",
        _both("watch.eye_only"),
        Prior("lognormal", 0.0005, 0.1, 0.01, 1),
        "priors.csv: eye_only",
        "watch",
    ),
    Unknown(
        "map error",
        _both("map_error_m"),
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
        "learning",
        _both("learning.p_learn"),
        Prior("uniform", 0, 1),
        "priors.csv: p_learn",
        "after a warning",
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
READING = Rule(
    "how a volley is read",
    _both("conduct.attack_rule"),
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
        _both("learning.rule"),
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
    "broadcasts at an approach": _both("watch.p_approach_broadcast"),
    "volleys read as an attack": _both("conduct.attack_intercept"),
}
# What the table holds fixed, so that an unknown has room or as rates need it, whatever a scenario says.
FIXED: Mapping[str, Any] = {
    "north.works.slots": 50,
    **dict.fromkeys(_both("learning.pushback_m"), 60.0),
    **{path: _declared_default(path) for paths in FITTED_APART.values() for path in paths},
}


def unknown_of(path: str) -> tuple[str, str]:
    """For what a drawn parameter stands, and the group of that; its own name where nobody registered it."""
    for unknown in UNKNOWNS:
        if path in (*unknown.paths, *(follower for follower, _ in unknown.follows)):
            return unknown.name, unknown.group
    for rule in RULES:
        if path in rule.paths:
            return rule.name, "rules"
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


def problems_of_rules(rules: Sequence[Rule] = RULES) -> Iterator[str]:
    """What of the rules does not fit the schema, in words: paths, rivals that none has, unknowns."""
    names = {unknown.name for unknown in UNKNOWNS}
    for rule in rules:
        for path in rule.paths:
            if path not in _DECLARED:
                yield f"{rule.name}: there is no parameter {path}"
            elif strange := set(rule.levels) - set(get_args(_DECLARED[path].annotation)):
                yield f"{rule.name}: {path} cannot be {' or '.join(sorted(strange))}"
            elif rule.levels[0] != _declared_default(path):
                yield f"{rule.name}: {path} is {_declared_default(path)} by default, not {rule.levels[0]}"
        for name in sorted(set(rule.bears_on) - names):
            yield f"{rule.name}: there is no unknown {name}"


def problems(unknowns: Sequence[Unknown] = UNKNOWNS) -> Iterator[str]:
    """What of the unknowns does not fit the schema, in words: paths, and priors outside their ranges."""
    for unknown in unknowns:
        for path in (*unknown.paths, *(path for path, _ in unknown.follows)):
            if path not in _DECLARED:
                yield f"{unknown.name}: there is no parameter {path}"
        field = _DECLARED.get(unknown.paths[0])
        if field is None or not declared(field):
            continue
        bounds = {type(each).__name__: each for each in field.metadata}
        low, high = getattr(bounds.get("Ge"), "ge", None), getattr(bounds.get("Le"), "le", None)
        room = _WHOLE_BOUNDS if unknown.whole else 0.0
        if low is not None and unknown.prior.low < low - room:
            yield f"{unknown.name}: its prior begins at {unknown.prior.low:g}, the schema at {low:g}"
        if high is not None and unknown.prior.high > high + room:
            yield f"{unknown.name}: its prior ends at {unknown.prior.high:g}, the schema at {high:g}"
