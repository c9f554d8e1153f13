"""The compile cache: where it lies, when it starts afresh, and that damage does not stop a run."""

import os
import pickle
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import sim
from sim import compiled as module
from sim.compiled import cache_folder, cache_problem, compiled, is_cached, mark_cached

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


def test_where_nothing_can_be_written_a_temporary_one_takes_its_place(places, tmp_path, monkeypatch):
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
    assert cache_folder().is_relative_to(temporary)
    assert cache_folder() != cache_folder()  # nobody else's


@pytest.mark.parametrize("xdg", ["", "relative/place"])
def test_a_cache_place_that_says_nothing_is_as_if_unset(places, monkeypatch, xdg):
    home, _ = places
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    monkeypatch.setenv("DMZ_CACHE_DIR", "")
    assert cache_folder().is_relative_to(home / ".cache")


def test_a_relative_place_stays_where_it_was_meant(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DMZ_CACHE_DIR", "here")
    assert cache_folder().is_relative_to(tmp_path / "here")


def test_without_home_and_name_there_is_a_temporary_place(places, monkeypatch):
    def unknown(_):
        raise KeyError("uid not found")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert cache_folder().is_relative_to(places[1] / f"dmz-{os.getuid()}")


def test_where_nothing_at_all_can_be_kept_runs_go_on(tmp_path):
    """Neither home nor a place for temporary files: the code is compiled and forgotten."""
    code = (
        "import tempfile\n"
        "def nowhere(*_, **__): raise FileNotFoundError('no usable temporary directory')\n"
        "tempfile.gettempdir = tempfile.mkdtemp = nowhere\n"
        "from sim.arithmetic import logit\nfrom sim import compiled as c\n"
        "print(logit(0.5), c.CACHE, c.cache_variables(), c.is_cached(), c.cache_problem())"
    )
    environment = {"PYTHONPATH": str(PACKAGE.parent), "HOME": "/proc/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=500
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0.0 None {} False compiled code can be kept nowhere")


# -- whose it is ----------------------------------------------------------------------------------

AMONG_OTHERS = {
    "own": (lambda own: own.mkdir(mode=0o755), True),
    "another's": (lambda own: (own.mkdir(), os.chown(own, 12345, 12345)), False),
    "for the group": (lambda own: (own.mkdir(), own.chmod(0o770)), False),
    "for all": (lambda own: (own.mkdir(), own.chmod(0o777)), False),
    "for all, sticky": (lambda own: (own.mkdir(), own.chmod(0o1777)), False),
}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make folders of others")
@pytest.mark.parametrize("level", ["dmz-0", "dmz-0/dmz-escalation", "fingerprint"])
@pytest.mark.parametrize("whose", AMONG_OTHERS)
def test_a_place_that_others_own_or_may_write_is_not_trusted(places, monkeypatch, level, whose):
    """What lies there is executed: somebody who waits there with a file must wait in vain."""
    _, temporary = places
    make, trusted = AMONG_OTHERS[whose]
    if level == "dmz-0" and whose == "for all, sticky":
        trusted = True  # what is made in such a place, as in /tmp itself, is one's own
    monkeypatch.setenv("DMZ_CACHE_DIR", "/proc/nowhere")
    place = cache_folder() if level == "fingerprint" else temporary / level
    shutil.rmtree(temporary / "dmz-0", ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    make(place)
    found = cache_folder()
    assert found.is_relative_to(temporary / "dmz-0") == trusted
    assert found.stat().st_mode & 0o077 == 0 or whose == "own"
    assert found.stat().st_uid == os.getuid()


@pytest.mark.skipif(os.getuid() != 0, reason="whoever is not root has no folder of root's")
def test_not_even_a_place_of_roots_counts_as_ones_own(places, monkeypatch):
    assert cache_folder() is not None
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert cache_folder() is None


def test_a_link_to_somewhere_else_is_not_trusted(places, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "dmz-escalation").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("DMZ_CACHE_DIR", str(tmp_path / "here"))
    assert cache_folder().is_relative_to(places[1])


def test_a_folder_above_that_all_may_write_is_not_trusted(places, tmp_path, monkeypatch):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    monkeypatch.setenv("DMZ_CACHE_DIR", str(tmp_path / "open" / "mine"))
    assert cache_folder().is_relative_to(places[1])


# -- when it starts afresh ------------------------------------------------------------------------


def test_a_change_in_any_source_or_its_name_starts_afresh(places, tmp_path, monkeypatch):
    copied = tmp_path / "sim"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("data", "__pycache__"))
    monkeypatch.setattr(module, "_HERE", copied)
    seen = {cache_folder()}
    for name in ("field/looks.py", "field/events.py", "state.py", "talks.py", "agents/unit.py"):
        assert cache_folder() in seen
        with (copied / name).open("a") as file:
            file.write("\n# a change\n")
        assert cache_folder() not in seen, name
        seen.add(cache_folder())
    (copied / "talks.py").rename(copied / "talking.py")
    assert cache_folder() not in seen


@pytest.mark.parametrize("what", ["python", "numba", "llvmlite", "processor", "its features"])
def test_another_version_or_processor_starts_afresh(places, monkeypatch, what):
    """A home on two machines: neither executes what the other has compiled."""
    before = cache_folder()
    if what == "python":
        monkeypatch.setattr(module.platform, "python_version", lambda: "3.11.99")
    elif what == "processor":
        monkeypatch.setattr(module.llvm, "get_host_cpu_name", lambda: "i486")
    elif what == "its features":
        monkeypatch.setattr(module.numba.config, "CPU_FEATURES", "-avx512f")
    else:
        version = module.importlib.metadata.version
        monkeypatch.setattr(
            module.importlib.metadata, "version", lambda name: "0.0" if name == what else version(name)
        )
    assert cache_folder() != before


# -- what is kept ---------------------------------------------------------------------------------


def tripled(x):
    return 3.0 * x


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache of the test's own, with no fault so far."""
    monkeypatch.setattr(module, "CACHE", tmp_path)
    monkeypatch.setattr(module, "_FAULTS", [])
    return tmp_path


def kept(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("*.nbc")}


def hits(function):
    return sum(function.stats.cache_hits.values())


def test_what_was_compiled_once_is_not_compiled_again(own_cache):
    assert compiled(tripled)(2.0) == 6.0
    files = kept(own_cache)
    assert files and cache_problem() is None
    again = compiled(tripled)
    assert again(2.0) == 6.0
    assert hits(again) == 1
    assert kept(own_cache) == files
    assert again(2) == 6 and len(kept(own_cache)) == 2, "another signature is another file"


SPOILT = {
    "empty": lambda whole: b"",
    "cut": lambda whole: whole[: len(whole) // 2],
    "short": lambda whole: whole[:7],
    "noise": lambda whole: b"\x00noise" * 20,
    "sealed by nobody": lambda whole: pickle.dumps(1),
    "one bit": lambda whole: whole[:-900] + bytes([whole[-900] ^ 1]) + whole[-899:],
    "a bit of the seal": lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
}


@pytest.mark.parametrize("damage", SPOILT)
def test_damage_is_survived_said_and_mended(own_cache, damage):
    assert compiled(tripled)(2.0) == 6.0
    (file,) = kept(own_cache)
    whole = file.read_bytes()
    file.write_bytes(SPOILT[damage](whole))
    again = compiled(tripled)
    assert again(2.0) == 6.0 and hits(again) == 0
    assert str(own_cache) in cache_problem() and "compiled again" in cache_problem()
    mended = compiled(tripled)
    assert mended(2.0) == 6.0 and hits(mended) == 1, "workers find it whole"


def test_code_under_the_name_of_another_is_not_executed(own_cache):
    """Two processes that write at once must not leave one's code where other code is looked for."""
    function = compiled(tripled)
    assert function(2.0) == 6.0
    (floats,) = kept(own_cache)
    assert function(2) == 6
    (integers,) = kept(own_cache).keys() - {floats}
    floats.write_bytes(integers.read_bytes())
    assert compiled(tripled)(0.5) == 1.5
    assert "damaged" in cache_problem()


def test_a_folder_where_a_file_should_be(own_cache):
    assert compiled(tripled)(2.0) == 6.0
    (file,) = kept(own_cache)
    file.unlink()
    file.mkdir()
    assert compiled(tripled)(2.0) == 6.0
    assert "could not be used" in cache_problem()
    assert [path.name for path in own_cache.iterdir()] == [file.name], "nothing half-written stays"


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_full_disk_is_passed_over_and_survived(places, small_disk, monkeypatch):
    monkeypatch.setenv("DMZ_CACHE_DIR", str(small_disk))
    assert cache_folder().is_relative_to(places[1]), "there is no room for it"
    monkeypatch.setattr(module, "CACHE", small_disk)
    monkeypatch.setattr(module, "_FAULTS", [])
    (small_disk / "filling").write_bytes(bytes(60_000))
    function = compiled(tripled)
    assert function(2.0) == 6.0 and function(2) == 6
    assert "No space left" in cache_problem()
    assert [path.name for path in small_disk.glob(".*")] == []


def test_a_disk_that_can_only_be_read_gives_what_it_holds(places, small_disk, monkeypatch):
    subprocess.run(["mount", "-o", "remount,size=80m", str(small_disk)], check=True)
    monkeypatch.setenv("DMZ_CACHE_DIR", str(small_disk))
    monkeypatch.setattr(module, "CACHE", cache_folder())
    assert module.CACHE.is_relative_to(small_disk)
    compiled(tripled)(2.0)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert cache_folder().is_relative_to(places[1]), "not everything is there"
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    mark_cached()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert cache_folder() == module.CACHE and is_cached()
    function = compiled(tripled)
    assert function(2.0) == 6.0 and hits(function) == 1


def test_an_error_of_the_call_itself_is_not_swallowed(own_cache):
    with pytest.raises(module.numba.TypingError):
        compiled(tripled)("text")
    assert cache_problem() is None


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
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=500,
            check=True,
            env=environment,
        ).stdout.split()
        for _ in range(2)
    ]
    assert said == [["0.0"], ["0.0", "1"]]


# -- variables that were set for other programs ---------------------------------------------------

FOREIGN = (
    "NUMBA_DISABLE_JIT=1",
    "NUMBA_BOUNDSCHECK=1",
    "NUMBA_OPT=0",
    "NUMBA_DEBUG=1",
    "NUMBA_CACHE_LOCATOR_CLASSES=nonsense",
    "NUMBA_COLOR_SCHEME=nonsense",
    "NUMBA_DEVELOPER_MODE=1",
    "NUMBA_DUMP_IR=1",
    "NUMBA_CAPTURED_ERRORS=nonsense",
    "NUMBA_CACHE_DIR=/proc/nowhere",
    "NUMBA_DEBUG_CACHE=1",
)


@pytest.mark.parametrize("before", ["", "import numba; "], ids=["first", "after numba"])
def test_switches_of_numba_that_others_set_change_nothing(tmp_path, before):
    """All of them at once, also where the caller has already loaded numba (with its JIT)."""
    code = (
        f"{before}from sim.arithmetic import logit; import numba; print(logit(0.5), "
        "numba.config.DISABLE_JIT, numba.config.BOUNDSCHECK, int(numba.config.OPT), "
        "len(logit.signatures))"
    )
    foreign = dict(each.split("=") for each in FOREIGN if not (before and "LE_JIT" in each))
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=500,
        env=os.environ | foreign | {"DMZ_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.stdout.split() == ["0.0", "0", "None", "3", "1"], done.stderr


def test_code_for_another_processor_is_kept_apart(places, monkeypatch):
    before = cache_folder()
    monkeypatch.setattr(module.numba.config, "CPU_NAME", "i486")
    assert cache_folder() != before
