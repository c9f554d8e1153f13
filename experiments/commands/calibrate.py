"""``dmz calibrate``: the unknowns held against a record, from the first row to a posterior."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType

from experiments.calibration.calibration import (
    POSTERIOR,
    Calibration,
    Size,
    as_figures,
    calibrate,
    first_lines,
    keep,
    rates_of,
)
from experiments.calibration.record.record import Record
from experiments.calibration.table import FOLDER
from experiments.calibration.targets import target_of
from experiments.commands.console import as_text, console
from experiments.commands.exits import SAME_AGAIN, noted
from experiments.commands.progress import Tenths
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.study.place import own_folder
from sim.documents import refuse

_QUICK = Size(first=300, second=200, steps=400, draws=300)


@dataclass(frozen=True, repr=False, eq=False)
class Calibrated:
    """What a calibration came to, and the folder in which its draws, chains and figures are."""

    folder: Path
    found: Calibration

    @property
    def accepted(self) -> bool:
        """Whether every demand on a calibration is met."""
        return self.found.verdict.accepted

    # -- tables -----------------------------------------------------------------------------------

    @property
    def posterior(self) -> pd.DataFrame:
        """A row a draw: the value of each parameter by its dotted path, as scenarios play it."""
        return pd.read_csv(self.folder / POSTERIOR)

    @property
    def demands(self) -> pd.DataFrame:
        """A row a demand on a calibration: its value here, and whether that meets it."""
        rows = [(name, value, met) for name, (value, met) in self.found.verdict.demands.items()]
        return pd.DataFrame(rows, columns=["demand", "value", "met"])

    @property
    def unknowns(self) -> pd.DataFrame:
        """A row an unknown: prior, 5, 50 and 95% of its posterior, and the sd of that over the prior's."""
        return pd.DataFrame(
            {"unknown": name, "prior": law["prior"]}
            | dict(zip(("low", "median", "high"), law["posterior"], strict=True))
            | {each: law[each] for each in ("sd_ratio", "identified")}
            for name, law in self._laws.items()
        )

    # -- showing itself ---------------------------------------------------------------------------

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield from first_lines(self.found)
        for name, law in self._laws.items():
            low, middle, high = law["posterior"]
            ratio = law["sd_ratio"]
            yield f"  {name:26s} {low:10.4g} {middle:10.4g} {high:10.4g}   {ratio:.2f}"
        yield self._written

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        return "\n".join([*first_lines(self.found), self._written])

    def _repr_html_(self) -> str:
        said = "<br>".join(map(escape, first_lines(self.found)))
        table = self.unknowns.to_html(index=False, border=0)
        return f"<p>{said}</p>{table}<p><small>{escape(self._written)}</small></p>"

    @property
    def _laws(self) -> dict[str, Any]:
        laws: dict[str, Any] = as_figures(self.found)["unknowns"]
        return laws

    @property
    def _written(self) -> str:
        return f"Posterior: {self.folder / POSTERIOR}"


def calibration(record: Path | None, out: Path, quick: bool, seed: int, workers: Workers) -> Calibrated:
    """Calibrate against the shipped record, or that of a folder, into ``out``; ``quick``: a small table."""
    talk = console(stderr=True)
    read = Record.read(record)
    try:
        target = target_of(read)
    except ValueError as error:
        refuse("--record", str(error), found=str(record))
    size = _QUICK if quick else Size()
    with own_folder(out, FOLDER, option="FOLDER"), noted(SAME_AGAIN):
        compile_once(talk.print)
        found = calibrate(out / FOLDER, target, size, seed, workers.count, Tenths(talk, "rows of the table"))
        fitted_after = rates_of(found, read, seed)
        keep(found, fitted_after, out, seed)
        return Calibrated(out, found)
