"""The ``dmz`` command: thin, every verb a call into the rooms that do the work.

Exit codes: 0 done, 1 stopped by what lies outside (workers that keep dying, a full disk), a file or
row that does not verify, 2 bad input (nothing was written), 3 some run raised an exception (the
others count), 70 a fault of this program (``DMZ_DEBUG=1`` shows where), 130 interrupted, 143 and the
like stopped by a signal (what was finished is kept).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands import options as opt
from experiments.commands.numbers import POINT_VALUES, clone_values, refuse_two_sizes
from experiments.commands.streams import readable
from experiments.commands.usage import Verb, Verbs, refuse_beside

if TYPE_CHECKING:  # what only one verb needs is imported there
    from experiments.commands.audience import Audience
    from experiments.commands.findings import Findings
    from experiments.commands.study import Options
    from experiments.design.plan import Plan
    from experiments.design.sorts import Sort

app = typer.Typer(
    cls=Verbs,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    help="How often accidental clashes happen on the Military Demarcation Line, and why.",
)


def _print_version(asked: bool) -> None:
    if asked:
        import sim

        print(f"dmz {sim.__version__}")
        raise typer.Exit


@app.callback()
def _dmz(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    pass


def _given(assignments: list[str] | None, posterior: bool, clones: "opt.Cloned") -> tuple[str, ...]:
    """What ``--set`` changes, and ``--no-posterior`` and ``--clones``, which are some of that."""
    try:
        cloned = [f"{key}={value}" for key, value in clone_values(*clones).items()]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return (*(assignments or ()), *(() if posterior else (POINT_VALUES,)), *cloned)


def _refuse_two_sizes(*sizes: float | None) -> None:
    try:
        refuse_two_sizes(*sizes)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _refuse_figures_of_nothing(dry_run: bool, told: bool) -> None:
    if dry_run and told:
        raise typer.BadParameter("--dry-run plays nothing of which --json or --why could tell")


@app.command(cls=Verb)
def run(
    typed: typer.Context,
    scenario: opt.ScenarioIfAny = None,
    policy: opt.Policies = None,
    runs: opt.Runs = None,
    days: opt.Days = None,
    seed: opt.Seed = 1,
    assignments: opt.Assignments = None,
    posterior: opt.Posterior = True,
    clones: opt.Clones = None,
    clones_from: opt.ClonesFrom = None,
    method: opt.Method = None,
    workers: opt.Workers = None,
    scheduler: opt.Scheduler = None,
    out: opt.Out = None,
    why: opt.Why = None,
    json_: opt.Json = False,
    report: opt.Report = True,
    geojson: opt.AsGeoJson = False,
    from_: opt.From = None,
    row: opt.RowOf = None,
    dry_run: opt.DryRun = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Run a scenario and show how often accidental clashes happen."""
    if (from_ is None) != (row is None):
        raise typer.BadParameter("--from and --row go together")
    if (from_ is None) == (scenario is None):
        message = "either a scenario (a file, or a name of `dmz list scenarios`), or --from FOLDER --row K"
        raise typer.BadParameter(message)
    if from_ is not None and row is not None:
        again = "a row is played again as it was"
        refuse_beside(typed, "from_", "row", "why", "allow_code", reason=again)
        return _replay(from_, row, why, allow_code)
    _refuse_figures_of_nothing(dry_run, json_ or why is not None)
    from experiments.design.request import Single, single_plan

    given = _given(assignments, posterior, (clones, clones_from, method))
    asked = Single(scenario or "", tuple(policy or ()), runs, days, seed, given, geojson)
    return _play(
        lambda *_: single_plan(asked), (workers, scheduler), out, json_, report, allow_code, dry_run, why
    )


