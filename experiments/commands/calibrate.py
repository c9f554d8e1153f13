"""``dmz calibrate``: the unknowns held against a record, from the first row to a posterior."""

from pathlib import Path

from rich.console import Console

from experiments.calibration.calibration import Size, as_figures, calibrate, first_lines, keep, rates_of
from experiments.calibration.record.record import Record
from experiments.calibration.targets import target_of
from experiments.commands.console import console
from experiments.commands.exits import guarded
from experiments.commands.progress import Tenths
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.study.folder import locked
from sim.documents import BadInput, Mark, Problem


def calibration(record: Path | None, out: Path, size: Size, seed: int, workers: Workers) -> int:
    """Calibrate against the shipped record, or that of a folder, into ``out``; the exit code."""

    def do(talk: Console) -> int:
        read = Record.read(record)
        try:
            target = target_of(read)
        except ValueError as error:
            raise BadInput([Problem(Mark("--record", 0, 0), "", str(record), message=str(error))]) from None
        out.mkdir(parents=True, exist_ok=True)
        compile_once(talk.print)
        with locked(out):
            found = calibrate(
                out / "table", target, size, seed, workers.count, Tenths(talk, "rows of the table")
            )
            fitted_after = rates_of(found, read, seed)
            keep(found, fitted_after, out, seed)
        for line in first_lines(found):
            console().print(line)
        for name, law in as_figures(found)["unknowns"].items():
            low, middle, high = law["posterior"]
            ratio = law["sd_ratio"]
            console().print(f"  {name:26s} {low:10.4g} {middle:10.4g} {high:10.4g}   {ratio:.2f}")
        console().print(f"Posterior: {out / 'posterior.csv'}")
        return 0 if found.verdict.accepted else 1

    return guarded(do)
