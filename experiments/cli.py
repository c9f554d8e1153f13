"""The ``dmz`` command: thin, every verb a call into the rooms that do the work.

Exit codes: 0 done, 1 stopped by what lies outside (workers that keep dying), 2 bad input (nothing
was written), 3 some run raised an exception (the others count), 130 interrupted (what was finished
is kept).
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

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


Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="FILE", help="Policy laid over it; may be repeated."),
]
Assignments = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one parameter.")
]


class Format(StrEnum):
    """How parameters are printed."""

    TABLE = "table"
    CSV = "csv"
    MD = "md"


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one.")],
    policy: Policies = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs; two lucks in each world.")] = 100,
    days: Annotated[int | None, typer.Option(min=1, help="Days of exposure of a run.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**62, help="Seed of all worlds and lucks.")] = 1,
    assignments: Assignments = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results.")] = None,
    why: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Tell the story of the K-th clash.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the figures for machines.")] = False,
    geojson: Annotated[bool, typer.Option(help="Write the incidents as GeoJSON too.")] = False,
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Load agent classes that a policy names.")
    ] = False,
) -> None:
    """Run a scenario and show how often accidental clashes happen."""
    from experiments import running

    request = running.Request(
        scenario, tuple(policy or ()), runs, days, seed, tuple(assignments or ()), workers, out,
        why, json_, geojson, allow_code,
    )  # fmt: skip
    raise typer.Exit(running.run(request))


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
    runs: Annotated[int, typer.Option(min=2, help="Runs of each arm.")] = 100,
    days: Annotated[int | None, typer.Option(min=1, help="Days of exposure of a run.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**62, help="Seed of all worlds and lucks.")] = 1,
    assignments: Assignments = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the figures for machines.")] = False,
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Load agent classes that a policy names.")
    ] = False,
) -> None:
    """Compare policies with the scenario without them, on the same worlds and lucks."""
    from experiments import comparing

    request = comparing.Request(
        scenario, tuple(policies or ()), tuple(policy or ()), runs, days, seed,
        tuple(assignments or ()), workers, out, json_, allow_code,
    )  # fmt: skip
    raise typer.Exit(comparing.run(request))


@app.command()
def check(files: Annotated[list[str], typer.Argument(metavar="FILE...")]) -> None:
    """Validate scenario and policy files."""
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
    return app()


if __name__ == "__main__":
    main()
