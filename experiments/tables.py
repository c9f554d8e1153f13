"""The table that ``dmz run`` prints."""

import math
from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.measures import CONDUCT, HEADLINE, LADDER
from experiments.summary import AMBIGUITY
from sim.scenario import Case

FEW = "too few clusters"


def figure(value: float | None) -> str:
    """Two significant digits at least, without an exponent; a dash for nothing."""
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 10:
        return f"{value:.0f}"
    return f"{value:.{max(1, 1 - math.floor(math.log10(abs(value))))}f}"


def many(n: float, noun: str) -> str:
    """A number of things."""
    return f"{n:,.0f} {noun}{'' if n == 1 else 's'}"


def signed(value: float | None) -> str:
    """A difference, with its sign unless it is 0 as shown."""
    if value is None:
        return "-"
    text = figure(abs(value))
    sign = "-" if value < 0 else "+"
    return "0" if float(text.replace(",", "")) == 0 else sign + text


def ratio_figure(value: float | None) -> str:
    """Two places, and more where they would make 1 of what is not 1."""
    if value is None or not 0.1 <= value < 10:
        return figure(value)
    places = 2
    if value != 1.0 and abs(value - 1.0) < 0.005:
        places = min(6, -math.floor(math.log10(abs(value - 1.0))))
    return f"{value:.{places}f}"


def share_figure(value: float | None) -> str:
    """A share in percent, in which only 1 is shown as 100%."""
    if value is None:
        return "-"
    text = f"{value:.0%}"
    return ">99%" if text == "100%" and value < 1.0 else text


def ratio_span(interval: dict[str, Any]) -> str:
    """Both ends of a ratio's interval."""
    return f"{ratio_figure(interval['low'])} - {ratio_figure(interval['high'])}"


def span(interval: dict[str, Any]) -> str:
    """Both ends of an interval."""
    return f"{figure(interval['low'])} - {figure(interval['high'])}"


def print_summary(console: Console, title: str, case: Case, data: dict[str, Any]) -> None:
    """Print every figure of an arm."""
    console.print(f"\n{title}", style="bold", markup=False)
    console.print(
        f"{data['runs']} runs in {data['worlds']} worlds, {data['exposed_years']:.1f} exposed years"
        f" of {case.scenario.days} days from {case.scenario.start}"
    )
    console.print(_rates(data))
    console.print(_shares(data))
    console.print(_ambiguity(data))
    for line in _sentences(data):
        console.print(line)


def _rates(data: dict[str, Any]) -> Table:
    table = _table("figure", "n", "a year", "95% interval")
    table.add_column("", no_wrap=True)
    for section in (HEADLINE, LADDER, CONDUCT):
        for name, label in section.items():
            rate = data["per_year"][name]
            table.add_row(label.rstrip(), f"{rate['events']:.0f}", figure(rate["estimate"]),
                          span(rate), FEW if rate.get("too_few_clusters") else "")  # fmt: skip
        table.add_row()
    return table


def _shares(data: dict[str, Any]) -> Table:
    """The ladder per incident."""
    table = _table("share of incidents", "n", "share", "95% interval")
    table.add_column("", no_wrap=True)
    labels = HEADLINE | LADDER | CONDUCT
    for name, share in data["per_incident"].items():
        if name != "incidents":
            table.add_row(labels[name].strip(), f"{share['events']:.0f}", figure(share["estimate"]),
                          span(share), FEW if share.get("too_few_clusters") else "")  # fmt: skip
    table.add_row()
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column(first, no_wrap=True, min_width=31)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _ambiguity(data: dict[str, Any]) -> Table:
    table = _table("measured ambiguity, mean over the run", "mean", "5-95% of worlds")
    for name, (label, unit) in AMBIGUITY.items():
        values = data["ambiguity"][name]
        table.add_row(f"{label}, {unit}", figure(values["mean"]), span(values))
    table.add_row()
    return table


def _sentences(data: dict[str, Any]) -> list[str]:
    deepest, first = data["deepest_unanswered_m"], data["first_clash"]
    any_clash, feedback = data["any_clash_in_a_run"], data["feedback"]
    lines = [
        f"Deepest crossing nobody responded to: {deepest['north']:.0f} m (north's units), "
        f"{deepest['south']:.0f} m (south's units).",
        f"Time to the first clash: {first['runs_with_clash']} runs saw one, "
        f"{first['runs_cut_off']} were cut off without; free of clashes after "
        f"{first['days']:.0f} days: {figure(first['free_at_end'])} ({span(first)})"
        + (f"; half by day {first['median_day']:.0f}." if first["median_day"] else "."),
        f"Any clash in a run (first luck of each world): {figure(any_clash['estimate'])} "
        f"({span(any_clash)}), n = {any_clash['n']:.0f}.",
        f"Runs ended at a rung: {data['ended_runs']} of {data['runs']}.",
    ]
    lines += [_by(data, key) for key in ("trigger", "cause", "county")]
    lines += _between(data)
    lines.append(
        f"Tension feedback k + n: {figure(feedback['k_plus_n'])} ({span(feedback)})"
        + ("; above 0.8, rates may run away." if feedback["warning"] else ".")
    )
    pilot = data["pilot"]
    if pilot:
        same = "" if pilot["same_content"] else " (not exactly this case)"
        lines.append(f"Weight of the intervals: pilot of {pilot['scenario']}, {pilot['runs']} "
                     f"runs{same}.")  # fmt: skip
    return lines


def _by(data: dict[str, Any], key: str) -> str:
    counts = data["clashes_by"][key]
    text = ", ".join(f"{name} {entry['clashes']}" for name, entry in counts.items()) or "none"
    return f"Clashes by {key}: {text}."


def _between(data: dict[str, Any]) -> list[str]:
    names = {"recorded_by_south": "recorded crossings", "clashes": "clashes"}
    return [
        f"Share of the variance of a year's {names[name]} between worlds: "
        f"{figure(share['estimate'])} ({span(share)})."
        for name, share in data["variance_between_worlds"].items()
        if share
    ]
