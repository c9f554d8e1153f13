"""Who plays: processes of this machine, or a cluster."""

from dataclasses import dataclass


class WorkersLost(Exception):  # noqa: N818
    """Workers die again and again without a task done."""


@dataclass(frozen=True)
class Crew:
    """Who plays: so many processes here (1: this one), or a running ``distributed`` scheduler."""

    workers: int = 1
    scheduler: str | None = None
