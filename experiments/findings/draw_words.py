"""What holds over the draws of a posterior, in words and as the cells of a table."""

from collections.abc import Callable, Mapping, Sequence

from experiments.design.plan import policy_words
from experiments.findings.by_draw import Share
from experiments.findings.over_draws import FAR, OverDraws, PolicyOverDraws, Spread
from experiments.wording import Ratio, capital, figure, limits, many, ratio_figure, share_figure

NEARLY_ALL, MOST = 0.95, 0.5  # of draws
HEADS = (
    "a year, median (5-95%)",
    "ratio, median (5-95%)",
    "lowers in (95% interval)",
    "best in",
    f"within {FAR:g} times the best in",
)
UNDECIDED = "neither"  # lower nor higher, for all that is known
UNCHANGED = "unchanged"
_ROUNDING = 1e-9
_NAMED = 4  # policies that one sentence can hold


def about(found: OverDraws) -> str:
    """On how many draws all this rests, and how far shares of them can be trusted."""
    rough = "; shares of so few are rough" if found["few"] else ""
    return f"Over {many(found['draws'], 'draw')} of its posterior, each in a world of its own{rough}."


def alone(found: OverDraws) -> str:
    """What is expected without anything to compare it with."""
    a_year = spread_words(found["per_year"][0], figure)
    return f"{about(found)} Expected accidental clashes a year, median (5-95% of draws): {a_year}."


def likeness(found: OverDraws) -> str:
    """How many of the draws are like the situations of fixed values, which are stress tests beside them."""
    draws = found["like"]["draws"]
    if not draws:
        return ""
    told = ", ".join(f"{name} {of_words(like, draws)}" for name, like in found["like"]["like"].items())
    none = of_words(found["like"]["none"], draws)
    return f"Draws like the situations of fixed values, by the world of each: {told}; like none {none}."


def of_words(some: int, draws: int) -> str:
    """How many of all are so, with their share; "none of N" included."""
    return f"{share_figure(some / draws)} ({some:,} of {draws:,})" if some else f"none of {draws:,}"


def draws_rows(found: OverDraws) -> list[list[str]]:
    """Every option, no policy first, then by the ratio: its name and what ``HEADS`` name."""
    spreads = dict(zip(found["options"], found["per_year"], strict=True))
    order: list[str | None] = [each for each in found["options"] if each not in found["policies"]]
    order += in_order(found)
    return [_cells(option, spreads[option], found["policies"].get(option or "")) for option in order]


def in_order(found: OverDraws) -> list[str]:
    """Policies, that which lowers most first."""
    return sorted(found["policies"], key=lambda name: found["policies"][name]["ratio"]["median"])


def _cells(option: str | None, a_year: Spread, policy: PolicyOverDraws | None) -> list[str]:
    told = [policy_words(option), spread_words(a_year, figure)]
    if policy is None:
        return [*told, *["-"] * (len(HEADS) - 1)]
    shares = [share_figure(policy[name]) for name in ("best", "near_best")]
    return [*told, spread_words(policy["ratio"], ratio_figure), lowers_words(policy), *shares]


def spread_words(found: Spread, words: Callable[[float], str]) -> str:
    """A middle, and 5 to 95%."""
    return f"{words(found['median'])} ({words(found['low'])} - {words(found['high'])})"


def lowers_words(policy: PolicyOverDraws) -> str:
    """The share of draws in which a policy lowers clashes, if it changes them in any."""
    return UNCHANGED if is_unchanged(policy["unchanged"]) else share_words(policy["lowers"])


def share_words(found: Share) -> str:
    """A share of draws with its interval."""
    estimate, low, high = (share_figure(found[name]) for name in ("estimate", "low", "high"))
    return f"{estimate} ({low} - {high})"


# -- in sentences ---------------------------------------------------------------------------------


def how_often(over_draws: Mapping[str, OverDraws], any_clash: Mapping[str, Ratio]) -> str:
    """How many clashes are expected a year without a policy, in the middle of the draws and around it; and
    how likely any is in a run, by future.
    """
    told = []
    for future, found in over_draws.items():
        middle, low, high = (figure(found["per_year"][0][end]) for end in ("median", "low", "high"))
        text = f"in {future} {middle} over {many(found['draws'], 'draw')} (5-95% of draws {low} to {high})"
        if share := any_clash.get(future):
            text += f"; at least one in a run with probability {figure(share['estimate'])} ({limits(share)})"
        told.append(text)
    return f"Expected accidental clashes a year, the median: {'; '.join(told[:_NAMED])}{_more(told)}."


def what_changes_it(over_draws: Mapping[str, OverDraws]) -> str:
    """Which policies lower clashes in nearly all draws, or in most, and which raise them so."""
    told = []
    for future, found in over_draws.items():
        policies = found["policies"]
        if policies:
            kinds = {kind: list[str]() for kind in KINDS}
            for name in in_order(found):
                kinds[kind_of(policies[name]["lowers"], policies[name]["unchanged"])].append(name)
            words = [
                f"{verb} clashes in {much} draws: {_listed(policies, kinds[kind])}"
                for kind, (verb, much) in KINDS.items()
                if kinds[kind] and verb
            ]
            none = "none lowers or raises clashes in most draws for sure"
            where = f" in {future}" if len(over_draws) > 1 else ""
            told.append(f"of {many(len(policies), 'policy')}{where}: {'; '.join(words) or none}")
    if not told:
        return "No policy was compared, so that nothing is said of what would change this."
    return f"{capital('; '.join(told))}."


KINDS = {
    "lower": ("lowers", "nearly all"),
    "mostly lower": ("lowers", "most"),
    UNDECIDED: ("", ""),
    "mostly higher": ("raises", "most"),
    "higher": ("raises", "nearly all"),
    UNCHANGED: ("changes", "no"),
}


def is_unchanged(share: float) -> bool:
    """Whether a share of draws that are unchanged is all of them."""
    return share > 1.0 - _ROUNDING


def kind_of(lowers: Share, unchanged: float) -> str:
    """By the whole interval of the share of draws in which it lowers, and of that in which it raises."""
    if is_unchanged(unchanged):
        return UNCHANGED
    if lowers["low"] > MOST:
        return "lower" if lowers["low"] >= NEARLY_ALL else "mostly lower"
    raises = 1.0 - unchanged - lowers["high"]
    if raises > MOST:
        return "higher" if raises >= NEARLY_ALL - _ROUNDING else "mostly higher"
    return UNDECIDED


def _listed(policies: Mapping[str, PolicyOverDraws], names: Sequence[str]) -> str:
    told = [f"{name} (median ratio {ratio_figure(policies[name]['ratio']['median'])})" for name in names]
    return ", ".join(told[:_NAMED]) + _more(told)


def _more(told: Sequence[str]) -> str:
    return f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
