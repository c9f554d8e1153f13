"""Compiling the model's hot functions once, and keeping them on disk.

``@compiled`` is numba's ``njit`` with a cache in a folder whose name holds a hash of every file
that contains compiled code, so that a change in any of them starts afresh. Numba itself does not
notice when a callee in another file changed.
"""

import contextlib
import hashlib
import importlib.metadata
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path

import numba
from numba.core.caching import NullCache

_HERE = Path(__file__).parent
_REGISTRY: list = []
_COMPLETE = "complete"
_CONSTANTS = {"state.py", "events.py"}  # sources of numbers that compiled code takes in


def _fingerprint() -> str:
    digest = hashlib.sha256(importlib.metadata.version("numba").encode())
    for path in sorted(_HERE.rglob("*.py")):
        text = path.read_bytes()
        if b"@compiled" in text or path.name in _CONSTANTS:
            digest.update(text)
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path:
    """Where compiled code is kept: DMZ_CACHE_DIR, else the user's cache, else a temporary one."""
    base = os.environ.get("DMZ_CACHE_DIR")
    user = Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    for root in (user / "dmz-escalation", Path(tempfile.gettempdir()) / f"dmz-{os.getuid()}"):
        folder = root / _fingerprint()
        if _writable(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="dmz-"))


CACHE = cache_folder()


def compiled(function: Callable) -> Callable:
    """Compile ``function`` in numba's nopython mode, without fastmath, cached in ``CACHE``.

    Fastmath is off because the same bits are promised on every x86-64 processor. A division by zero
    gives inf or nan, as in NumPy: checking every divisor costs a quarter of the field's time.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE)
    try:
        dispatcher = numba.njit(cache=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before
    _REGISTRY.append(dispatcher)
    return dispatcher


def is_cached() -> bool:
    """Whether an earlier run has left compiled code for exactly these sources."""
    return (CACHE / _COMPLETE).exists()


def mark_cached() -> None:
    """Note that everything that a run needs has been compiled and kept."""
    with contextlib.suppress(OSError):
        (CACHE / _COMPLETE).touch()


def survive_bad_cache(first_call: Callable[[], None]) -> str | None:
    """Run ``first_call``; if the cache on disk is damaged or full, go on without it.

    Returns a sentence to show the user, or None when the cache worked.
    """
    try:
        first_call()
    except (pickle.UnpicklingError, EOFError, OSError) as problem:
        for dispatcher in _REGISTRY:
            dispatcher._cache = NullCache()
        first_call()
        return f"the compile cache in {CACHE} could not be used ({problem}); went on without it"
    return None
