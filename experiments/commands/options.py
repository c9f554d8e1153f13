"""What verbs take, what they share first, and how each is read: what is found wrong is said with what is
allowed.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.numbers import (
    CLONED_BY,
    CLONED_FROM,
    EXPLAINED_RUNS,
    ORDERS,
    RANGES,
    RUNS_OF_AN_ARM,
    WholeNumber,
    clash_of,
    minutes_of,
)
from experiments.design.explanation import WhichClash

SIDES = ("north", "south")  # as sim.sides, which takes longer to import
FORMATS = ("table", "csv", "md")


def whole(allowed: WholeNumber) -> Callable[[str], int]:
    """What reads a whole number, and says what it found instead."""

    def number(typed: str | int) -> int:  # a default comes here too, as the number that it is
        try:
            return allowed(str(typed))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return number


def clash(typed: str) -> WhichClash:
    """A run, and an incident of it."""
    try:
        return clash_of(typed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def minutes(typed: str | float) -> float:
    """Minutes, more than none."""
    try:
        return minutes_of(str(typed))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    """What reads one of some words, and says what it found instead."""

    def word(typed: str) -> str:
        if typed not in allowed:
            raise typer.BadParameter(f"found '{typed:.40}'; allowed {', '.join(allowed)}")
        return typed

    return word


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


_SCENARIO = typer.Argument(help="Scenario file, or the name of a shipped one.")
Scenario = Annotated[str, _SCENARIO]
ScenarioIfAny = Annotated[str | None, _SCENARIO]
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
Cloned = tuple[int | None, str | None, str | None]  # the three that follow
Clones = Annotated[
    int | None,
    typer.Option(
        parser=whole(RANGES["clones"]),
        metavar="M",
        help="Play each incident again M times from its first order to shoot on, for what is rare.",
    ),
]
ClonesFrom = Annotated[
    str | None,
    typer.Option(parser=one_of(CLONED_FROM), metavar="LEVEL", help=f"From where: {', '.join(CLONED_FROM)}."),
]
Method = Annotated[
    str | None,
    typer.Option(
        parser=one_of(CLONED_BY), metavar="METHOD", help="cloning, or splitting: again at each level above."
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
ArmOf = Annotated[
    str | None, typer.Option("--arm", metavar="NAME", help="Arm; may be left out where there is one alone.")
]
RecordFolder = Annotated[
    Path | None,
    typer.Option(parser=place, metavar="DIR", help="A record of your own: counts.csv and incidents.csv."),
]

# -- of run alone --------------------------------------------------------------------------------

Why = Annotated[
    int | None,
    typer.Option(parser=whole(RANGES["why"]), metavar="K", help="Tell the story of the K-th clash."),
]
AsGeoJson = Annotated[bool, typer.Option(help="Write the incidents as GeoJSON too.")]
From = Annotated[
    Path | None, typer.Option("--from", parser=place, metavar="FOLDER", help="Play a row of results again.")
]
RowOf = Annotated[
    int | None, typer.Option(parser=whole(RANGES["row"]), metavar="K", help="With --from: the row, from 0.")
]

# -- of compare alone ----------------------------------------------------------------------------

EachPolicy = Annotated[
    list[str] | None,
    typer.Option(
        "--policies",
        metavar="PATH",
        help="Policy files or folders, each file an arm; `shipped` means all shipped ones, "
        "`short` six of them; may be repeated.",
    ),
]
Together = Annotated[
    list[str] | None, typer.Option("--policy", metavar="FILE", help="Policies that make one arm together.")
]
Combine = Annotated[bool, typer.Option("--combine", help="All pairs of policies too.")]

# -- of study alone ------------------------------------------------------------------------------

StudyFile = Annotated[str, typer.Argument(help="Study file, or the name of a shipped one.")]
RunsInstead = Annotated[
    int | None,
    typer.Option(parser=whole(RUNS_OF_AN_ARM), help="Runs of each arm, instead of the file's rule."),
]
SeedInstead = Annotated[int | None, typer.Option(parser=whole(RANGES["seed"]), help="Instead of the file's.")]

# -- of calibrate alone --------------------------------------------------------------------------

CalibrationOut = Annotated[
    Path,
    typer.Argument(parser=place, metavar="FOLDER", help="For the table and the posterior; goes on there."),
]
Quick = Annotated[bool, typer.Option("--quick", help="A small table, to see that it works.")]

# -- of validate alone ---------------------------------------------------------------------------

ValidationOut = Annotated[
    Path | None,
    typer.Option(parser=place, metavar="DIR", help="For what is played and found; goes on there."),
]
Histories = Annotated[
    int,
    typer.Option(
        parser=whole(RANGES["draws"]), help="Histories, each a draw of the posterior in a world of its own."
    ),
]
Calibration = Annotated[
    Path | None,
    typer.Option(
        parser=place,
        metavar="FOLDER",
        help="Of dmz calibrate: its table is fitted to earlier days, and scored on what came after.",
    ),
]

# -- of resume alone -----------------------------------------------------------------------------

Failed = Annotated[bool, typer.Option("--failed", help="Play again the runs that raised an exception.")]

# -- of explain alone ----------------------------------------------------------------------------

RunsOfSample = Annotated[
    int,
    typer.Option(
        parser=whole(EXPLAINED_RUNS),
        help="Runs of it that are played again, drawn before looking; at most all.",
    ),
]
Orders = Annotated[
    int,
    typer.Option(
        parser=whole(ORDERS), help="Orders of removal of each world, every other one the reverse of the last."
    ),
]
ClashOf = Annotated[
    WhichClash | None,
    typer.Option(
        "--clash",
        parser=clash,
        metavar="RUN[:INCIDENT]",
        help="The clash that is told; the first of the arm.",
    ),
]
SeedOfSample = Annotated[
    int, typer.Option(parser=whole(RANGES["seed"]), help="Which runs are drawn, and which orders.")
]

# -- of results alone ----------------------------------------------------------------------------

CsvOut = Annotated[
    Path | None, typer.Option(parser=place, metavar="OUT", help="Folder for the tables as CSV.")
]
ParquetOut = Annotated[
    Path | None, typer.Option(parser=place, metavar="OUT", help="Folder for the tables as Parquet.")
]
ForExcel = Annotated[
    bool, typer.Option("--excel", help="With --csv: mark it as UTF-8, so that Excel shows every letter.")
]

# -- of verify alone -----------------------------------------------------------------------------

Rows = Annotated[int, typer.Option(parser=whole(RANGES["rows"]), help="Rows to play again.")]
SeedOfRows = Annotated[int, typer.Option(parser=whole(RANGES["row"]), help="Which rows are drawn.")]

# -- of replay alone -----------------------------------------------------------------------------

RunOf = Annotated[
    int, typer.Option("--run", parser=whole(RANGES["row"]), metavar="K", help="Run of the arm, from 0.")
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="POLICY",
        help="The same luck beside it: under a policy, under `no policy`, or in another arm.",
    ),
]
Video = Annotated[bool, typer.Option("--video", help="A film too: MP4 with the extra video, else GIF.")]

# -- of watch alone ------------------------------------------------------------------------------

RunToWatch = Annotated[
    int, typer.Option("--run", parser=whole(RANGES["row"]), metavar="K", help="Luck K % 2 of world K // 2.")
]
Host = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="Where it listens; without, this machine alone.")
]
Port = Annotated[
    int, typer.Option("--port", parser=whole(RANGES["port"]), help="Port; without, any that is free.")
]
Play = Annotated[
    str | None,
    typer.Option(
        "--play", parser=one_of(SIDES), metavar="SIDE", help="Decide for a command post of this side."
    ),
]
Area = Annotated[
    int | None,
    typer.Option(
        "--area",
        parser=whole(RANGES["area"]),
        help="With --play: its area, from 1 in the west; without, any.",
    ),
]
DutyOut = Annotated[
    Path | None, typer.Option("--out", parser=place, metavar="FOLDER", help="With --play: keeps decisions.")
]
Again = Annotated[
    Path | None,
    typer.Option(
        "--again", parser=place, metavar="FOLDER", help="Play kept decisions again, beside the rules."
    ),
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")]

# -- of bundle alone -----------------------------------------------------------------------------

ZipOut = Annotated[
    Path | None, typer.Option(parser=place, metavar="FILE", help="The zip; beside the folder.")
]

# -- of check alone ------------------------------------------------------------------------------

Files = Annotated[list[str], typer.Argument(metavar="FILE...")]

# -- of incident alone ---------------------------------------------------------------------------

IncidentFile = Annotated[str, typer.Argument(help="Incident file, or the name of a shipped one.")]
PolicyBeside = Annotated[
    list[str] | None,
    typer.Option("--policies", metavar="FILE", help="Policy beside the moment as it is; may be repeated."),
]
PoliciesOver = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="FILE", help="Policies that are laid over it together."),
]
Plays = Annotated[int, typer.Option(parser=whole(RANGES["runs"]), help="Plays of the moment.")]

# -- of list alone -------------------------------------------------------------------------------

Kinds = Annotated[
    list[str] | None, typer.Argument(metavar="[scenarios|policies|studies|incidents|measures]...")
]
AllAsJson = Annotated[bool, typer.Option("--json", help="Print everything for machines.")]

# -- of params alone -----------------------------------------------------------------------------

Words = Annotated[list[str] | None, typer.Argument(metavar="[WORD]...", help="All must occur.")]
Format = Annotated[
    str,
    typer.Option("--format", parser=printed_format, metavar="|".join(FORMATS), help="How they are printed."),
]

# -- of schema alone -----------------------------------------------------------------------------

OfPolicies = Annotated[bool, typer.Option("--policy", help="That of policy files.")]
OfStudies = Annotated[bool, typer.Option("--study", help="That of study files.")]
OfIncidents = Annotated[bool, typer.Option("--incident", help="That of incident files.")]
FirstLine = Annotated[
    bool, typer.Option("--line", help="Only the first line of a file, by which editors find it.")
]
