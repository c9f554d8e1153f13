"""Compiling the model's hot functions once, and keeping them on disk.

``@compiled`` is numba's ``njit`` with a cache in a folder whose name holds a hash of all that the
machine code depends on, so that a change in any of it starts afresh. Numba itself does not notice
when a callee in another file changed. What is kept is executed as it is read: it lies only where
nobody else can write, under a seal, and what cannot be read or written is compiled anew.
"""

import atexit
import contextlib
import hashlib
import importlib.metadata
import os
import pickle
import platform
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

# Switches for debugging numba, set for other programs: they stop runs or make them many times
# slower. These do not, and give the same bits.
_HEEDED = {
    f"NUMBA_{name}" for name in ("CACHE_DIR", "CPU_NAME", "CPU_FEATURES", "NUM_THREADS", "THREADING_LAYER")
}
for _name in [name for name in os.environ if name.startswith("NUMBA_") and name not in _HEEDED]:
    del os.environ[_name]

import numba  # noqa: E402
from llvmlite import binding as llvm  # noqa: E402
from numba.core import types  # noqa: E402
from numba.core.caching import Cache  # noqa: E402
from numba.core.compiler import CompileResult  # noqa: E402
from numba.core.serialize import dumps  # noqa: E402
from numba.extending import register_jitable  # noqa: E402

from sim import sides  # noqa: E402

for _shared in (sides.northward, sides.other):  # whoever needs only these does not wait for numba
    register_jitable(_shared)
numba.config.reload_config()  # it may have been imported before

_HERE = Path(__file__).parent
_COMPLETE = "complete"
_ROOM = 32e6  # bytes; compiled code takes a fifth of it
_SEAL = hashlib.sha256().digest_size
_FAULTS: list[str] = []
_Function = TypeVar("_Function", bound=Callable[..., Any])


# -- where it is kept -----------------------------------------------------------------------------


def _fingerprint() -> str:
    """A hash of all that compiled code depends on: sources, versions and the processor."""
    config: Any = numba.config  # its names are set when it is imported
    cpu = (
        config.CPU_NAME or llvm.get_host_cpu_name(),
        config.CPU_FEATURES or llvm.get_host_cpu_features().flatten(),
    )
    libraries = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    digest = hashlib.sha256(repr((platform.python_version(), libraries, cpu)).encode())
    for path in sorted(_HERE.rglob("*.py")):
        text = path.read_bytes()
        digest.update(repr((path.relative_to(_HERE).as_posix(), len(text))).encode() + text)
    return digest.hexdigest()[:16]


def _places() -> Iterator[Path]:
    """Where compiled code may be kept, the best place first."""
    asked, xdg = os.environ.get("DMZ_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME", "")
    home = os.path.expanduser("~")  # stays "~" where nobody knows the user's home
    if asked:
        yield Path(asked).absolute()
    elif os.path.isabs(xdg):
        yield Path(xdg)
    elif os.path.isabs(home):
        yield Path(home) / ".cache"
    with contextlib.suppress(OSError):
        yield Path(tempfile.gettempdir()) / f"dmz-{os.getuid()}"
        fresh = Path(tempfile.mkdtemp(prefix="dmz-"))
        atexit.register(shutil.rmtree, fresh, ignore_errors=True)
        yield fresh


def _is_ours_alone(folder: Path) -> bool:
    """Whether nobody but this user and root can have put, or can replace, what lies in a folder."""
    own = folder.lstat()
    if not stat.S_ISDIR(own.st_mode) or own.st_uid != os.getuid():
        return False
    for place in (folder, *folder.resolve().parents):
        status = place.stat()
        shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        sticky = status.st_mode & stat.S_ISVTX and place != folder
        if status.st_uid not in (os.getuid(), 0) or (shared and not sticky):
            return False
    return True


