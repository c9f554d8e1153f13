"""``dmz calibrate``: the unknowns held against a record, from the first row to a posterior."""

from pathlib import Path

from experiments.calibration.calibration import Size, as_figures, calibrate, first_lines, keep, rates_of
from experiments.calibration.record.record import Record
from experiments.calibration.table import FOLDER
from experiments.calibration.targets import target_of
from experiments.commands.console import console
from experiments.commands.exits import SAME_AGAIN, noted
from experiments.commands.progress import Tenths
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.study.place import own_folder
from sim.documents import refuse


def calibration(record: Path | None, out: Path, size: Size, seed: int, workers: Workers) -> int:
    """Calibrate against the shipped record, or that of a folder, into ``out``; the exit code."""
    talk = console(stderr=True)
    read = Record.read(record)
    try:
        target = target_of(read)
    except ValueError as error:
        refuse("--record", str(error), found=str(record))
    with own_folder(out, FOLDER, option="FOLDER"), noted(SAME_AGAIN):
        compile_once(talk.print)
        found = calibrate(out / FOLDER, target, size, seed, workers.count, Tenths(talk, "rows of the table"))
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
