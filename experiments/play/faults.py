"""What stops the playing, in exceptions that travel whole between processes."""


class WorkersLost(Exception):  # noqa: N818
    """Workers die again and again; ``arm`` and ``run`` are those at which they do, if known."""

    def __init__(self, message: str, arm: str | None = None, run: int | None = None) -> None:
        super().__init__(message, arm, run)
        self.arm, self.run = arm, run

    def __str__(self) -> str:
        where = f"run {self.run} of {self.arm}: " if self.run is not None else ""
        return f"{where}{self.args[0]}"


class UnlikeWorker(Exception):  # noqa: N818
    """A worker of a cluster on which runs could come out otherwise: what of it is not as here."""


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
