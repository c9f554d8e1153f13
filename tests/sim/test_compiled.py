"""The compile cache: where it lies, when it starts afresh, and that damage does not stop a run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import sim
from sim import compiled as module
from sim.compiled import cache_folder, compiled, is_cached, mark_cached, survive_bad_cache

PACKAGE = Path(sim.__file__).parent


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A home, a place for temporary files and no wishes: nothing of the machine's own."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    for name in ("DMZ_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return home, temporary


def test_the_cache_lies_where_it_is_asked_to(places, tmp_path, monkeypatch):
    home, _ = places
    assert cache_folder().is_relative_to(home / ".cache" / "dmz-escalation")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache_folder().is_relative_to(tmp_path / "user" / "dmz-escalation")
    monkeypatch.setenv("DMZ_CACHE_DIR", str(tmp_path / "here"))
    assert cache_folder().is_relative_to(tmp_path / "here" / "dmz-escalation")
    assert cache_folder().is_dir()


def test_where_nothing_can_be_written_a_temporary_one_takes_its_place(
    places, tmp_path, monkeypatch
):
    """A file stands where the folder should be, so that nobody, not even root, can make it."""
    _, temporary = places
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("DMZ_CACHE_DIR", str(blocked))
    own = temporary / f"dmz-{os.getuid()}"
    assert cache_folder().is_relative_to(own)
    assert cache_folder().is_dir()
    shutil.rmtree(own)
    own.write_text("")
    assert cache_folder().parent == temporary
    assert cache_folder() != cache_folder()  # nobody else's


def test_a_change_in_a_source_with_compiled_code_starts_afresh(places, tmp_path, monkeypatch):
    copied = tmp_path / "sim"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("data", "__pycache__"))
    monkeypatch.setattr(module, "_HERE", copied)
    watched = {"field/looks.py": True, "field/events.py": True, "state.py": True, "talks.py": False}
    for name, afresh in watched.items():
        before = cache_folder()
        assert cache_folder() == before
        with (copied / name).open("a") as file:
            file.write("\n# a change\n")
        assert (cache_folder() != before) == afresh, name


def test_all_sources_with_compiled_code_are_watched():
    """Compiled functions stand in the field or beside it: the fingerprint reads both."""
    using = [path for path in PACKAGE.rglob("*.py") if "@compiled\n" in path.read_text("utf-8")]
    assert len(using) > 5
    assert {path.parent for path in using} == {PACKAGE, PACKAGE / "field"}


def tripled(x):
    return 3.0 * x


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache of the test's own, and no other compiled function that damage could touch."""
    monkeypatch.setattr(module, "CACHE", tmp_path)
    monkeypatch.setattr(module, "_REGISTRY", [])
    return tmp_path


def kept(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nb?")}


def test_what_was_compiled_once_is_not_compiled_again(own_cache):
    assert compiled(tripled)(2.0) == 6.0
    files = kept(own_cache)
    assert files
    again = compiled(tripled)
    assert again(2.0) == 6.0
    assert sum(again.stats.cache_hits.values()) == 1
    assert kept(own_cache) == files


SPOILT = {
    "empty": ("*.nbi", lambda whole: b""),
    "cut": ("*.nbi", lambda whole: whole[: len(whole) // 2]),
    "short": ("*.nbi", lambda whole: whole[:7]),
    "noise": ("*.nbi", lambda whole: b"\x00noise" * 20),
    "code empty": ("*.nbc", lambda whole: b""),
    "code cut": ("*.nbc", lambda whole: whole[: len(whole) // 2]),
    "code noise": ("*.nbc", lambda whole: b"noise" * 20),
    "code gone": ("*.nbc", None),
}


@pytest.mark.parametrize("damage", SPOILT)
def test_a_damaged_cache_is_survived_and_said(own_cache, damage):
    assert compiled(tripled)(2.0) == 6.0
    pattern, spoil = SPOILT[damage]
    for file in list(own_cache.rglob(pattern)):
        file.unlink() if spoil is None else file.write_bytes(spoil(file.read_bytes()))
    again, values = compiled(tripled), []
    said = survive_bad_cache(lambda: values.append(again(2.0)))
    assert values == [6.0]
    if spoil is None:
        assert said is None  # numba itself compiles what is only missing
    else:
        assert str(own_cache) in said and "could not be used" in said


def test_a_cache_that_cannot_be_written_is_survived_too(own_cache, monkeypatch):
    """The disk is full when the first function is to be kept."""
    function = compiled(tripled)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(function._cache, "save_overload", full)
    values = []
    assert "No space left" in survive_bad_cache(lambda: values.append(function(2.0)))
    assert values == [6.0]


def test_an_error_of_the_call_itself_is_not_swallowed(own_cache):
    def fails():
        raise ValueError("the caller's own")

    with pytest.raises(ValueError, match="own"):
        survive_bad_cache(fails)
    assert survive_bad_cache(lambda: None) is None


def test_a_cache_counts_as_complete_only_when_a_run_has_said_so(own_cache):
    compiled(tripled)(2.0)
    assert not is_cached()
    mark_cached()
    assert is_cached()


def test_an_installed_package_keeps_its_code_between_processes(tmp_path):
    """End to end, in processes of their own."""
    code = "from sim.arithmetic import logit; print(logit(0.5), *logit.stats.cache_hits.values())"
    environment = os.environ | {"DMZ_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)}
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
                       check=True, env=environment).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    assert said == [["0.0"], ["0.0", "1"]]
