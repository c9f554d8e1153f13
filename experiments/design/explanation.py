"""What is asked of an anatomy of accidents; nothing large is imported here, for options are made of it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WhichClash:
    """A clash: of a ``run``, and its ``incident`` (None: the first of the run)."""

    run: int
    incident: int | None = None

    def __str__(self) -> str:
        return str(self.run) if self.incident is None else f"{self.run}:{self.incident}"


@dataclass(frozen=True)
class Explanation:
    """Of which results and ``arm`` (None: the only one), how many ``runs``, drawn by ``seed``, in how many
    ``orders`` a world; which ``clash`` is told (None: the first of all).
    """

    folder: Path
    arm: str | None = None
    runs: int = 100
    orders: int = 2
    seed: int = 1
    clash: WhichClash | None = None
    allow_code: bool = False
