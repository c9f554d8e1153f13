"""What nobody knows, as a calibration draws it: a parameter with its prior, or a choice among rival rules.

Each is a standard normal deviate ``x``: a parameter's value is the prior's quantile at ``Phi(x)``, so that
the prior of all of them is one standard normal law, whatever their units, and an emulator has one scale. A
rule has its rivals side by side on that axis, each as likely as the others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.basis import level_of
from sim.parameters.declare import declared
from sim.parameters.whole import default_of, walk

Values = NDArray[np.float64]
BOTH = ("north", "south")
DIGITS = "%.6g"  # of the numbers in a file of draws
WHOLE = 0.5  # a whole number takes the values that round to it


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
    def sets(self) -> tuple[str, ...]:
        """The dotted paths of all parameters that hang on it."""
        return *self.paths, *(path for path, _ in self.follows)

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return _DECLARED[self.paths[0]].annotation is int

    def value(self, x: float) -> float | int:
        """Its value at the normal deviate ``x``."""
        return self._values(np.array([x]))[0]

    def settings(self, x: float) -> dict[str, float | int]:
        """What the deviate sets, by dotted path."""
        return {path: values[0] for path, values in self.draws(np.array([x])).items()}

    def draws(self, x: Values) -> dict[str, list[float | int]]:
        """What deviates (n,) set, by dotted path n values each."""
        values = self._values(x)
        return dict.fromkeys(self.paths, values) | {
            path: [made(float(value)) for value in values] for path, made in self.follows
        }

    def _values(self, x: Values) -> list[float | int]:
        values = self.prior.quantile(np.asarray(stats.norm.cdf(x)))
        found: list[float | int] = (np.floor(values + 0.5).astype(int) if self.whole else values).tolist()
        return found


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

    @property
    def sets(self) -> tuple[str, ...]:
        """The dotted paths of all choices that hang on it."""
        return self.paths

    def level(self, x: float) -> str:
        """Which rival is in force at the normal deviate ``x``."""
        return self.levels[int(level_of(np.array(x), len(self.levels)))]

    def settings(self, x: float) -> dict[str, str]:
        """What the deviate sets, by dotted path."""
        return dict.fromkeys(self.paths, self.level(x))

    def draws(self, x: Values) -> dict[str, list[str]]:
        """What deviates (n,) set, by dotted path n words each."""
        words = [self.levels[i] for i in level_of(x, len(self.levels))]
        return {path: words for path in self.paths}


_DECLARED = {".".join(path): field for path, field in walk()}


def both(name: str) -> tuple[str, ...]:
    """The paths of a parameter of both sides."""
    return tuple(f"{side}.{name}" for side in BOTH)


def declared_default(path: str) -> Any:
    """The declared default of the parameter at a dotted path, the south's where it has its own."""
    return default_of(tuple(path.split(".")), _DECLARED[path])


def problems_of_rules(rules: Sequence[Rule], unknowns: Sequence[Unknown]) -> Iterator[str]:
    """What of the rules does not fit the schema, in words: paths, rivals that none has, unknowns."""
    names = {unknown.name for unknown in unknowns}
    for rule in rules:
        for path in rule.paths:
            if path not in _DECLARED:
                yield f"{rule.name}: there is no parameter {path}"
            elif strange := set(rule.levels) - set(get_args(_DECLARED[path].annotation)):
                yield f"{rule.name}: {path} cannot be {' or '.join(sorted(strange))}"
            elif rule.levels[0] != declared_default(path):
                yield f"{rule.name}: {path} is {declared_default(path)} by default, not {rule.levels[0]}"
        for name in sorted(set(rule.bears_on) - names):
            yield f"{rule.name}: there is no unknown {name}"


def problems(unknowns: Sequence[Unknown]) -> Iterator[str]:
    """What of the unknowns does not fit the schema, in words: paths, and priors outside their ranges."""
    for unknown in unknowns:
        for path in unknown.sets:
            if path not in _DECLARED:
                yield f"{unknown.name}: there is no parameter {path}"
        field = _DECLARED.get(unknown.paths[0])
        if field is None or not declared(field):
            continue
        bounds = {type(each).__name__: each for each in field.metadata}
        low, high = getattr(bounds.get("Ge"), "ge", None), getattr(bounds.get("Le"), "le", None)
        room = WHOLE if unknown.whole else 0.0
        if low is not None and unknown.prior.low < low - room:
            yield f"{unknown.name}: its prior begins at {unknown.prior.low:g}, the schema at {low:g}"
        if high is not None and unknown.prior.high > high + room:
            yield f"{unknown.name}: its prior ends at {unknown.prior.high:g}, the schema at {high:g}"
