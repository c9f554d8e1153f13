"""What rows rest on beside their cases: versions, sources, arithmetic, files, and agents of one's own.

Two processes of the same surroundings play the same bits. Each worker of a cluster is held against the
process that started the study, by the worker itself, before it plays anything.
"""

import hashlib
import importlib
import importlib.metadata
import math
import platform
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import experiments
import sim
from sim.scenario.case import Case
from sim.scenario.own_tables import fingerprint
from sim.scenario.posterior import KEY

LIBRARIES = ("numpy", "numba", "llvmlite", "mesa", "scipy", "pydantic", "distributed")
NONE = "not there"
_DIGITS = 12  # of a hash that is shown
_ARGUMENTS = 4_000  # at which each function is reckoned
_FUNCTIONS: tuple[Callable[[float], float], ...] = (
    math.exp,
    math.log,
    math.log1p,
    math.expm1,
    math.sin,
    math.cos,
    math.tan,
    math.erfc,
    lambda x: math.acos(math.ldexp(x, -8)),
    lambda x: math.hypot(1.0, x),
    lambda x: math.pow(0.5, x),
)


@dataclass(frozen=True)
class Surroundings:
    """What must be the same wherever the runs of a study are played, by name.

    ``versions`` of Python and packages, with what stands for sources and arithmetic; ``files`` by path and
    agents' ``modules`` by name, each with its SHA-256.
    """

    versions: Mapping[str, str]
    files: Mapping[str, str]
    modules: Mapping[str, str]

    @classmethod
    def of(cls, cases: Iterable[Case]) -> "Surroundings":
        """Those of this process, for these cases. A posterior travels with its case, not as a file."""
        cases = list(cases)
        files = {
            case.files[key]: found for case in cases for key, found in case.fingerprints.items() if key != KEY
        }
        names = sorted({choice.reference.partition(":")[0] for case in cases for choice in case.agents})
        return cls(_versions(), files, {name: _module(name) for name in names})

    def difference(self) -> str | None:
        """The first thing that is otherwise in this process, in words; None where all is the same."""
        here: dict[str, str] = {}
        here |= {name: found for name, found in _versions().items() if name in self.versions}
        here |= {name: _file(name) for name in self.files}
        here |= {name: _module(name) for name in self.modules}
        wanted = {**self.versions, **self.files, **self.modules}
        found = (unlike(name, here[name], its) for name, its in wanted.items() if here[name] != its)
        return next(found, None)


def unlike(name: str, there: str | None, here: str | None) -> str:
    """That something is otherwise on a worker than here."""
    return f"{name} is {_short(there)}, here {_short(here)}"


def _short(found: str | None) -> str:
    if found is None:
        return NONE
    return found[:_DIGITS] if len(found) == hashlib.sha256().digest_size * 2 else found


def _versions() -> dict[str, str]:
    found = {"dmz": sim.__version__, "python": platform.python_version(), "machine": platform.machine()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = NONE
    return found | {"the source of dmz": _sources(), "the arithmetic of the system's libm": arithmetic()}


@cache
def _sources() -> str:
    """SHA-256 of all files of ``sim``, and of the code that plays: two checkouts may share a version."""
    digest = hashlib.sha256()
    homes = [Path(sim.__file__).parent, Path(experiments.__file__).parent / "play"]
    for home in homes:
        for path in sorted(home.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix in (".py", ".csv", ".yaml"):
                text = path.read_bytes()
                digest.update(repr((path.relative_to(home).as_posix(), len(text))).encode() + text)
    return digest.hexdigest()


@cache
def arithmetic() -> str:
    """SHA-256 of what the system's functions give, to the last bit, at arguments of all sizes.

    Compiled code calls the same ones. They differ between releases of libm, and within one by what the
    processor can do.
    """
    digest = hashlib.sha256()
    for i in range(1, _ARGUMENTS + 1):
        x = math.ldexp(1.0 + (i * 0.6180339887498949) % 1.0, i % 12 - 8)
        digest.update(struct.pack(f"<{len(_FUNCTIONS)}d", *(function(x) for function in _FUNCTIONS)))
    return digest.hexdigest()


def _file(name: str) -> str:
    try:
        return fingerprint(Path(name))
    except OSError:
        return NONE


def _module(name: str) -> str:
    """The SHA-256 of a module's file; of one without a file, and of what was typed, that it is there."""
    try:
        file = getattr(importlib.import_module(name), "__file__", None)
    except ImportError:
        return NONE
    return "there" if file is None or name == "__main__" else _file(file)
