"""The command as a user types it, without the seconds that Python takes to import it.

One process for each process of tests has imported everything and loaded what is compiled, and forks a
child for each command: its own working folder, output and end, as if it had been started anew. What is
about a start itself (entry point, imports, signals) starts Python in its tests.
"""

import atexit
import gc
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_SERVER: list[subprocess.Popen] = []
_PLAYING = {"run", "compare", "study", "resume", "validate", "calibrate"}
_PROGRAMS = {"__main__", "benchmarks", "calibration", "coverage"}  # of their own, which no verb needs


def dmz(*words: str, cwd: Path, timeout: float = 300) -> subprocess.CompletedProcess:
    """What ``dmz WORDS`` prints in the folder ``cwd``, and its exit code.

    Where the words say nothing else it plays in its own process: workers load every library anew.
    """
    if words[0] in _PLAYING and not {"--workers", "--scheduler", "--help", "--from"} & set(words):
        words = (*words, "--workers", "1")
    with tempfile.TemporaryDirectory() as folder:
        request = {"words": words, "cwd": str(cwd), "out": folder, "env": dict(os.environ)}
        code = _answer(_server(), request, timeout)
        out, err = ((Path(folder) / name).read_text() for name in ("1", "2"))
    return subprocess.CompletedProcess(["dmz", *words], code, out, err)


def _server() -> subprocess.Popen:
    if not _SERVER:
        command = [sys.executable, __file__]
        _SERVER.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        )
    return _SERVER[0]


@atexit.register
def stop() -> None:
    """End the process that forks, if there is one."""
    while _SERVER:
        server = _SERVER.pop()
        server.stdin.close()
        server.wait(timeout=500)


def _answer(server: subprocess.Popen, request: dict, timeout: float) -> int:
    server.stdin.write(json.dumps(request) + "\n")
    child = int(server.stdout.readline())
    if not select.select([server.stdout], [], [], timeout)[0]:
        os.kill(child, 9)
        server.stdout.readline()
        raise subprocess.TimeoutExpired(["dmz", *request["words"]], timeout)
    return int(server.stdout.readline())


# -- the process that forks -----------------------------------------------------------------------


def _serve() -> dict:
    """Fork a child for each request and say its number, then its exit code; the request, in a child."""
    for line in iter(sys.stdin.readline, ""):
        if not (child := os.fork()):
            return json.loads(line)
        print(child, flush=True)
        status = os.waitpid(child, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)


def _become(request: dict) -> None:
    """Take the place that a process of this request would have."""
    for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, "1", os.O_WRONLY), (2, "2", os.O_WRONLY)):
        file = os.open(os.path.join(request["out"], name), flags | (os.O_CREAT if number else 0))
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path.insert(0, request["cwd"])
    sys.argv = ["dmz", *request["words"]]


def _main() -> None:
    import importlib
    import pkgutil
    import runpy

    import experiments
    from experiments.play.warm_up import compile_once

    for module in pkgutil.walk_packages(experiments.__path__, "experiments."):
        if not set(module.name.split(".")) & _PROGRAMS:
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as missing:  # it needs an extra that is not installed here
                if (missing.name or "").split(".")[0] in ("experiments", "sim"):
                    raise
    compile_once(lambda _: None)
    gc.freeze()  # else a child that looks for garbage copies all of it
    _become(_serve())
    try:
        runpy.run_module("dmz", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if isinstance(ended.code, int):
            _leave(ended.code)
        raise


def _leave(code: int) -> None:
    """End as Python does, but without taking all that was imported apart: that takes a second."""
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    _main()
