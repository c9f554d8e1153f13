"""Who plays, on how many cores, and what stops them: processes of this machine, or a cluster."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


class WorkersLost(Exception):  # noqa: N818
    """Workers die again and again; ``arm`` and ``run`` are those at which they do, if known."""

    def __init__(self, message: str, arm: str | None = None, run: int | None = None) -> None:
        super().__init__(message, arm, run)
        self.arm, self.run = arm, run

    def __str__(self) -> str:
        where = f"run {self.run} of {self.arm}: " if self.run is not None else ""
        return f"{where}{self.args[0]}"


class EnvironmentFault(Exception):  # noqa: N818
    """The machine refused what a run needed: no outcome of the run, which is to be played again.

    ``arm`` and ``run`` are those at which it came up, ``fault`` what it was, ``place`` where in the
    code; the exception itself is its cause in the process that played.
    """

    def __init__(self, arm: str, run: int, fault: str, place: str) -> None:
        super().__init__(arm, run, fault, place)
        self.arm, self.run, self.fault, self.place = arm, run, fault, place

    def __str__(self) -> str:
        return f"run {self.run} of {self.arm}: a fault of the machine, {self.fault}, {self.place}"


class Stopped(KeyboardInterrupt):
    """Somebody asked to stop by a signal; ``code`` is the exit code that tells so."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum, self.code = signum, 128 + signum


@dataclass(frozen=True)
class Crew:
    """Who plays: so many processes here (1: this one), or a running ``distributed`` scheduler."""

    workers: int = 1
    scheduler: str | None = None


def cores() -> int:
    """How many cores this process may use: by its affinity, and by the quota of its control groups.

    A quota of 2.5 cores counts as 3 (https://docs.kernel.org/admin-guide/cgroup-v2.html, cpu.max).
    """
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        lines = []
    quotas = [quota for line in lines for quota in _quotas(*line.split(":", 2)[1:])]
    return max(1, min([len(os.sched_getaffinity(0)), *quotas]))


def _quotas(controllers: str, path: str) -> Iterator[int]:
    """The quotas, in whole cores, of a control group and of those that it lies in."""
    if controllers and "cpu" not in controllers.split(","):
        return
    group = _CGROUPS / ("cpu" if controllers else "") / path.lstrip("/")
    for place in (group, *group.parents):
        if not place.is_relative_to(_CGROUPS):
            return
        try:
            if controllers:
                names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                quota, period = ((place / name).read_text() for name in names)
            else:
                quota, period = (place / "cpu.max").read_text().split()
            if int(quota) > 0:
                yield -(-int(quota) // int(period))
        except (OSError, ValueError):  # not mounted here, or `max`
            continue
