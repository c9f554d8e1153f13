"""The options that verbs share, and how each is read: what is found wrong is said with what is allowed."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.numbers import RANGES, RUNS_OF_AN_ARM, WholeNumber, minutes_of

FORMATS = ("table", "csv", "md")


def whole(allowed: WholeNumber) -> Callable[[str], int]:
    """What reads a whole number, and says what it found instead."""

    def number(typed: str | int) -> int:  # a default comes here too, as the number that it is
        try:
            return allowed(str(typed))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return number


def minutes(typed: str | float) -> float:
    """Minutes, more than none."""
    try:
        return minutes_of(str(typed))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def place(typed: str | Path) -> Path:
    """A path; an empty word is a shell variable that is not set, and not the folder that one is in."""
    if not str(typed):
        raise typer.BadParameter("found ''; allowed the name of a file or folder")
    return Path(typed)


def printed_format(typed: str) -> str:
    """How parameters are printed."""
    if typed not in FORMATS:
        raise typer.BadParameter(f"found '{typed:.40}'; allowed {', '.join(FORMATS)}")
    return typed


Policies = Annotated[
    list[str] | None, typer.Option("--policy", metavar="FILE", help="Policy laid over it; may be repeated.")
]
Assignments = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one parameter.")
]
Runs = Annotated[
    int | None,
    typer.Option(
        parser=whole(RANGES["runs"]),
        help="Runs; two lucks in each world. Without, 100, or 300 under a posterior: 150 draws.",
    ),
]
Posterior = Annotated[
    bool,
    typer.Option(
        "--posterior/--no-posterior",
        help="Each world plays a draw of the scenario's posterior; without, all play its own values.",
    ),
]
RunsOfAnArm = Annotated[
    int | None, typer.Option(parser=whole(RUNS_OF_AN_ARM), help="Runs of each arm; without, until decided.")
]
Minutes = Annotated[
    float | None,
    typer.Option(
        parser=minutes, metavar="MINUTES", help="Without --runs: turned into runs at most (default: 3)."
    ),
]
Budget = Annotated[
    int | None, typer.Option(parser=whole(RUNS_OF_AN_ARM), help="Runs of each arm at most, until decided.")
]
Situations = Annotated[
    bool, typer.Option("--situations", help="In all four situations of the record, laid over each.")
]
Days = Annotated[int | None, typer.Option(parser=whole(RANGES["days"]), help="Days of exposure of a run.")]
Seed = Annotated[int, typer.Option(parser=whole(RANGES["seed"]), help="Seed of all worlds and lucks.")]
Workers = Annotated[int | None, typer.Option(parser=whole(RANGES["workers"]), help="Processes; all cores.")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A running distributed scheduler, tcp://host:port.")
]
Out = Annotated[
    Path | None,
    typer.Option(parser=place, metavar="FOLDER", help="Folder of the results; goes on with its own."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the figures for machines.")]
Report = Annotated[bool, typer.Option("--report/--no-report", help="Draw pictures and write report.html.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say how many runs, how long, how much disk.")]
AllowCode = Annotated[bool, typer.Option("--allow-code", help="Load agent classes that a policy names.")]
Folder = Annotated[
    Path, typer.Argument(parser=place, metavar="FOLDER", help="Results of run, compare or study.")
]
RecordFolder = Annotated[
    Path | None,
    typer.Option(parser=place, metavar="DIR", help="A record of your own: counts.csv and incidents.csv."),
]
