"""The answer of a study in three sentences: how often, what changes it, how far to trust it.

Made of ``figures.json`` and the manifest alone, so that no sentence says what a table does not; and
of the measure that decides, the first that the study estimates; a rate by itself is of what was counted.
"""

from collections.abc import Mapping, Sequence

from experiments.design.manifest_file import Manifest
from experiments.design.plan import policy_words
from experiments.findings.alike import firsts
from experiments.findings.best import Best
from experiments.findings.draw_words import how_often, what_changes_it
from experiments.findings.figures_file import Figures, Measured, RegretFound
from experiments.measures import counted_of, noun
from experiments.report.notes import short_runs
from experiments.wording import NO_INTERVAL, Ends, Rate, figure, many, number, signed, signed_span

_NAMED = 4  # policies that one sentence can hold

Found = Mapping[str, Measured]  # by policy, in one future


def answer(manifest: Manifest, figures: Figures) -> tuple[str, str, str]:
    """Three sentences of plain text; at least one arm must have a run."""
    measure = manifest["estimate"][0]
    if draws := figures["over_draws"]:
        arms = manifest["arms"]
        bare = [name for name in figures["any_clash"] if arms[name]["policy"] is None or len(arms) == 1]
        any_clash = {arms[name]["future"]: figures["any_clash"][name] for name in bare}
        return how_often(draws, any_clash), what_changes_it(draws), _how_far(figures)
    return (
        _how_often(manifest, figures, counted_of(measure)),
        _what_changes_it(figures, measure),
        _how_sure(figures, measure),
    )


def _how_often(manifest: Manifest, figures: Figures, measure: str) -> str:
    arms = [name for name in figures["rates"] if manifest["arms"][name]["policy"] is None]
    arms = _distinct(manifest, figures, arms) or list(figures["rates"])
    rates = {name: figures["rates"][name][measure] for name in arms}
    what = f"{noun(measure)} a year"
    if short := short_runs(figures):
        what += f", from {short}"
    if len(arms) == 1:
        share = figures["any_clash"][arms[0]]
        any_ = "at least one" if measure == "clashes" else "at least one accidental clash"
        return (
            f"In {arms[0]} the model has {_rate(rates[arms[0]], what)}; in a single run {any_} "
            f"comes with probability {figure(share['estimate'])} ("
            f"{_between(share)}, n = {many(share['n'], 'world')})."
        )
    low, high = _ends(rates)
    if low == high:
        return (
            f"In each of {many(len(arms), 'future')} without a policy the model has "
            f"{figure(rates[low]['estimate'])} {what} ({_between(rates[low])} in {low})."
        )
    return (
        f"Over {many(len(arms), 'future')} without a policy the rate goes from "
        f"{_rate(rates[low], what)} in {low} to {_rate(rates[high])} in {high}."
    )


def _distinct(manifest: Manifest, figures: Figures, arms: Sequence[str]) -> list[str]:
    """The arms without a policy whose cells are not that of an arm before them."""
    futures = {name: manifest["arms"][name].get("future", name) for name in arms}
    first = firsts(figures["alike"])
    return [name for name in arms if first.get((None, futures[name]), futures[name]) == futures[name]]


def _ends(rates: Mapping[str, Rate]) -> tuple[str, str]:
    """The arms of the lowest and of the highest rate; the same one where all are alike."""
    low, high = (pick(rates, key=lambda name: rates[name]["estimate"]) for pick in (min, max))
    return low, high


def _rate(rate: Rate, what: str = "") -> str:
    told = f"{figure(rate['estimate'])} {what}".strip()
    return f"{told} ({_between(rate)}, n = {number(rate['events'])} in {many(rate['n'], 'year')})"


def _between(interval: Ends) -> str:
    if interval["low"] is None:
        return NO_INTERVAL
    high = "no upper limit" if interval["high"] is None else figure(interval["high"])
    few = ", on under 10 effective clusters" if interval.get("too_few_clusters") else ""
    return f"95% interval {figure(interval['low'])} to {high}{few}"


def _what_changes_it(figures: Figures, measure: str) -> str:
    compared = figures["comparisons"]
    if not compared:
        return _without_policies(figures, counted_of(measure))
    found = {
        future: {policy: each["measures"][measure] for policy, each in policies.items()}
        for future, policies in compared.items()
    }
    if len(found) == 1:
        one = _one_future(next(iter(found.values())), noun(measure))
        return f"{one}{_best_of_one(figures['best'])}."
    told = f"{_several_futures(figures, found, noun(measure))}{_best_of_several(figures['best'])}"
    return f"{told}{_least_regret(figures['regret'], noun(measure))}."


def _without_policies(figures: Figures, measure: str) -> str:
    rates = {name: rates[measure] for name, rates in figures["rates"].items()}
    if len(rates) == 1:
        return "No policy was compared, so that nothing is said of what would change this."
    low, high = _ends(rates)
    if low == high:
        return f"No policy was compared, and all {many(len(rates), 'arm')} have the same rate."
    floor, roof = rates[high]["low"], rates[low]["high"]
    if rates[low]["low"] is None or floor is None:
        return (
            f"No policy was compared, and the {many(len(rates), 'arm')}, without intervals of "
            "their own, are not ranked."
        )
    apart = floor > (roof or float("inf"))
    return (
        "No policy was compared; the intervals of the lowest and the highest of "
        f"{many(len(rates), 'arm')} {'do not overlap' if apart else 'overlap'}, and arms between "
        "them are not ranked."
    )


