"""What nested runs tell, in words: how much luck owns, and whether ratios by draw hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from experiments.findings.draw_words import of_words
from experiments.findings.likeness import REGIONS
from experiments.validation.ignorance import CheckedRatioFigures, ComponentFigures, IgnoranceFigures
from experiments.validation.validation import ValidationFigures
from experiments.validation.words import plain
from experiments.wording import many, ratio_figure, share_figure

LEVELS = {
    "draw": "ignorance: between draws",
    "world": "world: between worlds of a draw",
    "luck": "luck: between lucks of a world",
}
SCALES: Mapping[Literal["log", "raw"], str] = {
    "log": "logarithm of expected clashes a year",
    "raw": "expected clashes a year themselves",
}
PART_HEADS = ("variance", *(f"of the {each}" for each in SCALES.values()))
CHECK_HEADS = (
    "policy",
    "median ratio, nested / fitted",
    "lowers in, of draws, nested / fitted (95%)",
    "surely lower / higher",
    "fit on the same side",
    "apart, rms of log ratio / luck's",
    "sd of log ratio between draws, nested without luck / fitted",
)
LIKE_HEADS = ("like", "of single worlds, by two lucks", "of draws, by all their worlds")


def nested_lines(figures: ValidationFigures) -> list[str]:
    """Sentences; none without nested runs."""
    nested = figures["nested"]
    return [] if nested is None else [about_parts(nested), *_told(nested)]


def about_parts(nested: IgnoranceFigures) -> str:
    """What was played, and how much is luck."""
    parts = {each["level"]: share_with_limits(each) for each in nested["variance"]["log"]}
    return (
        f"{played(nested)}: of the variance of the logarithm of expected clashes a year lie "
        f"{parts['draw']} between draws, {parts['world']} between worlds of a draw and {parts['luck']} "
        f"between lucks of a world."
    )


def played(nested: IgnoranceFigures) -> str:
    """Which runs these are."""
    return (
        f"{many(nested['draws'], 'draw')}, each in {many(nested['worlds'], 'world')} of its own with "
        f"{many(nested['lucks'], 'luck')}"
    )


def _told(nested: IgnoranceFigures) -> Iterator[str]:
    worlds = many(nested["first"], "world")
    for each in nested["policies"]:
        if each["draws"]:
            yield (
                f"{each['policy']}: the ratio by draw, as compare fits it to {worlds}, is "
                f"{plain(each['rms'])} (rms, of logarithms) from that of nested runs, where luck alone makes "
                f"{plain(each['rms_of_luck'])}; between draws it differs by an sd of {_spreads(each)} "
                f"(nested without luck / fitted); it lowers in {share_figure(each['lowers'])} of draws, by "
                f"the fit {fitted_share(each)}."
            )


def part_rows(nested: IgnoranceFigures) -> list[tuple[str, ...]]:
    """The split of the variance, a row a level, as under ``PART_HEADS``."""
    by_level = {
        scale: {each["level"]: share_with_limits(each) for each in nested["variance"][scale]}
        for scale in SCALES
    }
    return [(words, *(by_level[scale][level] for scale in SCALES)) for level, words in LEVELS.items()]


def check_rows(nested: IgnoranceFigures) -> list[Sequence[str]]:
    """The check of the ratio by draw, a row a policy, as under ``CHECK_HEADS``."""
    return [
        (
            each["policy"],
            f"{ratio_figure(each['median'])} / {ratio_figure(each['median_fitted'])}",
            f"{share_figure(each['lowers'])} of {len(each['draws'])} / {fitted_share(each)}",
            f"{each['surely_lower']} / {each['surely_higher']}",
            f"{each['fit_agrees']} of {each['surely_lower'] + each['surely_higher']}",
            f"{plain(each['rms'])} / {plain(each['rms_of_luck'])}",
            _spreads(each),
        )
        for each in nested["policies"]
        if each["draws"]
    ]


def _spreads(policy: CheckedRatioFigures) -> str:
    if policy["spread"] is None:
        return "one draw"
    return f"{plain(policy['spread'])} / {plain(policy['spread_fitted'])}"


def like_rows(nested: IgnoranceFigures) -> list[tuple[str, str, str]]:
    """How many worlds, and draws, are like each situation of fixed values, as under ``LIKE_HEADS``."""
    worlds, draws = (nested["like"][of] for of in ("worlds", "draws"))
    named = [(name, worlds["like"][name], draws["like"][name]) for name in REGIONS]
    return [
        (name, of_words(some, worlds["draws"]), of_words(few, draws["draws"]))
        for name, some, few in (*named, ("none of these", worlds["none"], draws["none"]))
    ]


def share_with_limits(part: ComponentFigures) -> str:
    """A share of a variance with its 95% limits."""
    if part["share"] is None or part["share"] != part["share"]:
        return "unknown"
    share, low, high = (f"{part[name]:.0%}" for name in ("share", "low", "high"))
    return f"{share} ({low} to {high})"


def fitted_share(policy: CheckedRatioFigures) -> str:
    """In how many of the draws the fit says that a policy lowers."""
    share = policy["lowers_fitted"]
    return "{} ({} - {})".format(*(share_figure(share[name]) for name in ("estimate", "low", "high")))
