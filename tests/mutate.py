"""Switch off one mechanism after the other, and see that some test notices.

``python tests/mutate.py [--jobs N] [--only WORDS]`` copies the project, makes each mutation of
``mutations.yaml`` in the copy, and runs the tests that the mutation names. It prints the test that
failed first, and exits with 1 if a mutation went unnoticed. A mutation of the compiled field takes
half a minute, most of them take seconds.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import yaml

ROOT = Path(__file__).parent.parent
PARTS = ("dmz.py", "sim", "experiments", "scenarios", "tests", "docs", "pyproject.toml", "README.md")
MUTATIONS = yaml.safe_load((ROOT / "tests" / "mutations.yaml").read_text("utf-8"))


def first_failure(copy: Path, mutation: dict) -> str | None:
    """The first test that fails with the mutation made in ``copy``; None if none does."""
    file = copy / mutation["file"]
    sound = file.read_text("utf-8")
    file.write_text(sound.replace(mutation["from"], mutation["to"]), "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n0",
        "-x",
        "-p",
        "no:cacheprovider",
        "-rfE",
        "-m",
        "not slow",
        "--deselect",
        "tests/sim/test_golden.py",
        "--ignore",
        "tests/sim/scenario/test_json_schema.py",
        *mutation["tests"].split(),
    ]
    environment = os.environ | {"PYTHONPATH": str(copy), "DMZ_CACHE_DIR": str(copy / "cache")}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    finally:
        file.write_text(sound, "utf-8")
    if done.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode != 1 or failed is None:
        raise RuntimeError(f"{mutation['mechanism']}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return failed.group(1)


def main() -> int:
    """Run the mutations and print a line for each; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="words of the mechanisms to switch off")
    asked = parser.parse_args()
    chosen = [each for each in MUTATIONS if asked.only in each["mechanism"]]
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        copies: Queue[Path] = Queue()
        for n in range(asked.jobs):
            copies.put(copy := Path(folder) / str(n))
            copy.mkdir()
            for part in PARTS:
                source = ROOT / part
                if source.is_dir():
                    shutil.copytree(source, copy / part)
                else:
                    shutil.copy(source, copy / part)

        def tried(mutation: dict) -> str | None:
            copy = copies.get()
            try:
                return first_failure(copy, mutation)
            finally:
                copies.put(copy)

        for mutation, found in zip(chosen, pool.map(tried, chosen), strict=True):
            unnoticed += found is None
            print(f"{found or 'UNNOTICED':90} {mutation['mechanism']}", flush=True)
    print(f"{len(chosen) - unnoticed} of {len(chosen)} mutations are noticed")
    return int(unnoticed > 0)


if __name__ == "__main__":
    sys.exit(main())
