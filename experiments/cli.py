"""The ``dmz`` command: thin, every verb a call into the rooms that do the work.

Exit codes: 0 done, 1 stopped by what lies outside (workers that keep dying, a full disk), a file or
row that does not verify, 2 bad input (nothing was written), 3 some run raised an exception (the
others count), 130 interrupted, 143 and the like stopped by a signal (what was finished is kept).
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.streams import readable

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, add_completion=False,
    help="How often accidental clashes happen on the Military Demarcation Line, and why.",
)  # fmt: skip


def _print_version(asked: bool) -> None:
    if asked:
        import sim

        print(f"dmz {sim.__version__}")
        raise typer.Exit


@app.callback()
def _dmz(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True,
                           help="Print the version and stop."),
    ] = False,
) -> None:
    pass


def _whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """What reads a whole number from ``low`` to ``high``, and says what it found instead."""
    allowed = f"{low:,} or more" if high is None else f"{low:,} to {high:,}"

    def whole(typed: str | int) -> int:  # a default comes here too, as the number that it is
        text = str(typed)
        if text.removeprefix("-").isdecimal() and len(text) < 30:
            number = int(text)
            if number >= low and (high is None or number <= high):
                return number
        raise typer.BadParameter(f"found '{text:.40}'; allowed a whole number, {allowed}")

    return whole


Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="FILE", help="Policy laid over it; may be repeated."),
]
Assignments = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one parameter.")
]


Runs = Annotated[
    int, typer.Option(parser=_whole(1), help="Runs; two lucks in each world.")
]
RunsOfAnArm = Annotated[int, typer.Option(parser=_whole(2), help="Runs of each arm.")]
Days = Annotated[
    int | None, typer.Option(parser=_whole(1), help="Days of exposure of a run.")
]
Seed = Annotated[
    int, typer.Option(parser=_whole(0, 2**62), help="Seed of all worlds and lucks.")
]
Workers = Annotated[int | None, typer.Option(parser=_whole(1), help="Processes; all cores.")]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="A running distributed scheduler, tcp://host:port."),
]
Out = Annotated[Path | None, typer.Option(help="Folder of the results; goes on with its own.")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures for machines.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say how many runs, how long, how much disk.")
]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Load agent classes that a policy names.")
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Results of run, compare or study.")]


class Format(StrEnum):
    """How parameters are printed."""

    TABLE = "table"
    CSV = "csv"
    MD = "md"


@app.command()
def run(
    scenario: Annotated[
        str | None, typer.Argument(help="Scenario file, or the name of a shipped one.")
    ] = None,
    policy: Policies = None,
    runs: Runs = 100,
    days: Days = None,
    seed: Seed = 1,
    assignments: Assignments = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    why: Annotated[
        int | None,
        typer.Option(parser=_whole(1), metavar="K", help="Tell the story of the K-th clash."),
    ] = None,
    json_: Json = False,
    geojson: Annotated[bool, typer.Option(help="Write the incidents as GeoJSON too.")] = False,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Play a row of results again.")
    ] = None,
    row: Annotated[
        int | None,
        typer.Option(parser=_whole(0), metavar="K", help="With --from: the row, from 0."),
    ] = None,
    dry_run: DryRun = False,
    allow_code: AllowCode = False,
) -> None:
    """Run a scenario and show how often accidental clashes happen."""
    if (from_ is None) != (row is None):
        raise typer.BadParameter("--from and --row go together")
    if (from_ is None) == (scenario is None):
        raise typer.BadParameter("either a scenario, or --from FOLDER --row K")
    if from_ is not None:
        from experiments import verifying

        raise typer.Exit(verifying.run_again(from_, row, why, allow_code))
    from experiments import studying
    from experiments.asking import Single

    asked = Single(scenario, tuple(policy or ()), runs, days, seed, tuple(assignments or ()),
                   geojson)  # fmt: skip
    options = studying.Options(workers, scheduler, out, json_, allow_code, dry_run, why)
    raise typer.Exit(studying.run(asked, options))


@app.command()
def compare(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one.")],
    policies: Annotated[
        list[str] | None,
        typer.Option("--policies", metavar="PATH", help="Policy files or folders, each file an "
                     "arm; `shipped` means all shipped ones; may be repeated."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="FILE", help="Policies that make one arm together."),
    ] = None,
    combine: Annotated[bool, typer.Option("--combine", help="All pairs of policies too.")] = False,
    runs: RunsOfAnArm = 100,
    days: Days = None,
    seed: Seed = 1,
    assignments: Assignments = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    json_: Json = False,
    dry_run: DryRun = False,
    allow_code: AllowCode = False,
) -> None:
    """Compare policies with the scenario without them, on the same worlds and lucks."""
    from experiments import studying
    from experiments.asking import Comparison

    asked = Comparison(
        scenario, tuple(policies or ()), tuple(policy or ()), combine, runs, days, seed,
        tuple(assignments or ()),
    )  # fmt: skip
    options = studying.Options(workers, scheduler, out, json_, allow_code, dry_run)
    raise typer.Exit(studying.compare(asked, options))


@app.command()
def study(
    file: Annotated[str, typer.Argument(help="Study file, or the name of a shipped one.")],
    runs: Annotated[
        int | None,
        typer.Option(parser=_whole(2), help="Runs of each arm, instead of the file's rule."),
    ] = None,
    days: Days = None,
    seed: Annotated[
        int | None, typer.Option(parser=_whole(0, 2**62), help="Instead of the file's.")
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    json_: Json = False,
    dry_run: DryRun = False,
    allow_code: AllowCode = False,
) -> None:
    """Play a study: scenarios x policies x swept parameters."""
    from experiments import studying

    changes = {"runs": runs, "days": days, "seed": seed}
    changes = {name: value for name, value in changes.items() if value is not None}
    options = studying.Options(workers, scheduler, out, json_, allow_code, dry_run)
    raise typer.Exit(studying.study(file, changes, options))


@app.command()
def resume(
    folder: Folder,
    workers: Workers = None,
    scheduler: Scheduler = None,
    json_: Json = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Play again the runs that raised an exception.")
    ] = False,
    allow_code: AllowCode = False,
) -> None:
    """Go on with what was stopped, whatever stopped it."""
    from experiments import studying

    options = studying.Options(workers, scheduler, None, json_, allow_code, failed=failed)
    raise typer.Exit(studying.resume(folder, options))


@app.command()
def report(folder: Folder) -> None:
    """Make figures, pictures and report.html anew, of what a folder holds."""
    from experiments import studying

    raise typer.Exit(studying.report(folder))


@app.command()
def results(
    folder: Folder,
    csv: Annotated[Path | None, typer.Option(metavar="OUT", help="Folder for the tables as CSV.")]
    = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Folder for the tables as Parquet.")
    ] = None,
) -> None:
    """Say what a folder holds; write its tables elsewhere."""
    from experiments import exporting

    raise typer.Exit(exporting.results(folder, csv, parquet))


@app.command()
def verify(
    folder: Folder,
    rows: Annotated[int, typer.Option(parser=_whole(1), help="Rows to play again.")] = 10,
    seed: Annotated[int, typer.Option(parser=_whole(0), help="Which rows are drawn.")] = 1,
    allow_code: AllowCode = False,
) -> None:
    """Play rows again, and name the first value that differs."""
    from experiments import verifying

    raise typer.Exit(verifying.verify(folder, rows, seed, allow_code))


@app.command()
def bundle(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The zip; beside the folder.")]
    = None,
) -> None:
    """Pack a study into one zip, with the same bytes each time."""
    from experiments import bundling

    raise typer.Exit(bundling.bundle(folder, out))


@app.command()
def check(files: Annotated[list[str], typer.Argument(metavar="FILE...")]) -> None:
    """Validate scenario, policy and study files."""
    from experiments import checking

    raise typer.Exit(checking.check(files))


@app.command()
def params(
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Print every parameter with unit, default, range, source and evidence grade."""
    from experiments import checking

    print(checking.parameters(format_), end="")


@app.command()
def schema(
    policy: Annotated[bool, typer.Option("--policy", help="That of policy files.")] = False,
) -> None:
    """Print the JSON Schema of scenario files."""
    from sim.schema import as_text, policy_schema, scenario_schema

    print(as_text(policy_schema() if policy else scenario_schema()), end="")


def main() -> Any:
    """Entry point of the ``dmz`` command."""
    from experiments.process import settle

    settle()
    readable()
    return app()


if __name__ == "__main__":
    main()
