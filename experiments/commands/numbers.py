"""The numbers that options take, and what is said of any other."""

from typing import NamedTuple

from experiments.design.explanation import WhichClash


class WholeNumber(NamedTuple):
    """From ``low`` to ``high``, or without an end."""

    low: int
    high: int | None = None

    def __call__(self, typed: str) -> int:
        """The number that a text stands for; raises ValueError with what was found and is allowed."""
        if typed.removeprefix("-").isdecimal() and len(typed) < 30:
            number = int(typed)
            if number >= self.low and (self.high is None or number <= self.high):
                return number
        raise ValueError(f"found '{typed:.40}'; allowed a whole number, {self}")

    def __str__(self) -> str:
        return f"{self.low:,} or more" if self.high is None else f"{self.low:,} to {self.high:,}"


def minutes_of(typed: str) -> float:
    """Minutes that a text stands for; raises ValueError with what was found and is allowed."""
    try:
        minutes = float(typed)
    except ValueError:
        minutes = 0.0
    if not 0.0 < minutes < float("inf"):
        raise ValueError(f"found '{typed:.40}'; allowed minutes, more than 0")
    return minutes


def clash_of(typed: str) -> WhichClash:
    """The clash that a text names; raises ValueError with what was found and is allowed."""
    run, colon, incident = typed.partition(":")
    if not all(each.isdecimal() and len(each) < 30 for each in (run, *([incident] if colon else []))):
        raise ValueError(f"found '{typed:.40}'; allowed RUN or RUN:INCIDENT, whole numbers")
    return WhichClash(int(run), int(incident) if colon else None)


class Pairs(WholeNumber):
    """Whole numbers that are even."""

    def __call__(self, typed: str) -> int:
        """As ``WholeNumber``."""
        number = super().__call__(typed)
        if number % 2:
            raise ValueError(f"found '{typed:.40}'; allowed an even number, {self}")
        return number


def refuse_two_sizes(*sizes: float | None) -> None:
    """Refuse more than one of runs, minutes and budget; raises ValueError with what is allowed."""
    if sum(size is not None for size in sizes) > 1:
        raise ValueError("one of --runs, --minutes and --budget says how many runs")


RANGES = {
    "runs": WholeNumber(1),
    "days": WholeNumber(1),
    "seed": WholeNumber(0, 2**62),
    "workers": WholeNumber(1),
    "why": WholeNumber(1),
    "row": WholeNumber(0),
    "rows": WholeNumber(1),
    "area": WholeNumber(1),
    "port": WholeNumber(0, 65_535),
    "clones": WholeNumber(1, 1000),
    "draws": WholeNumber(20),  # under it there is nothing to say of where a number lies among them
}
POINT_VALUES = "posterior=null"  # what --no-posterior sets
EXPLAINED_RUNS = WholeNumber(4)  # two worlds
ORDERS = Pairs(2, 1000)  # of a world, each with its reverse
RUNS_OF_AN_ARM = WholeNumber(2)  # of arms that are compared
# Where clones may begin, and what is made of them; ``sim.scenario.scenario_file`` has the same.
CLONED_FROM = ("opened", "broadcast", "ordered", "warning_shots", "decided", "aimed_fire", "casualties")
CLONED_BY = ("cloning", "splitting")
SPLIT_INTO = 5  # clones of each level, where nobody says how many


def clone_values(number: int | None, start: str | None, method: str | None) -> dict[str, int | str]:
    """What ``--clones``, ``--clones-from`` and ``--method`` set, by parameter; raises ValueError for a start
    without a number.
    """
    if number is None and start is not None:
        raise ValueError("--clones-from is about --clones: how many?")
    if number is None and method is not None:
        number = SPLIT_INTO
    said = {"clones.number": number, "clones.start": start, "clones.method": method}
    return {key: value for key, value in said.items() if value is not None}