@app.command(cls=Verb)
def compare(
    scenario: opt.Scenario,
    policies: opt.EachPolicy = None,
    policy: opt.Together = None,
    combine: opt.Combine = False,
    situations: opt.Situations = False,
    runs: opt.RunsOfAnArm = None,
    minutes: opt.Minutes = None,
    budget: opt.Budget = None,
    days: opt.Days = None,
    seed: opt.Seed = 1,
    assignments: opt.Assignments = None,
    posterior: opt.Posterior = True,
    clones: opt.Clones = None,
    clones_from: opt.ClonesFrom = None,
    method: opt.Method = None,
    workers: opt.Workers = None,
    scheduler: opt.Scheduler = None,
    out: opt.Out = None,
    json_: opt.Json = False,
    report: opt.Report = True,
    dry_run: opt.DryRun = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Compare policies with the scenario without them, on the same worlds and lucks."""
    from experiments.design.request import Several

    _refuse_two_sizes(runs, minutes, budget)
    _refuse_figures_of_nothing(dry_run, json_)
    asked = Several(
        scenario,
        tuple(policies or ()),
        tuple(policy or ()),
        combine,
        runs,
        days,
        seed,
        _given(assignments, posterior, (clones, clones_from, method)),
        budget,
        situations,
    )

    def plan(options: "Options", audience: "Audience") -> "Plan":
        from experiments.commands.budget import several_within

        return several_within(asked, minutes, options, audience)

    return _play(plan, (workers, scheduler), out, json_, report, allow_code, dry_run)


@app.command(cls=Verb)
def study(
    file: opt.StudyFile,
    runs: opt.RunsInstead = None,
    minutes: opt.Minutes = None,
    budget: opt.Budget = None,
    days: opt.Days = None,
    seed: opt.SeedInstead = None,
    assignments: opt.Assignments = None,
    posterior: opt.Posterior = True,
    clones: opt.Clones = None,
    clones_from: opt.ClonesFrom = None,
    method: opt.Method = None,
    workers: opt.Workers = None,
    scheduler: opt.Scheduler = None,
    out: opt.Out = None,
    json_: opt.Json = False,
    report: opt.Report = True,
    dry_run: opt.DryRun = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Play a study: scenarios x policies x swept parameters."""
    _refuse_two_sizes(runs, minutes, budget)
    _refuse_figures_of_nothing(dry_run, json_)
    asked = {"runs": runs, "budget": budget, "days": days, "seed": seed}
    changes = {name: value for name, value in asked.items() if value is not None}
    given = _given(assignments, posterior, (clones, clones_from, method))

    def plan(options: "Options", audience: "Audience") -> "Plan":
        from experiments.commands.budget import study_within

        return study_within(file, changes, minutes, options, audience, given)

    return _play(plan, (workers, scheduler), out, json_, report, allow_code, dry_run)


@app.command(cls=Verb)
def calibrate(
    out: opt.CalibrationOut,
    record: opt.RecordFolder = None,
    quick: opt.Quick = False,
    seed: opt.Seed = 1,
    workers: opt.Workers = None,
) -> int:
    """Hold the unknowns of the model against the record: a table of rows, a posterior, its checks."""
    from experiments.commands.calibrate import calibration
    from experiments.commands.console import console
    from experiments.play.workers import Workers

    found = calibration(record, out, quick, seed, Workers(workers))
    console().print(found)
    return 0 if found.accepted else 1


@app.command(cls=Verb)
def validate(
    scenario: opt.Scenario = "baseline",
    record: opt.RecordFolder = None,
    out: opt.ValidationOut = None,
    draws: opt.Histories = 150,
    calibration: opt.Calibration = None,
    seed: opt.Seed = 1,
    workers: opt.Workers = None,
) -> int:
    """Hold a scenario against the public record: what it predicts of it, misses first."""
    from experiments.commands.console import console
    from experiments.commands.validate import validation
    from experiments.play.workers import Workers
    from experiments.validation.validation import Asked

    asked = Asked(scenario, record, draws, seed, calibration)
    console().print(validation(asked, out, Workers(workers)))
    return 0


@app.command(cls=Verb)
def resume(
    folder: opt.Folder,
    workers: opt.Workers = None,
    scheduler: opt.Scheduler = None,
    json_: opt.Json = False,
    report: opt.Report = True,
    failed: opt.Failed = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Go on with what was stopped, whatever stopped it."""
    from experiments.commands.study import resume
    from experiments.commands.terminal import Terminal

    options = _options(workers, scheduler, None, allow_code)
    return _told(resume(folder, options, Terminal(json_, report=report), failed=failed))


@app.command(cls=Verb)
def report(folder: opt.Folder) -> int:
    """Make figures, pictures and report.html anew, of what a folder holds."""
    from experiments.commands.study import report

    print(report(folder).report())
    return 0


@app.command(cls=Verb)
def learn(folder: opt.Folder) -> int:
    """Say which fact would be worth measuring first, by a study over the draws of a posterior."""
    from experiments.commands.console import console
    from experiments.commands.learn import learn

    console().print(learn(folder))
    return 0


@app.command(cls=Verb)
def explain(
    folder: opt.Folder,
    arm: opt.ArmOf = None,
    runs: opt.RunsOfSample = 100,
    orders: opt.Orders = 2,
    clash: opt.ClashOf = None,
    seed: opt.SeedOfSample = 1,
    workers: opt.Workers = None,
    scheduler: opt.Scheduler = None,
    dry_run: opt.DryRun = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Say what clashes are made of: runs again without each ingredient, and one clash as a tree."""
    from experiments.commands.console import console
    from experiments.commands.explain import explain
    from experiments.design.explanation import Explanation
    from experiments.play.workers import Workers

    asked = Explanation(folder, arm, runs, orders, seed, clash, allow_code)
    found = explain(asked, Workers(workers, scheduler), dry_run=dry_run)
    if found is not None:
        console().print(found)
    return 0


@app.command(cls=Verb)
def results(
    folder: opt.Folder, csv: opt.CsvOut = None, parquet: opt.ParquetOut = None, excel: opt.ForExcel = False
) -> int:
    """Say what a folder holds; write its tables elsewhere."""
    if excel and csv is None:
        raise typer.BadParameter("--excel is about --csv")
    from experiments.commands.console import console
    from experiments.commands.results import results

    found = results(folder, csv, parquet, excel)
    console().print(str(found))
    return 1 if found.astray else 0


@app.command(cls=Verb)
def verify(
    folder: opt.Folder, rows: opt.Rows = 10, seed: opt.SeedOfRows = 1, allow_code: opt.AllowCode = False
) -> int:
    """Play rows again, and name the first value that differs."""
    from experiments.commands.console import console
    from experiments.commands.terminal import Terminal
    from experiments.commands.verify import verify

    found = verify(folder, rows, seed, allow_code, Terminal())
    console().print(str(found))
    return 0 if found.sound else 1


@app.command(cls=Verb)
def replay(
    folder: opt.Folder,
    run: opt.RunOf,
    arm: opt.ArmOf = None,
    against: opt.Against = None,
    video: opt.Video = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Show a run of some results on a map, with its timeline and stories: a page that works offline."""
    from experiments.commands.replay import Asked, replay
    from experiments.commands.terminal import Terminal

    print(replay(Asked(folder, arm, run, against, video, allow_code), Terminal()))
    return 0


@app.command(cls=Verb)
def watch(
    typed: typer.Context,
    scenario: opt.ScenarioIfAny = None,
    policy: opt.Policies = None,
    run: opt.RunToWatch = 0,
    days: opt.Days = None,
    seed: opt.Seed = 1,
    assignments: opt.Assignments = None,
    posterior: opt.Posterior = True,
    play: opt.Play = None,
    area: opt.Area = None,
    out: opt.DutyOut = None,
    again: opt.Again = None,
    host: opt.Host = "127.0.0.1",
    port: opt.Port = 0,
    browser: opt.Browser = True,
    allow_code: opt.AllowCode = False,
) -> int:
    """Watch a run live on a map in the browser, or decide in it for a command post (--play)."""
    if (again is None) == (scenario is None):
        message = "either a scenario (a file, or a name of `dmz list scenarios`), or --again FOLDER"
        raise typer.BadParameter(message)
    if play is None and (area is not None or out is not None):
        raise typer.BadParameter("--area and --out are about --play")
    from experiments.commands.terminal import Terminal

    if again is not None:
        refuse_beside(typed, "again", "allow_code", reason="decisions are played again as they were")
        from experiments.commands.watch import again as played_again

        print(played_again(again, allow_code, Terminal()))
        return 0
    from experiments.commands import watch as verb

    given = _given(assignments, posterior, (None, None, None))
    asked = verb.Asked(scenario or "", tuple(policy or ()), days, seed, run, given, allow_code)
    served = verb.Served(host, port, browser)
    if play is None:
        verb.watch(asked, served, Terminal())
    else:
        verb.play(asked, verb.Duty(play, area, out), served, Terminal())
    return 0


@app.command(cls=Verb)
def bundle(folder: opt.Folder, out: opt.ZipOut = None) -> int:
    """Pack a study into one zip, with the same bytes each time."""
    from experiments.commands.bundle import bundle
    from experiments.commands.console import console

    target = bundle(folder, out)
    console(stderr=True).print(f"{target.stat().st_size / 1e6:.1f} MB")
    print(target)
    return 0


@app.command(cls=Verb)
def check(files: opt.Files) -> int:
    """Validate scenario, policy, study and incident files, and tell everything that is wrong."""
    from experiments.commands.check import check

    return check(files)


@app.command(cls=Verb)
def incident(
    file: opt.IncidentFile,
    policies: opt.PolicyBeside = None,
    policy: opt.PoliciesOver = None,
    runs: opt.Plays = 1000,
    seed: opt.Seed = 1,
    json_: opt.Json = False,
    allow_code: opt.AllowCode = False,
) -> int:
    """Play one described moment many times: how it ends, when, and what is decided on the way."""
    from experiments.commands.console import console
    from experiments.commands.incident import incident

    found = incident(file, policies or (), policy or (), runs, seed, allow_code)
    console().print(json.dumps(found.figures, indent=1, ensure_ascii=False) if json_ else found)
    return 0


@app.command(name="list", cls=Verb)
def list_(kinds: opt.Kinds = None, json_: opt.AllAsJson = False) -> int:
    """List what is shipped and can be named, with a line each."""
    from experiments.commands.list import print_list

    return print_list(kinds or [], json_)


@app.command(cls=Verb)
def params(words: opt.Words = None, format_: opt.Format = opt.FORMATS[0]) -> int:
    """Print every parameter, or those found by words, with unit, default, range, source and grade."""
    from experiments.commands.params import params

    return params(words or [], format_)


@app.command(cls=Verb)
def schema(
    policy: opt.OfPolicies = False,
    study: opt.OfStudies = False,
    incident: opt.OfIncidents = False,
    line: opt.FirstLine = False,
) -> int:
    """Print the JSON Schema of scenario files, or of another sort."""
    sorts: dict[Sort, bool] = {"policy": policy, "study": study, "incident": incident}
    asked = [sort for sort, wanted in sorts.items() if wanted]
    if len(asked) > 1:
        raise typer.BadParameter("one sort of file at a time")
    from experiments.commands.schema import schema

    print(schema(asked[0] if asked else "scenario", line), end="", flush=True)
    return 0


# -- from what was done to words and an exit code -------------------------------------------------


def _options(
    workers: int | None, scheduler: str | None, out: Path | None, allow_code: bool, dry_run: bool = False
) -> "Options":
    from experiments.commands.study import Options
    from experiments.play.workers import Workers

    return Options(Workers(workers, scheduler), out, allow_code, dry_run)


def _told(findings: "Findings") -> int:
    """The exit code of what was found: whether some runs failed."""
    return 3 if len(findings.failures) else 0


def _play(
    ask: Callable[["Options", "Audience"], "Plan"],
    who: tuple[int | None, str | None],
    out: Path | None,
    json: bool,
    report: bool,
    allow_code: bool,
    dry_run: bool,
    why: int | None = None,
) -> int:
    """Play what was asked, or say what that would take."""
    from experiments.commands.console import console
    from experiments.commands.study import play, say_notes
    from experiments.commands.terminal import Terminal
    from experiments.play.warm_up import compile_once

    options, terminal = _options(*who, out, allow_code, dry_run), Terminal(json, why, report)
    plan = ask(options, terminal)
    if not dry_run:
        return _told(play(plan, options, terminal))
    from experiments.study.code import agents_by_arm
    from experiments.study.forecast import forecast_lines, pace_of

    say_notes(plan, terminal)
    compile_once(terminal.say)
    pace = pace_of(plan, agents_by_arm(plan, allow_code))
    for line in forecast_lines(plan, pace, options.workers.count):
        console().print(line)
    return 0


def _replay(folder: Path, row: int, why: int | None, allow_code: bool) -> int:
    """Play a row of results again, and say whether it is the same."""
    from experiments.commands.console import console
    from experiments.commands.terminal import Terminal
    from experiments.commands.verify import replay

    found = replay(folder, row, why, allow_code, Terminal())
    for each in (found, found.story):
        if each is not None:
            print(f"{each}\n")
    if found.difference is not None:
        console(stderr=True).print(str(found.difference))
        return 1
    print("The same to the last bit as the row that was kept.")
    return 0


def main() -> Any:
    """Entry point of the ``dmz`` command."""
    from experiments.play.process import settle

    settle()
    readable()
    try:
        return app(prog_name="dmz")
    except Exception as error:  # before or after the verb does its work
        from experiments.commands.exits import ended

        return ended(error)


if __name__ == "__main__":
    main()