def _can_keep(folder: Path) -> bool:
    """Whether compiled code is kept in a folder, or can be; makes the folder if it can."""
    root = folder.parent.parent
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        for part in (root, folder.parent, folder):
            part.mkdir(mode=0o700, exist_ok=True)
        if not (_is_ours_alone(folder.parent) and _is_ours_alone(folder)):
            return False
        if (folder / _COMPLETE).exists():
            return True
        with tempfile.TemporaryFile(dir=folder):
            return shutil.disk_usage(folder).free > _ROOM
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Where compiled code is kept: DMZ_CACHE_DIR, else the user's cache, else a temporary one.

    None where nothing can be kept; then each process compiles for itself.
    """
    folders = (place / "dmz-escalation" / _fingerprint() for place in _places())
    return next(filter(_can_keep, folders), None)


CACHE = cache_folder()


def cache_variables() -> dict[str, str]:
    """The environment with which another process keeps its compiled code where this one does."""
    return {} if CACHE is None else {"DMZ_CACHE_DIR": str(CACHE.parent.parent)}


# -- how it is kept -------------------------------------------------------------------------------


class _Kept(Cache):
    """Numba's cache with one sealed file for each compiled signature, whose faults stop nothing."""

    def __init__(self, function: Callable) -> None:
        self._py_func = function
        self._cache_path = str(CACHE)
        self.enable()

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        target_context.refresh()
        file, key = self._file(sig, target_context.codegen())
        try:
            whole = file.read_bytes()
            if whole[:_SEAL] != _seal(key, whole[_SEAL:]):
                raise pickle.UnpicklingError("the file is damaged")
            return CompileResult._rebuild(target_context, *pickle.loads(whole[_SEAL:]))
        except FileNotFoundError:
            return None
        except Exception as fault:  # whatever a damaged file may raise
            _FAULTS.append(f"{file.name}: {fault}")
            return None

    def save_overload(self, sig: Any, data: CompileResult) -> None:
        if CACHE is None:
            return
        file, key = self._file(sig, data.codegen)
        body = dumps(data._reduce())
        making = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            making.write_bytes(_seal(key, body) + body)
            making.replace(file)
        except OSError as fault:
            _FAULTS.append(f"{file.name}: {fault.strerror}")
            with contextlib.suppress(OSError):
                making.unlink()

    def _file(self, sig: Any, codegen: Any) -> tuple[Path, bytes]:
        """The file of a signature, and the key that its seal covers."""
        function = f"{self._py_func.__module__}.{self._py_func.__qualname__}"
        key = repr((function, self._index_key(sig, codegen))).encode()
        name = f"{self._py_func.__name__}-{hashlib.sha256(key).hexdigest()[:16]}.nbc"
        return Path(self._cache_path) / name, key


def _seal(key: bytes, body: bytes) -> bytes:
    return hashlib.sha256(key + body).digest()


def compiled(function: _Function) -> _Function:
    """Compile ``function`` in numba's nopython mode, without fastmath, cached in ``CACHE``.

    Fastmath is off because the same bits are promised on every x86-64 processor, as far as the system's
    libm has the same bits there (glibc: with fused multiply-add or without). A division by zero gives
    inf or nan, as in NumPy: checking every divisor costs a quarter of the field's time.
    """
    dispatcher: Any = numba.njit(error_model="numpy")(function)
    dispatcher._cache = _Kept(function)
    template = dispatcher.get_call_template
    dispatcher.get_call_template = lambda args, kws: template(
        tuple(map(_widened, args)), {name: _widened(kind) for name, kind in kws.items()}
    )
    return dispatcher


def compile_for(function: Callable, *arguments: Any) -> None:
    """Compile a function for arguments like these, and keep it: it is not called."""
    dispatcher: Any = function
    dispatcher.compile(tuple(map(numba.typeof, arguments)))


def _widened(kind: Any) -> Any:
    """As which type a compiled caller hands over an argument: a constant or a short integer as any integer.

    Else numba compiles a function anew for every constant that it is called with, which took a third of
    the time to compile them all.
    """
    kind = types.unliteral(kind)
    return types.int64 if kind in _SHORT else kind


_SHORT = (types.int8, types.int16, types.int32)


def is_cached() -> bool:
    """Whether an earlier run has left compiled code for exactly these sources."""
    return CACHE is not None and (CACHE / _COMPLETE).exists()


def mark_cached() -> None:
    """Note that everything that a run needs has been compiled and kept."""
    if CACHE is not None:
        with contextlib.suppress(OSError):
            (CACHE / _COMPLETE).touch()


def cache_problem() -> str | None:
    """What has been wrong with the kept code so far, in a sentence; None if nothing was."""
    if CACHE is None:
        return "compiled code can be kept nowhere: every process compiles for itself"
    if _FAULTS:
        return (
            f"the compile cache in {CACHE} could not be used ({_FAULTS[0]}): what it lacked "
            "was compiled again"
        )
    return None
