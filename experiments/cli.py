"""The ``dmz`` command: thin, every verb a call into the rooms that do the work.

Exit codes: 0 done, 1 stopped by what lies outside (workers that keep dying, a full disk), a file or
row that does not verify, 2 bad input (nothing was written), 3 some run raised an exception (the
others count), 70 a fault of this program (``DMZ_DEBUG=1`` shows where), 130 interrupted, 143 and the
like stopped by a signal (what was finished is kept).
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from experiments.commands.numbers import POINT_VALUES, RANGES, RUNS_OF_AN_ARM, refuse_two_sizes
from experiments.commands.options import (
    FORMATS,
    AllowCode,
    Assignments,
    Budget,
    Days,
    DryRun,
    Folder,
    Json,
    Minutes,
    Out,
    Policies,
    Posterior,
    RecordFolder,
    Report,
    Runs,
    RunsOfAnArm,
    Scheduler,
    Seed,
    Situations,
    Workers,
    place,
    printed_format,
    whole,
)
from experiments.commands.streams import readable
from experiments.commands.usage import Verb, Verbs, refuse_beside

if TYPE_CHECKING:  # what only one verb needs is imported there
    from rich.console import Console

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


def _given(assignments: list[str] | None, posterior: bool) -> tuple[str, ...]:
    """What ``--set`` changes, and ``--no-posterior``, which is one of that."""
    return (*(assignments or ()), *(() if posterior else (POINT_VALUES,)))


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
    scenario: Annotated[
        str | None, typer.Argument(help="Scenario file, or the name of a shipped one.")
    ] = None,
    policy: Policies = None,
    runs: Runs = None,
    days: Days = None,
    seed: Seed = 1,
    assignments: Assignments = None,
    posterior: Posterior = True,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    why: Annotated[
        int | None,
        typer.Option(parser=whole(RANGES["why"]), metavar="K", help="Tell the story of the K-th clash."),
    ] = None,
    json_: Json = False,
    report: Report = True,
    geojson: Annotated[bool, typer.Option(help="Write the incidents as GeoJSON too.")] = False,
    from_: Annotated[
        Path | None,
        typer.Option("--from", parser=place, metavar="FOLDER", help="Play a row of results again."),
    ] = None,
    row: Annotated[
        int | None,
        typer.Option(parser=whole(RANGES["row"]), metavar="K", help="With --from: the row, from 0."),
    ] = None,
    dry_run: DryRun = False,
    allow_code: AllowCode = False,
) -> None:
    """Run a scenario and show how often accidental clashes happen."""
    if (from_ is None) != (row is None):
        raise typer.BadParameter("--from and --row go together")
    if (from_ is None) == (scenario is None):
        message = "either a scenario (a file, or a name of `dmz list scenarios`), or --from FOLDER --row K"
        raise typer.BadParameter(message)
    if from_ is not None and row is not None:
        again = "a row is played again as it was"
        refuse_beside(typed, "from_", "row", "why", "allow_code", reason=again)
        _replay(from_, row, why, allow_code)
    _refuse_figures_of_nothing(dry_run, json_ or why is not None)
    from experiments.design.request import Single, single_plan

    given = _given(assignments, posterior)
    asked = Single(scenario or "", tuple(policy or ()), runs, days, seed, given, geojson)
    _play(lambda *_: single_plan(asked), (workers, scheduler), out, json_, report, allow_code, dry_run, why)


@app.command(cls=Verb)
def compare(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one.")],
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policies",
            metavar="PATH",
            help="Policy files or folders, each file an "
            "arm; `shipped` means all shipped ones, `short` six of them; may be repeated.",
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="FILE", help="Policies that make one arm together."),
    ] = None,
    combine: Annotated[bool, typer.Option("--combine", help="All pairs of policies too.")] = False,
    situations: Situations = False,
    runs: RunsOfAnArm = None,
    minutes: Minutes = None,
    budget: Budget = None,
    days: Days = None,
    seed: Seed = 1,
    assignments: Assignments = None,
    posterior: Posterior = True,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    json_: Json = False,
    report: Report = True,
    dry_run: DryRun = False,
    allow_code: AllowCode = False,
) -> None:
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
        _given(assignments, posterior),
        budget,
        situations,
    )

    def plan(options: "Options", audience: "Audience") -> "Plan":
        from experiments.commands.budget import several_within

        return several_within(asked, minutes, options, audience)

    _play(plan, (workers, scheduler), out, json_, report, allow_code, dry_run)


@app.command(cls=Verb)
def study(
    file: Annotated[str, typer.Argument(help="Study file, or the name of a shipped one.")],
    runs: Annotated[
        int | None,
        typer.Option(parser=whole(RUNS_OF_AN_ARM), help="Runs of each arm, instead of the file's rule."),
    ] = None,
    minutes: Minutes = None,
    budget: Budget = None,
    days: Days = None,
    seed: Annotated[
        int | None, typer.Option(parser=whole(RANGES["seed"]), help="Instead of the file's.")
    ] = None,
    assignments: Assignments = None,
    posterior: Posterior = True,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    json_: Json = False,
    report: Report = True,
    dry_run: DryRun = False,
    allow_code: AllowCode = False,
) -> None:
    """Play a study: scenarios x policies x swept parameters."""
    _refuse_two_sizes(runs, minutes, budget)
    _refuse_figures_of_nothing(dry_run, json_)
    asked = {"runs": runs, "budget": budget, "days": days, "seed": seed}
    changes = {name: value for name, value in asked.items() if value is not None}
    given = _given(assignments, posterior)

    def plan(options: "Options", audience: "Audience") -> "Plan":
        from experiments.commands.budget import study_within

        return study_within(file, changes, minutes, options, audience, given)

    _play(plan, (workers, scheduler), out, json_, report, allow_code, dry_run)


@app.command(cls=Verb)
def calibrate(
    out: Annotated[
        Path,
        typer.Argument(
            parser=place, metavar="FOLDER", help="For the table and the posterior; goes on there."
        ),
    ],
    record: RecordFolder = None,
    quick: Annotated[bool, typer.Option("--quick", help="A small table, to see that it works.")] = False,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """Hold the unknowns of the model against the record: a table of rows, a posterior, its checks."""

    def do(_: "Console") -> int:
        from experiments.calibration.calibration import Size
        from experiments.commands.calibrate import calibration
        from experiments.play.workers import Workers

        size = Size(first=300, second=200, steps=400, draws=300) if quick else Size()
        return calibration(record, out, size, seed, Workers(workers))

    _leave(do)


@app.command(cls=Verb)
def validate(
    scenario: Annotated[
        str, typer.Argument(help="Scenario file, or the name of a shipped one.")
    ] = "baseline",
    record: RecordFolder = None,
    out: Annotated[
        Path | None,
        typer.Option(parser=place, metavar="DIR", help="For what is played and found; goes on there."),
    ] = None,
    draws: Annotated[
        int,
        typer.Option(
            parser=whole(RANGES["draws"]),
            help="Histories, each a draw of the posterior in a world of its own.",
        ),
    ] = 150,
    calibration: Annotated[
        Path | None,
        typer.Option(
            parser=place,
            metavar="FOLDER",
            help="Of dmz calibrate: its table is fitted to earlier days, and scored on what came after.",
        ),
    ] = None,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """Hold a scenario against the public record: what it predicts of it, misses first."""

    def do(_: "Console") -> int:
        from experiments.commands.validate import place_of, validation
        from experiments.play.workers import Workers
        from experiments.validation.validation import Asked

        asked = Asked(scenario, record, draws, seed, calibration)
        return validation(asked, out or place_of(asked), Workers(workers))

    _leave(do)


@app.command(cls=Verb)
def resume(
    folder: Folder,
    workers: Workers = None,
    scheduler: Scheduler = None,
    json_: Json = False,
    report: Report = True,
    failed: Annotated[
        bool, typer.Option("--failed", help="Play again the runs that raised an exception.")
    ] = False,
    allow_code: AllowCode = False,
) -> None:
    """Go on with what was stopped, whatever stopped it."""

    def do(talk: "Console") -> int:
        from experiments.commands.study import resume
        from experiments.commands.terminal import Terminal

        options = _options(workers, scheduler, None, allow_code)
        return _told(resume(folder, options, Terminal(talk, json_, report=report), failed=failed))

    _leave(do)


@app.command(cls=Verb)
def report(folder: Folder) -> None:
    """Make figures, pictures and report.html anew, of what a folder holds."""

    def do(_: "Console") -> int:
        from experiments.commands.study import report

        print(report(folder).report())
        return 0

    _leave(do)


@app.command(cls=Verb)
def learn(folder: Folder) -> None:
    """Say which fact would be worth measuring first, by a study over the draws of a posterior."""

    def do(_: "Console") -> int:
        from experiments.commands.console import console
        from experiments.commands.learn import learn

        for part in learn(folder):
            console().print(part)
        return 0

    _leave(do)


@app.command(cls=Verb)
def results(
    folder: Folder,
    csv: Annotated[
        Path | None, typer.Option(parser=place, metavar="OUT", help="Folder for the tables as CSV.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(parser=place, metavar="OUT", help="Folder for the tables as Parquet.")
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="With --csv: mark it as UTF-8, so that Excel shows every letter.")
    ] = False,
) -> None:
    """Say what a folder holds; write its tables elsewhere."""
    if excel and csv is None:
        raise typer.BadParameter("--excel is about --csv")

    def do(_: "Console") -> int:
        from experiments.commands.console import console
        from experiments.commands.results import results

        found = results(folder, csv, parquet, excel)
        console().print(str(found))
        return 1 if found.astray else 0

    _leave(do)


@app.command(cls=Verb)
def verify(
    folder: Folder,
    rows: Annotated[int, typer.Option(parser=whole(RANGES["rows"]), help="Rows to play again.")] = 10,
    seed: Annotated[int, typer.Option(parser=whole(RANGES["row"]), help="Which rows are drawn.")] = 1,
    allow_code: AllowCode = False,
) -> None:
    """Play rows again, and name the first value that differs."""

    def do(talk: "Console") -> int:
        from experiments.commands.console import console
        from experiments.commands.terminal import Terminal
        from experiments.commands.verify import verify

        found = verify(folder, rows, seed, allow_code, Terminal(talk))
        console().print(str(found))
        return 0 if found.sound else 1

    _leave(do)


@app.command(cls=Verb)
def bundle(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(parser=place, metavar="FILE", help="The zip; beside the folder.")
    ] = None,
) -> None:
    """Pack a study into one zip, with the same bytes each time."""

    def do(talk: "Console") -> int:
        from experiments.commands.bundle import bundle

        target = bundle(folder, out)
        talk.print(f"{target.stat().st_size / 1e6:.1f} MB")
        print(target)
        return 0

    _leave(do)


@app.command(cls=Verb)
def check(files: Annotated[list[str], typer.Argument(metavar="FILE...")]) -> None:
    """Validate scenario, policy, study and incident files, and tell everything that is wrong."""

    def do(_: "Console") -> int:
        from experiments.commands import check as checking

        return checking.check(files)

    _leave(do)


@app.command(cls=Verb)
def incident(
    file: Annotated[str, typer.Argument(help="Incident file, or the name of a shipped one.")],
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policies", metavar="FILE", help="Policy beside the moment as it is; may be repeated."
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="FILE", help="Policies that are laid over it together."),
    ] = None,
    runs: Annotated[int, typer.Option(parser=whole(RANGES["runs"]), help="Plays of the moment.")] = 1000,
    seed: Seed = 1,
    json_: Json = False,
    allow_code: AllowCode = False,
) -> None:
    """Play one described moment many times: how it ends, when, and what is decided on the way."""

    def do(_: "Console") -> int:
        from experiments.commands import incident as playing

        return playing.incident(file, policies or [], policy or [], runs, seed, json_, allow_code)

    _leave(do)


@app.command(name="list", cls=Verb)
def list_(
    kinds: Annotated[
        list[str] | None, typer.Argument(metavar="[scenarios|policies|studies|incidents|measures]...")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print everything for machines.")] = False,
) -> None:
    """List what is shipped and can be named, with a line each."""

    def do(_: "Console") -> int:
        from experiments.commands import list as listing

        return listing.print_list(kinds or [], json_)

    _leave(do)


@app.command(cls=Verb)
def params(
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD]...", help="All must occur.")] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", parser=printed_format, metavar="|".join(FORMATS), help="How they are printed."
        ),
    ] = FORMATS[0],
) -> None:
    """Print every parameter, or those found by words, with unit, default, range, source and grade."""

    def do(_: "Console") -> int:
        from experiments.commands import params as printing

        return printing.params(words or [], format_)

    _leave(do)


@app.command(cls=Verb)
def schema(
    policy: Annotated[bool, typer.Option("--policy", help="That of policy files.")] = False,
    study: Annotated[bool, typer.Option("--study", help="That of study files.")] = False,
    incident: Annotated[bool, typer.Option("--incident", help="That of incident files.")] = False,
    line: Annotated[
        bool, typer.Option("--line", help="Only the first line of a file, by which editors find it.")
    ] = False,
) -> None:
    """Print the JSON Schema of scenario files, or of another sort."""
    sorts: dict[Sort, bool] = {"policy": policy, "study": study, "incident": incident}
    asked = [sort for sort, wanted in sorts.items() if wanted]
    if len(asked) > 1:
        raise typer.BadParameter("one sort of file at a time")

    def do(_: "Console") -> int:
        from experiments.commands import schema as printing

        print(printing.schema(asked[0] if asked else "scenario", line), end="", flush=True)
        return 0

    _leave(do)


# -- from what was done to words and an exit code -------------------------------------------------


def _leave(do: Callable[["Console"], int]) -> NoReturn:
    """Do it, and end with the exit code that tells what became of it."""
    from experiments.commands.exits import guarded

    raise typer.Exit(guarded(do))


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
) -> NoReturn:
    """Play what was asked, or say what that would take."""

    def do(talk: "Console") -> int:
        from experiments.commands.console import console
        from experiments.commands.study import play, say_notes
        from experiments.commands.terminal import Terminal
        from experiments.play.warm_up import compile_once

        options, terminal = _options(*who, out, allow_code, dry_run), Terminal(talk, json, why, report)
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

    _leave(do)


def _replay(folder: Path, row: int, why: int | None, allow_code: bool) -> NoReturn:
    """Play a row of results again, and say whether it is the same."""

    def do(talk: "Console") -> int:
        from experiments.commands.terminal import Terminal
        from experiments.commands.verify import replay

        found = replay(folder, row, why, allow_code, Terminal(talk))
        for each in (found, found.story):
            if each is not None:
                print(f"{each}\n")
        if found.difference is not None:
            talk.print(str(found.difference))
            return 1
        print("The same to the last bit as the row that was kept.")
        return 0

    _leave(do)


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
