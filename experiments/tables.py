"""The table that ``dmz run`` prints."""

from typing import Any

from rich.console import Console

from experiments.console import Rows
from experiments.measures import CONDUCT, HEADLINE, LADDER
from experiments.statistics import FEWEST_WORLDS
from experiments.summary import AMBIGUITY
from experiments.wording import figure, many, number, span
from sim.scenario import Case

FEW = "too few clusters"


def print_summary(console: Console, title: str, case: Case, data: dict[str, Any]) -> None:
    """Print every figure of an arm."""
    console.print(f"\n{title}", style="bold")
    console.print(
        f"{many(data['runs'], 'run')} in {many(data['worlds'], 'world')}, "
        f"{many(data['exposed_years'], 'exposed year')} of {many(case.scenario.days, 'day')} from "
        f"{case.scenario.start}"
    )
    console.print(_rates(data))
    console.print(_shares(data))
    console.print(_ambiguity(data))
    for line in _sentences(data):
        console.print(line)


def _rates(data: dict[str, Any]) -> Rows:
    rows = Rows("figure", "n", "a year", "95% interval", words="")
    for section in (HEADLINE, LADDER, CONDUCT):
        for name, label in section.items():
            _add(rows, label.rstrip(), data["per_year"][name])
        rows.add()
    return rows


def _shares(data: dict[str, Any]) -> Rows | str:
    """The ladder per incident."""
    if not data["per_year"]["incidents"]["events"]:
        return "No incident, and so no shares of incidents.\n"
    rows = Rows("share of incidents", "n", "share", "95% interval", words="")
    labels = HEADLINE | LADDER | CONDUCT
    for name, share in data["per_incident"].items():
        if name != "incidents":
            _add(rows, labels[name].strip(), share)
    rows.add()
    return rows


def _add(rows: Rows, label: str, interval: dict[str, Any]) -> None:
    rows.add(label, number(interval["events"]), figure(interval["estimate"]), span(interval),
             FEW if interval.get("too_few_clusters") else "")  # fmt: skip


def _ambiguity(data: dict[str, Any]) -> Rows:
    rows = Rows("measured ambiguity, mean over the run", "mean", "5-95% of worlds")
    for name, (label, unit) in AMBIGUITY.items():
        values = data["ambiguity"][name]
        spread = span(values) if data["worlds"] >= FEWEST_WORLDS else "one world"
        rows.add(f"{label}, {unit}", figure(values["mean"]), spread)
    rows.add()
    return rows


def _sentences(data: dict[str, Any]) -> list[str]:
    deepest, first = data["deepest_unanswered_m"], data["first_clash"]
    any_clash, feedback = data["any_clash_in_a_run"], data["feedback"]
    lines = [
        f"Deepest crossing nobody responded to: {deepest['north']:.0f} m (north's units), "
        f"{deepest['south']:.0f} m (south's units).",
        f"Time to the first clash: seen by {many(first['runs_with_clash'], 'run')}, "
        f"cut off without in {number(first['runs_cut_off'])}; free of clashes after "
        f"{many(first['days'], 'day')}: {figure(first['free_at_end'])} ({span(first)})"
        + (f"; half by day {first['median_day']:.0f}." if first["median_day"] else "."),
        f"Any clash in a run (first luck of each world): {figure(any_clash['estimate'])} "
        f"({span(any_clash)}), n = {many(any_clash['n'], 'world')}.",
        f"Runs ended at a rung: {number(data['ended_runs'])} of {number(data['runs'])}.",
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
        lines.append(f"Weight of the intervals: pilot of {pilot['scenario']}, "
                     f"{many(pilot['runs'], 'run')}{same}.")  # fmt: skip
    return lines


def _by(data: dict[str, Any], key: str) -> str:
    counts = data["clashes_by"][key]
    told = [f"{name} {number(entry['clashes'])}" for name, entry in counts.items()]
    return f"Clashes by {key}: {', '.join(told) or 'none'}."


def _between(data: dict[str, Any]) -> list[str]:
    names = {"recorded_by_south": "recorded crossings", "clashes": "clashes"}
    return [
        f"Share of the variance of a year's {names[name]} between worlds: "
        f"{figure(share['estimate'])} ({span(share)})."
        for name, share in data["variance_between_worlds"].items()
        if share and share["estimate"] is not None
    ]
