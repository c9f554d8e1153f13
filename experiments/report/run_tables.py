"""The table that ``dmz run`` prints."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from experiments.findings.summary import AMBIGUITY, ArmFigures
from experiments.measures import CHANCES, CLASHES, CLONED, CONDUCT, HAPPENED, LADDER
from experiments.report.rows import Rows
from experiments.statistics.intervals import FEWEST_WORLDS
from experiments.wording import Rate, Ratio, figure, many, number, span
from sim.scenario.loading import Case


def summary_parts(title: str, case: Case, data: ArmFigures) -> Iterator[RenderableType]:
    """Every figure of an arm, to be printed one after the other."""
    yield Text(f"\n{title}", style="bold")
    yield (
        f"{many(data['runs'], 'run')} in {many(data['worlds'], 'world')}, "
        f"{many(data['exposed_years'], 'exposed year')} of {many(case.scenario.days, 'day')} from "
        f"{case.scenario.start}"
    )
    yield _rates(data)
    yield _shares(data)
    yield _ambiguity(data)
    yield from sentences(data)


def _rates(data: ArmFigures) -> Rows:
    rows = Rows("figure", "n", "a year", "95% interval")
    for section in (CLASHES, LADDER, HAPPENED, CHANCES, CLONED, CONDUCT):
        played = [name for name in section if name in data["per_year"]]
        for name in played:
            _add(rows, section[name].rstrip(), data["per_year"][name])
        if played:
            rows.add()
    return rows


def _shares(data: ArmFigures) -> Rows | str:
    """The ladder per incident."""
    if not data["per_year"]["incidents"]["events"]:
        return "No incident, and so no shares of incidents.\n"
    rows = Rows("share of incidents", "n", "share", "95% interval")
    labels = CLASHES | LADDER | HAPPENED | CONDUCT
    for name, share in data["per_incident"].items():
        if name != "incidents":
            _add(rows, labels[name].strip(), share)
    rows.add()
    return rows


def _add(rows: Rows, label: str, interval: Rate | Ratio) -> None:
    rows.add(label, number(interval["events"]), figure(interval["estimate"]), span(interval))


def _ambiguity(data: ArmFigures) -> Rows:
    rows = Rows("measured ambiguity, mean over the run", "mean", "5-95% of worlds")
    for name, (label, unit) in AMBIGUITY.items():
        values = data["ambiguity"][name]
        spread = span(values) if data["worlds"] >= FEWEST_WORLDS else "one world"
        rows.add(f"{label}, {unit}", figure(values["mean"]), spread)
    rows.add()
    return rows


def sentences(data: ArmFigures) -> list[str]:
    """What is no row of a table, a sentence each."""
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
        + (f"; above {figure(feedback['limit'])}, rates may run away." if feedback["warning"] else ".")
    )
    pilot = data["pilot"]
    if pilot:
        same = "" if pilot["same_content"] else " (not exactly this case)"
        lines.append(
            f"Weight of the intervals: pilot of {pilot['scenario']}, {many(pilot['runs'], 'run')}{same}."
        )
    return lines


def _by(data: ArmFigures, key: str) -> str:
    counts = data["clashes_by"][key]
    told = [f"{name.replace('_', ' ')} {number(entry['clashes'])}" for name, entry in counts.items()]
    return f"Clashes by {key}: {', '.join(told) or 'none'}."


def _between(data: ArmFigures) -> list[str]:
    names = {
        "recorded_by_south": "recorded crossings",
        "clashes": "clashes",
        "expected_clashes": "expected clashes",
    }
    where = "between worlds and their draws" if data["drawn"] else "between worlds"
    return [
        f"Share of the variance of a year's {names[name]} {where}: {figure(share['estimate'])} "
        f"({span(share)}); {figure(1.0 - share['estimate'])} is luck."
        for name, share in data["variance_between_worlds"].items()
        if share and share["estimate"] is not None
    ]
