"""The answer of a study in three sentences: how often, what changes it, how far to trust it.

Made of ``figures.json`` and the manifest alone, so that no sentence says what a table does not; and
of the measure that decides, the first that the study estimates.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.measures import noun
from experiments.plan import policy_words
from experiments.wording import NO_INTERVAL, figure, many, number, signed, signed_span

_NAMED = 4  # policies that one sentence can hold

Figures = Mapping[str, Any]
Regret = Sequence[Mapping[str, Any]]


def answer(manifest: Mapping[str, Any], figures: Figures) -> tuple[str, str, str]:
    """Three sentences of plain text; at least one arm must have a run."""
    measure = manifest["estimate"][0]
    return (_how_often(manifest, figures, measure), _what_changes_it(figures, measure),
            _how_sure(figures, measure))  # fmt: skip


def _how_often(manifest: Mapping[str, Any], figures: Figures, measure: str) -> str:
    arms = [name for name in figures["rates"] if manifest["arms"][name]["policy"] is None]
    arms = arms or list(figures["rates"])
    rates = {name: figures["rates"][name][measure] for name in arms}
    what = f"{noun(measure)} a year"
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


def _ends(rates: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """The arms of the lowest and of the highest rate; the same one where all are alike."""
    low, high = (pick(rates, key=lambda name: rates[name]["estimate"]) for pick in (min, max))
    return low, high


def _rate(rate: Mapping[str, Any], what: str = "") -> str:
    told = f"{figure(rate['estimate'])} {what}".strip()
    return (f"{told} ({_between(rate)}, n = {number(rate['events'])} in "
            f"{many(rate['n'], 'year')})")  # fmt: skip


def _between(interval: Mapping[str, Any]) -> str:
    if interval["low"] is None:
        return NO_INTERVAL
    high = "no upper limit" if interval["high"] is None else figure(interval["high"])
    return f"95% interval {figure(interval['low'])} to {high}"


def _what_changes_it(figures: Figures, measure: str) -> str:
    compared = figures["comparisons"]
    if not compared:
        return _without_policies(figures, measure)
    found = {future: {policy: each["measures"][measure] for policy, each in policies.items()}
             for future, policies in compared.items()}  # fmt: skip
    if len(found) == 1:
        return _one_future(next(iter(found.values())))
    return _several_futures(found, figures["regret"], noun(measure))


def _without_policies(figures: Figures, measure: str) -> str:
    rates = {name: rates[measure] for name, rates in figures["rates"].items()}
    if len(rates) == 1:
        return "No policy was compared, so that nothing is said of what would change this."
    low, high = _ends(rates)
    if low == high:
        return f"No policy was compared, and all {many(len(rates), 'arm')} have the same rate."
    if None in (rates[low]["low"], rates[high]["low"]):
        return (f"No policy was compared, and the {many(len(rates), 'arm')}, without intervals of "
                "their own, are not ranked.")  # fmt: skip
    apart = rates[high]["low"] > (rates[low]["high"] or float("inf"))
    return (
        "No policy was compared; the intervals of the lowest and the highest of "
        f"{many(len(rates), 'arm')} {'do not overlap' if apart else 'overlap'}, and arms between "
        "them are not ranked."
    )


def _one_future(found: Mapping[str, Any]) -> str:
    words = [
        f"{verdict} with {_listed([_effect(name, found[name]) for name in names])}"
        for verdict in ("lower", "higher")
        if (names := _sorted(found, verdict))
    ]
    decided = f"the rate is {', and '.join(words)}" if words else "no effect on the rate is decided"
    return f"Of {many(len(found), 'policy')}: {decided}{_others(found)}."


def _others(found: Mapping[str, Any]) -> str:
    """How many are undecided, and how many the same as no policy, where there are any."""
    told = {"undecided": "undecided", "identical": "identical to no policy"}
    counts = {words: sum(each["verdict"] == verdict for each in found.values())
              for verdict, words in told.items()}  # fmt: skip
    some = [f"{n} {words}" for words, n in counts.items() if n]
    return f" ({', '.join(some)})" if some else ""


def _sorted(found: Mapping[str, Any], verdict: str) -> list[str]:
    names = [name for name, each in found.items() if each["verdict"] == verdict]
    return sorted(names, key=lambda name: -abs(found[name]["difference"]["estimate"]))


def _effect(name: str, found: Mapping[str, Any]) -> str:
    difference = found["difference"]
    return (f"{name} ({signed(difference['estimate'])} a year, interval {signed_span(difference)}, "
            f"n = {many(found['runs'], 'run')})")  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _several_futures(compared: Mapping[str, Any], regret: Regret | None, what: str) -> str:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for policies in compared.values():
        for policy, each in policies.items():
            found.setdefault(policy, []).append(each)
    told = [f"{verdict}: {_listed(names)}" for verdict in ("lower", "higher")
            if (names := _counted(found, verdict))]  # fmt: skip
    decided = "; ".join(told) or "no effect on the rate is decided"
    text = f"Of {many(len(found), 'policy')} over {many(len(compared), 'future')}: {decided}"
    if regret:
        best = min(regret, key=lambda each: each["regret"]["estimate"])
        least = best["regret"]
        text += (f"; least far from the best, at worst, is {policy_words(best['policy'])}, with a "
                 f"largest regret of {figure(least['estimate'])} {what} a year ("
                 f"{_between(least)})")  # fmt: skip
    return f"{text}."


def _counted(found: Mapping[str, Any], verdict: str) -> list[str]:
    """Policies by the number of futures in which they have this verdict, with their effects."""
    effects = {
        name: [one["difference"]["estimate"] for one in those if one["verdict"] == verdict]
        for name, those in found.items()
    }
    effects = {name: some for name, some in effects.items() if some}
    names = sorted(effects, key=lambda name: (-len(effects[name]), -abs(sum(effects[name]))))
    return [f"{name} ({_range(effects[name])} a year in {len(effects[name])} of "
            f"{many(len(found[name]), 'future')})" for name in names]  # fmt: skip


def _range(effects: Sequence[float]) -> str:
    low, high = signed(min(effects)), signed(max(effects))
    return low if low == high else f"{low} to {high}"


def _how_sure(figures: Figures, measure: str) -> str:
    family, runs = figures["family"], sum(figures["runs"].values())
    together = ""
    if figures["comparisons"]:
        looks = f" and {many(family['looks'], 'look')}" if family["looks"] else ""
        together = (f"all verdicts hold together at 95% over "
                    f"{many(family['comparisons'], 'comparison')}{looks}, and ")  # fmt: skip
    fewest = min(rates[measure]["effective_clusters"] for rates in figures["rates"].values())
    few = ", too few in the whole study to know the size of a burst: intervals may be too narrow"
    if fewest:
        seen = (f"in each of which the {noun(measure)} have at least "
                f"{many(fewest, 'effective cluster')}")  # fmt: skip
    else:
        any_ = any(rates[measure]["events"] for rates in figures["rates"].values())
        seen = f"{'not each' if any_ else 'none'} of which saw any {noun(measure)}"
    return (
        f"This rests on {many(runs, 'run')} of {many(len(figures['runs']), 'arm')}, {seen}"
        f"{few if figures['too_few_clusters'] else ''}; {together}it compares options inside a "
        "model of which most parameters are assumptions, and predicts nothing."
    )