def _one_future(found: Found, what: str) -> str:
    words = [
        f"{verdict} with {_listed([_effect(name, found[name]) for name in names])}"
        for verdict in ("lower", "higher")
        if (names := _sorted(found, verdict))
    ]
    rate = f"the rate of {what}"
    decided = f"{rate} is {', and '.join(words)}" if words else f"no effect on {rate} is decided"
    return f"Of {many(len(found), 'policy')}: {decided}{_others(found)}"


def _others(found: Found) -> str:
    """How many are undecided, and how many the same as no policy, where there are any."""
    told = {"undecided": "undecided", "identical": "identical to no policy"}
    counts = {
        words: sum(each["verdict"] == verdict for each in found.values()) for verdict, words in told.items()
    }
    some = [f"{n} {words}" for words, n in counts.items() if n]
    return f" ({', '.join(some)})" if some else ""


def _sorted(found: Found, verdict: str) -> list[str]:
    names = [name for name, each in found.items() if each["verdict"] == verdict]
    return sorted(names, key=lambda name: -abs(found[name]["difference"]["estimate"]))


def _effect(name: str, found: Measured) -> str:
    difference = found["difference"]
    return (
        f"{name} ({signed(difference['estimate'])} a year, interval {signed_span(difference)}, "
        f"n = {many(found['runs'], 'run')})"
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _several_futures(figures: Figures, compared: Mapping[str, Found], what: str) -> str:
    """Cells that are identical to the bit are one confirmation, and count once."""
    found, first = dict[str, list[Measured]](), firsts(figures["alike"])
    for future, policies in compared.items():
        for policy, each in policies.items():
            found.setdefault(policy, [])
            if first.get((policy, future), future) == future:
                found[policy].append(each)
    told = [
        f"{verdict} with {_listed(names)}"
        for verdict in ("lower", "higher")
        if (names := _counted(found, verdict))
    ]
    rate = f"the rate of {what}"
    decided = f"{rate} is {'; '.join(told)}" if told else f"no effect on {rate} is decided"
    once = " (those identical to the bit count once)" if figures["alike"] else ""
    return f"Of {many(len(found), 'policy')} over {many(len(compared), 'future')}{once}: {decided}"


def _best_of_one(best: Mapping[str, Best]) -> str:
    """Best is said only if the paired interval against the next excludes 0."""
    if not best:
        return ""
    (found,) = best.values()
    lowest, following = (policy_words(found[key]) for key in ("policy", "next"))
    if not found["decided"]:
        return f"; which is best is undecided, {lowest} and {following} are not told apart"
    gap = found["difference"]
    return (
        f"; best is {lowest}, against {following} as the next ({signed(gap['estimate'])} a year, interval "
        f"{signed_span(gap)})"
    )


def _best_of_several(best: Mapping[str, Best]) -> str:
    decided = [policy_words(found["policy"]) for found in best.values() if found["decided"]]
    if not decided:
        return "; in no future is it decided which is best"
    told = [f"{name} in {decided.count(name)}" for name in dict.fromkeys(decided)]
    return f"; best, of {many(len(best), 'future')}: {_listed(told)}"


def _least_regret(regret: Sequence[RegretFound] | None, what: str) -> str:
    if not regret:
        return ""
    found = min(regret, key=lambda each: each["regret"]["estimate"])
    least = found["regret"]
    return (
        f"; at worst, {policy_words(found['policy'])} is nearest to the lowest rate of each future, with a "
        f"largest regret of {figure(least['estimate'])} {what} a year ({_between(least)})"
    )


def _counted(found: Mapping[str, Sequence[Measured]], verdict: str) -> list[str]:
    """Policies by the number of futures in which they have this verdict, with their effects."""
    effects = {
        name: [one["difference"]["estimate"] for one in those if one["verdict"] == verdict]
        for name, those in found.items()
    }
    effects = {name: some for name, some in effects.items() if some}
    names = sorted(effects, key=lambda name: (-len(effects[name]), -abs(sum(effects[name]))))
    return [
        f"{name} ({_range(effects[name])} a year in {len(effects[name])} of "
        f"{many(len(found[name]), 'future')})"
        for name in names
    ]


def _range(effects: Sequence[float]) -> str:
    low, high = signed(min(effects)), signed(max(effects))
    return low if low == high else f"{low} to {high}"


def _how_far(figures: Figures) -> str:
    """What spreads over draws, and what does not."""
    return (
        f"This rests on {many(sum(figures['runs'].values()), 'run')} of {many(len(figures['runs']), 'arm')}, "
        "each world under a draw of what the record leaves open; it compares options inside a model whose "
        "other parameters are fixed and whose mechanisms may be wrong, and predicts nothing."
    )


def _how_sure(figures: Figures, measure: str) -> str:
    family, runs = figures["family"], sum(figures["runs"].values())
    together = ""
    if figures["comparisons"]:
        interim = f" and {many(family['interim'], 'interim analysis')}" if family["interim"] else ""
        over = f"{many(family['comparisons'], 'comparison')}{interim}"
        together = f"all verdicts hold together at 95% over {over}, and "
    fewest = min(rates[measure]["effective_clusters"] for rates in figures["rates"].values())
    few = ", too few in the whole study to know the size of a burst: intervals may be too narrow"
    if fewest:
        seen = f"in each of which the {noun(measure)} have at least {many(fewest, 'effective cluster')}"
    else:
        any_ = any(rates[measure]["events"] for rates in figures["rates"].values())
        seen = f"{'not each' if any_ else 'none'} of which saw any {noun(measure)}"
    return (
        f"This rests on {many(runs, 'run')} of {many(len(figures['runs']), 'arm')}, {seen}"
        f"{few if figures['too_few_clusters'] else ''}; {together}it compares options inside a "
        "model of which most parameters are assumptions, and predicts nothing."
    )
