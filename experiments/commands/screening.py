"""``python -m experiments.commands.screening FOLDER``: which parameters that are not fitted matter.

Goes on where it was stopped. Leaves in FOLDER ``screening.csv`` (a row an output and input), its picture,
``parameters.csv`` (every parameter: fitted, drawn or fixed, and why) and ``screening.json``.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from experiments.calibration.screening.points import TABLE
from experiments.calibration.screening.screening import SMALL, ScreeningSize, screen
from experiments.commands.exits import SAME_AGAIN, guarded, noted
from experiments.commands.progress import Tenths
from experiments.pictures import save
from experiments.pictures.screening import screening_picture
from experiments.pictures.sheet import styled
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.store.csv_cells import csv_text
from experiments.store.files import write_json, write_whole
from experiments.study.place import own_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Screen into a folder; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.commands.screening", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="for what is played and found")
    parser.add_argument("--seed", type=int, default=1, help="of design, draws and luck (1)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (one a core)")
    parser.add_argument(
        "--trajectories", type=int, metavar="N", help=f"instead of {ScreeningSize.trajectories}"
    )
    parser.add_argument("--small", action="store_true", help="three trajectories of a month: that it works")
    asked = parser.parse_args(arguments)
    size = SMALL if asked.small else ScreeningSize()
    for name, least in {"seed": 0, "workers": 1, "trajectories": 2}.items():
        if (value := getattr(asked, name)) is not None and value < least:
            parser.error(f"--{name}: {value}; at least {least}")
    if asked.trajectories is not None:
        size = replace(size, trajectories=asked.trajectories)

    def do(talk: Console) -> int:
        folder, workers = asked.folder, Workers(asked.workers).count
        with own_folder(folder, TABLE, option="FOLDER"), noted(SAME_AGAIN):
            compile_once(talk.print)
            found = screen(folder, size, asked.seed, workers, Tenths(talk, "points"))
            fates = csv_text(found.parameters)
            write_whole(folder / "parameters.csv", lambda to: to.write_text(fates, "utf-8"))
            write_json(folder / "screening.json", found.figures)
            with styled():
                save(screening_picture(found), folder)
        for name, verdict in found.verdicts.items():
            if verdict.drawn:
                print(f"{name}: {verdict.reason}")
        drawn = sum(verdict.drawn for verdict in found.verdicts.values())
        print(f"{drawn} of {len(found.verdicts)} inputs matter. Written: {folder}")
        return 0

    return guarded(do)


if __name__ == "__main__":
    sys.exit(main())
