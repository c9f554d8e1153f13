"""Every number in words, once: counts with their nouns, rates, ratios, differences, intervals."""

import math
from typing import NamedTuple, NotRequired, TypedDict

NO_INTERVAL = "no interval"
FEW = "†"  # beside what rests on too few clusters; an asterisk marks what is only assumed
FEW_MEANS = "rests on under 10 effective clusters: one burst more would change it"
FEW_NOTE = f"{FEW} {FEW_MEANS}"
_NOTHING = 1e-9  # what is left of rounding, or too little to be written out


class Ends(TypedDict):
    """Both ends of an interval, as figures.json has them; null is unknown or infinite."""

    low: float | None
    high: float | None
    too_few_clusters: NotRequired[bool]


class Limits(Ends):
    """A number with its limits."""

    estimate: float | None


class Seen(Ends):
    """What was exposed (``n``), and what was seen."""

    n: float
    events: float
    effective_clusters: float


class Rate(Seen):
    """Events a year, or a difference of such."""

    estimate: float


class Ratio(Seen):
    """A ratio or share; null for 0 over 0, and where nothing is below."""

    estimate: float | None


class Compared(TypedDict):
    """A measure of a policy against the baseline of its future."""

    baseline: Rate
    policy: Rate
    ratio: Ratio
    difference: Rate
    verdict: str


def put_between(text: str, begin: str, end: str, middle: str) -> str:
    """A text with another middle between two marks; raises ValueError where they are not there."""
    head, first, rest = text.partition(begin)
    _, last, tail = rest.partition(end)
    if not (first and last):
        raise ValueError(f"the page has not the marks {begin} and {end}")
    return f"{head}{begin}\n\n{middle}\n{end}{tail}"


def number(x: float) -> str:
    """A count or a length, to three digits below a hundred."""
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


def many(x: float, noun: str) -> str:
    """A number of things."""
    told = number(x)
    return f"{told} {noun if told == '1' else _plural(noun)}"


def _plural(noun: str) -> str:
    if noun.endswith("sis"):
        return f"{noun[:-2]}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "sh", "ch", "x")) else f"{noun}s"


def capital(text: str) -> str:
    """A text as the beginning of a title."""
    return text[:1].upper() + text[1:]


def figure(value: float | None) -> str:
    """Two significant digits at least, without an exponent; below a billionth 0; None "unknown"."""
    if value is None:
        return "unknown"
    if abs(value) < _NOTHING:
        return "0"
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.{max(1, 1 - math.floor(math.log10(abs(value))))}f}"


def signed(value: float | None) -> str:
    """A difference, with its sign unless it is 0 as shown."""
    if value is None:
        return "unknown"
    text = figure(abs(value))
    sign = "-" if value < 0 else "+"
    return "0" if float(text.replace(",", "")) == 0 else sign + text


def ratio_figure(value: float) -> str:
    """Two places, and more where they would make 1 of what is not 1."""
    if not 0.1 <= value < 10:
        return figure(value)
    places = 2
    if value != 1.0 and abs(value - 1.0) < 0.005:
        places = min(6, -math.floor(math.log10(abs(value - 1.0))))
    return f"{value:.{places}f}"


def share_figure(value: float | None) -> str:
    """A share in percent, in which only 1 is shown as 100%."""
    if value is None:
        return "unknown"
    text = f"{value:z.0%}"
    return ">99%" if text == "100%" and value < 1.0 else text


def span(interval: Ends) -> str:
    """Both ends of an interval of something that is not below 0; one world alone has none.

    Marked where it rests on too few clusters.
    """
    high = interval["high"]
    if interval["low"] is None and high is None:
        return NO_INTERVAL
    mark = f" {FEW}" if interval.get("too_few_clusters") else ""
    return f"{figure(interval['low'] or 0.0)} - {'∞' if high is None else figure(high)}{mark}"


def limits(interval: Ends) -> str:
    """The interval of a rate or share as a part of a sentence."""
    told = span(interval)
    return told if told == NO_INTERVAL else f"95% interval {told}"


def signed_span(interval: Ends) -> str:
    """Both ends of a difference's interval."""
    low, high = interval["low"], interval["high"]
    return f"{'-∞' if low is None else signed(low)} to {'+∞' if high is None else signed(high)}"


class Effect(NamedTuple):
    """A comparison in words: ratio and difference, and the intervals of both."""

    ratio: str
    ratio_span: str
    difference: str
    difference_span: str

    @property
    def times(self) -> str:
        """The ratio with its interval, if it has one."""
        return f"{self.ratio} ({self.ratio_span})" if self.ratio_span else self.ratio

    @property
    def gap(self) -> str:
        """The difference with its interval, if it has one."""
        more = f" ({self.difference_span})" if self.difference_span else ""
        return self.difference + more


def effect(found: Compared) -> Effect:
    """What a comparison of ``figures.json`` found."""
    if found["verdict"] == "identical":
        return Effect("exactly 1", "", "exactly 0", "")
    difference = signed(found["difference"]["estimate"]), signed_span(found["difference"])
    if not found["policy"]["events"] and not found["baseline"]["events"]:
        return Effect("none in either", "", *difference)
    ratio = found["ratio"]
    low, high = ratio["low"] or 0.0, ratio["high"]
    times = "∞" if ratio["estimate"] is None else ratio_figure(ratio["estimate"])
    limits = f"{ratio_figure(low)} - {'∞' if high is None else ratio_figure(high)}"
    return Effect(times, limits, *difference)


def rate_words(rate: Rate, noun: str) -> str:
    """A rate with its interval, and what was seen in how long a time."""
    return (
        f"{figure(rate['estimate'])} {noun} a year ({limits(rate)}; "
        f"n = {number(rate['events'])} in {many(rate['n'], 'year')})"
    )
