"""Figures of priors.csv and FACTS.md that a statistic takes beside the two tables of the record."""

from dataclasses import dataclass

from experiments.calibration.record.quantity import Quantity
from sim.scenario.sources import Citation
from sim.world.geography import table


@dataclass(frozen=True)
class CitedFigure:
    """A figure with its place in ``sim/data`` (``ref``), who says so, and its grade."""

    ref: str
    value: Quantity
    counted_by: str
    grade: str
    sources: str


def prior(parameter: str) -> CitedFigure:
    """The one row of priors.csv of a parameter. Raises ValueError if there are others, or blanks."""
    (row,) = (each for each in table("priors") if each["parameter"] == parameter)
    value = Quantity(*(float(row[end]) for end in ("low", "best", "high")))
    return CitedFigure(f"priors.csv: {parameter}", value, "press", row["grade"], row["source"])


def map_gap() -> CitedFigure:
    """Share of the line where the south's line and the commission's differ.

    FACTS says "about 60%": the ends are those that round to it.
    """
    ref = "FACTS: the south's map line against the commission's"
    (row,) = _passages(ref)
    if "about 60%" not in row:
        raise ValueError(row)
    return CitedFigure(ref, Quantity(0.55, 0.60, 0.65), "press", "C", row)


def _passages(ref: str) -> list[str]:
    cited = Citation.of(ref)
    return [] if cited is None else [each.text for each in cited.passages()]
