"""The answer of a study in three sentences: how often, what changes it, how far to trust it.

Made of ``figures.json`` and the manifest alone, so that no sentence says what a table does not.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.plan import policy_words
from experiments.tables import figure, many, signed

_NAMED = 4  # policies that one sentence can hold


def answer(manifest: Mapping[str, Any], figures: Mapping[str, Any]) -> tuple[str, str, str]:
    """Three sentences of plain text; at least one arm must have a run."""
    return _how_often(manifest, figures), _what_changes_it(figures), _how_sure(manifest, figures)


def _how_often(manifest: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    arms = [name for name in figures["rates"] if manifest["arms"][name]["policy"] is None]
    arms = arms or list(figures["rates"])
    rates = {name: figures["rates"][name]["clashes"] for name in arms}
    if len(arms) == 1:
        share = figures["any_clash"][arms[0]]
        return (
            f"In {arms[0]} the model has {_rate(rates[arms[0]])}; in a single run at least one "
            f"comes with probability {figure(share['estimate'])} (95% interval "
            f"{_between(share)}, n = {many(share['n'], 'world')})."
        )
    low, high = (pick(arms, key=lambda name: rates[name]["estimate"]) for pick in (min, max))
    return (
        f"Over {len(arms)} futures without a policy the rate goes from {_rate(rates[low])} in "
        f"{low} to {_rate(rates[high], brief=True)} in {high}."
    )


def _rate(rate: Mapping[str, Any], brief: bool = False) -> str:
    noun = "" if brief else " accidental clashes a year"
    return (f"{figure(rate['estimate'])}{noun} (95% interval {_between(rate)}, "
            f"n = {rate['events']:.0f} in {_years(rate['n'])})")  # fmt: skip


def _years(years: float) -> str:
    return f"{years:,.0f} years" if years >= 10 else f"{figure(years)} years"


def _between(interval: Mapping[str, Any]) -> str:
    high = "no upper limit" if interval["high"] is None else figure(interval["high"])
    return f"{figure(interval['low'])} to {high}"


def _what_changes_it(figures: Mapping[str, Any]) -> str:
    compared = figures["comparisons"]
    if not compared:
        return _without_policies(figures)
    if len(compared) == 1:
        return _one_future(next(iter(compared.values())))
    return _several_futures(compared, figures["regret"])


def _without_policies(figures: Mapping[str, Any]) -> str:
    rates = {name: rates["clashes"] for name, rates in figures["rates"].items()}
    if len(rates) == 1:
        return "No policy was compared, so that nothing is said of what would change this."
    low, high = (pick(rates, key=lambda name: rates[name]["estimate"]) for pick in (min, max))
    apart = rates[high]["low"] > (rates[low]["high"] or float("inf"))
    return (
        "No policy was compared; the intervals of the lowest and the highest of "
        f"{len(rates)} arms {'do not overlap' if apart else 'overlap'}, and arms between them are "
        "not ranked."
    )


def _one_future(policies: Mapping[str, Any]) -> str:
    found = {policy: each["measures"]["clashes"] for policy, each in policies.items()}
    words = [
        f"{verdict} with {_listed([_effect(name, found[name]) for name in names])}"
        for verdict in ("lower", "higher")
        if (names := _sorted(found, verdict))
    ]
    counts = {verdict: sum(each["verdict"] == verdict for each in found.values())
              for verdict in ("undecided", "identical")}  # fmt: skip
    open_ones = f"undecided {counts['undecided']}, identical to none {counts['identical']}"
    decided = f"the rate is {', and '.join(words)}" if words else "no effect on the rate is decided"
    noun = "policy" if len(found) == 1 else "policies"
    return f"Of {len(found)} {noun}: {decided} ({open_ones})."


def _sorted(found: Mapping[str, Any], verdict: str) -> list[str]:
    names = [name for name, each in found.items() if each["verdict"] == verdict]
    return sorted(names, key=lambda name: -abs(found[name]["difference"]["estimate"]))


def _effect(name: str, found: Mapping[str, Any]) -> str:
    difference = found["difference"]
    return (f"{name} ({signed(difference['estimate'])} a year, interval "
            f"{signed(difference['low'])} to {signed(difference['high'])}, "
            f"n = {found['runs']:,} runs)")  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _several_futures(
    compared: Mapping[str, Any], regret: Sequence[Mapping[str, Any]] | None
) -> str:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for policies in compared.values():
        for policy, each in policies.items():
            found.setdefault(policy, []).append(each["measures"]["clashes"])
    words = []
    for verdict in ("lower", "higher"):
        effects = {
            name: [one["difference"]["estimate"] for one in those if one["verdict"] == verdict]
            for name, those in found.items()
        }
        effects = {name: some for name, some in effects.items() if some}
        names = sorted(effects, key=lambda name: (-len(effects[name]), -abs(sum(effects[name]))))
        told = [f"{name} ({_range(effects[name])} a year in {len(effects[name])} of "
                f"{len(found[name])} futures)" for name in names]  # fmt: skip
        words.append(f"{verdict}: {_listed(told) if told else 'none'}")
    text = f"Of {len(found)} policies these are decided, {'; '.join(words)}"
    if regret:
        best = min(regret, key=lambda each: each["regret"]["estimate"])
        least, name = best["regret"], policy_words(best["policy"])
        text += (f"; least far from the best, at worst, is {name}, with a largest "
                 f"regret of {figure(least['estimate'])} clashes a year (95% interval "
                 f"{_between(least)})")  # fmt: skip
    return f"{text}."


def _range(effects: Sequence[float]) -> str:
    low, high = signed(min(effects)), signed(max(effects))
    return low if low == high else f"{low} to {high}"


def _how_sure(manifest: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    family, runs = figures["family"], sum(figures["runs"].values())
    together = ""
    if figures["comparisons"]:
        looks = f" and {family['looks']} looks" if family["looks"] else ""
        together = (f"all verdicts hold together at 95% over {family['comparisons']:,} "
                    f"comparisons{looks}, and ")  # fmt: skip
    fewest = min(rates["clashes"]["effective_clusters"] for rates in figures["rates"].values())
    few = ", too few in the whole study to know the size of a burst: intervals may be too narrow"
    arms = many(len(figures["runs"]), "arm")
    return (
        f"This rests on {many(runs, 'run')} of {arms}, in each of which the clashes have at least "
        f"{figure(fewest)} effective clusters{few if figures['too_few_clusters'] else ''}; "
        f"{together}it compares options inside a "
        "model of which most parameters are assumptions, and predicts nothing."
    )
