"""``dmz compare``: a baseline and policies on the same worlds and lucks, and a verdict for each."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import sim
from experiments.batch import Batch, run_batch
from experiments.judging import (
    FAMILY,
    YEAR,
    Audit,
    Comparison,
    audit,
    compare,
    family_level,
    pooled,
)
from experiments.playing import LUCKS, WorkersLost, compile_once
from experiments.statistics import FEWEST_CLUSTERS
from experiments.store import incident_table, new_folder, run_table, write_arms, write_json
from experiments.summary import LADDER, interval, with_totals
from experiments.tables import figure, span
from sim.agents.loading import load_agents
from sim.case import Case
from sim.documents import BadInput, Mark, Problem
from sim.library import shipped_folder
from sim.scenario import load_case

BASELINE = "baseline"
_COSTS = {"unanswered_north": "north's crossings nobody responded to",
          "unanswered_south": "south's crossings nobody responded to"}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """The options of ``dmz compare``."""

    scenario: str
    policies: tuple[str, ...]
    stacked: tuple[str, ...] = ()
    runs: int = 100
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = ()
    workers: int | None = None
    out: Path | None = None
    json: bool = False
    allow_code: bool = False


@dataclass(frozen=True)
class Judgement:
    """All that is said of one policy."""

    policy: str
    comparisons: dict[str, Comparison]
    audit: Audit
    costs: dict[str, float]


def run(request: Request) -> int:
    """Do what was asked; returns the exit code."""
    talk = Console(stderr=True, highlight=False)
    try:
        arms = _arms(request)
        agents = {name: load_agents(case, request.allow_code) for name, case in arms.items()}
        folder = new_folder(request.out, f"compare-{arms[BASELINE].scenario.name}")
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    compile_once(talk.print)
    try:
        batches = _played(request, arms, agents, talk)
    except WorkersLost as lost:
        talk.print(f"stopped: {lost}; nothing was written", soft_wrap=True)
        return 1
    if batches is None:
        talk.print("interrupted; nothing was written")
        return 130
    tables = {name: _tables(batch) for name, batch in batches.items()}
    judgements = judged(tables)
    _save(request, folder, arms, batches, judgements)
    _show(request, arms[BASELINE], tables, judgements, folder)
    failed = sum(len(batch.failures) for batch in batches.values())
    if failed:
        talk.print(f"{failed} runs failed and are left out of every figure (failures.json)")
    return 3 if failed else 0


def _arms(request: Request) -> dict[str, Case]:
    """The baseline and the arms by name; raises ``BadInput`` with everything wrong."""
    files = [(file,) for each in request.policies for file in _files(each)]
    files += [request.stacked] if request.stacked else []
    arms, problems = {}, []
    for policies in [(), *files]:
        try:
            case = load_case(request.scenario, policies, request.assignments, request.days)
        except BadInput as bad:
            problems += bad.problems
            continue
        name = case.policy_name if policies else BASELINE
        if name in arms:
            problems.append(_refused(f"another arm is named {name!r}", " + ".join(policies)))
        arms[name] = case
    if len(arms) < 2 and not problems:
        problems.append(_refused("no policy to compare", "none"))
    if problems:
        raise BadInput(problems)
    return arms


def _refused(message: str, found: str) -> Problem:
    allowed = "policy files, folders of them, shipped names, each with a name of its own"
    return Problem(Mark("--policies", 0, 0), "", found, allowed, None, message)


def _files(path: str) -> list[str]:
    """The policy files of a folder, or the file or shipped name itself; ``shipped`` means all."""
    folder = shipped_folder("policies") if path == "shipped" else Path(path)
    if folder.is_dir():
        return [str(file) for file in sorted(folder.glob("*.yaml"))]
    return [path]


def _played(
    request: Request, arms: dict[str, Case], agents: dict[str, dict], talk: Console
) -> dict[str, Batch] | None:
    """The batch of each arm; None if interrupted."""
    workers = min(request.workers or os.cpu_count() or 1, max(1, request.runs // 2))
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"),
        TimeRemainingColumn(), TextColumn("left, now {task.fields[arm]}"),
    )  # fmt: skip
    batches = {}
    with Progress(*columns, console=talk, disable=not talk.is_terminal) as progress:
        total = request.runs * len(arms)
        task = progress.add_task("compare", total=total, arm="")
        for name, case in arms.items():
            progress.update(task, arm=name)
            batches[name] = run_batch(
                case, request.runs, seed=request.seed, workers=workers, agents=agents[name],
                done=lambda _: progress.advance(task),
            )  # fmt: skip
            if batches[name].interrupted:
                return None
    return batches


def _tables(batch: Batch) -> tuple[pd.DataFrame, pd.DataFrame]:
    return with_totals(batch.run_rows()), incident_table(batch.incident_rows()).to_pandas()


def judged(tables: dict[str, tuple[pd.DataFrame, pd.DataFrame]]) -> list[Judgement]:
    """Every policy against the baseline, those that lower the headline most first."""
    baseline = tables[BASELINE]
    policies = [name for name in tables if name != BASELINE]
    level = family_level(len(policies) * len(FAMILY))
    measures = {**dict.fromkeys(FAMILY, level), **dict.fromkeys(LADDER, 0.95)}
    pilots = {name: pooled((runs for runs, _ in tables.values()), name) for name in measures}
    found = []
    for policy in policies:
        seen = audit(tables[policy], baseline)
        runs = tables[policy][0]
        comparisons = {
            name: compare(runs, baseline[0], name, pilots[name], at, seen.never_bound)
            for name, at in measures.items()
        }
        found.append(Judgement(policy, comparisons, seen, _costs(runs, baseline[0])))
    return sorted(found, key=lambda each: (each.comparisons["clashes"].difference.estimate,
                                           each.policy))  # fmt: skip


def _costs(runs: pd.DataFrame, baseline: pd.DataFrame) -> dict[str, float]:
    """What a policy costs beside the baseline, a year of one run each."""
    years, base_years = runs["days"].sum() / YEAR, baseline["days"].sum() / YEAR
    costs = {name: runs[name].sum() / years - baseline[name].sum() / base_years for name in _COSTS}
    for side in ("north", "south"):
        done = [table[f"workdays_{side}"].sum() - table[f"workdays_lost_{side}"].sum()
                for table in (runs, baseline)]  # fmt: skip
        costs[f"workdays_lost_{side}"] = done[1] / base_years - done[0] / years
        costs[f"deepest_unanswered_{side}"] = float(runs[f"deepest_unanswered_{side}"].max())
    return {name: float(value) for name, value in costs.items()}


# -- writing --------------------------------------------------------------------------------------


def _save(
    request: Request, folder: Path, arms: dict[str, Case], batches: dict[str, Batch],
    judgements: list[Judgement],
) -> None:  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for kind, table_of, rows_of in (
        ("runs", run_table, Batch.run_rows), ("incidents", incident_table, Batch.incident_rows),
    ):  # fmt: skip
        tables = {name: table_of(rows_of(batch)) for name, batch in batches.items()}
        write_arms(folder / f"{kind}.parquet", tables)
    write_json(folder / "manifest.json", {
        "version": sim.__version__, "seed": request.seed, "runs": request.runs,
        "lucks_per_world": LUCKS,
        "arms": {name: case.resolved | {"content_hash": case.content_hash}
                 for name, case in arms.items()},
    })  # fmt: skip
    write_json(folder / "figures.json", as_data(judgements))
    failed = [
        {"arm": name, "run": k, "seed": request.seed} | asdict(failure)
        for name, batch in batches.items()
        for k, failure in sorted(batch.failures.items())
    ]
    if failed:
        write_json(folder / "failures.json", {"failures": failed})


def as_data(judgements: list[Judgement]) -> dict[str, Any]:
    """The figures as plain values, by policy and measure."""
    return {
        each.policy: {
            "audit": asdict(each.audit), "costs": each.costs,
            "measures": {
                name: {
                    "baseline": interval(found.baseline), "policy": interval(found.arm),
                    "ratio": interval(found.ratio), "difference": interval(found.difference),
                    "level": found.difference.level, "verdict": found.verdict, "runs": found.runs,
                    "runs_to_decide": _finite(found.runs_to_decide),
                    "variance_saved": _finite(found.variance_saved),
                }
                for name, found in each.comparisons.items()
            },
        }
        for each in judgements
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


# -- showing --------------------------------------------------------------------------------------


def _show(
    request: Request, case: Case, tables: dict, judgements: list[Judgement], folder: Path
) -> None:
    if request.json:
        print(json.dumps(as_data(judgements) | {"results": str(folder)}, indent=1))
        return
    console = Console(highlight=False, width=max(110, Console().width))
    base = judgements[0].comparisons["clashes"].baseline
    runs = tables[BASELINE][0]
    console.print(f"\n{case.scenario.name}: {len(judgements)} policies on the same "
                  f"{runs['world'].nunique()} worlds, {len(runs)} runs of each arm",
                  style="bold", markup=False)  # fmt: skip
    console.print(f"baseline: {figure(base.estimate)} accidental clashes a year "
                  f"({span(interval(base))}; n = {base.events:.0f}, effective clusters "
                  f"{base.effective_clusters:.0f})\n")  # fmt: skip
    console.print(_verdicts(judgements))
    whole = pooled((arm for arm, _ in tables.values()), "clashes")
    if whole.effective_clusters < FEWEST_CLUSTERS:
        console.print("Too few clusters in the whole study to know the size of a burst: the "
                      "intervals may be too narrow.")  # fmt: skip
    console.print(
        f"Intervals hold together at 95% over {len(judgements)} policies and {len(FAMILY)} measures"
        "\n(the headline and its two parts); those of rungs, in figures.json, are not adjusted.\n"
        "Costs are differences from the baseline, a year.\n"
    )
    console.print(_beside(judgements))
    console.print(f"Results: {folder}", soft_wrap=True)


def _verdicts(judgements: list[Judgement]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for name in ("accidental clashes", "n", "ratio", "interval", "difference a year", "interval",
                 "verdict"):  # fmt: skip
        table.add_column(name, justify="left" if name in ("accidental clashes", "verdict") else
                         "right", no_wrap=name != "verdict")  # fmt: skip
    for each in judgements:
        found = each.comparisons["clashes"]
        table.add_row(
            each.policy, f"{found.arm.events:.0f}", _or_dash(found.ratio.estimate),
            f"{_or_dash(found.ratio.low)} - {_or_dash(found.ratio.high)}",
            f"{found.difference.estimate:+.2f}",
            f"{found.difference.low:+.2f} to {found.difference.high:+.2f}", in_words(found),
        )  # fmt: skip
    return table


def _beside(judgements: list[Judgement]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("audit and costs", no_wrap=True)
    for name in ("bound in runs", "moments", "same luck saved", "unanswered north", "deepest, m",
                 "work-days lost"):  # fmt: skip
        table.add_column(name, justify="right")
    for each in judgements:
        saved = each.comparisons["clashes"].variance_saved
        table.add_row(
            each.policy, f"{each.audit.bound} of {each.audit.runs}", str(each.audit.moments),
            "-" if saved != saved else f"{saved:.0%}", f"{each.costs['unanswered_north']:+.1f}",
            f"{each.costs['deepest_unanswered_north']:.0f}",
            f"{each.costs['workdays_lost_north'] + each.costs['workdays_lost_south']:+.1f}",
        )  # fmt: skip
    return table


def in_words(found: Comparison) -> str:
    """The verdict, and what it would take to have one."""
    if found.verdict == "identical":
        return "identical to the baseline: it never bound"
    if found.verdict != "undecided":
        return found.verdict
    if found.runs_to_decide == float("inf"):
        return "undecided; these worlds show no difference that more runs would decide"
    return f"undecided; about {_rounded(found.runs_to_decide)} runs would decide"


def _rounded(runs: float) -> str:
    """Two significant digits: it is a projection."""
    return f"{float(f'{runs:.2g}'):,.0f}"


def _or_dash(value: float) -> str:
    return figure(value) if value == value and abs(value) < float("inf") else "-"

