"""Fixtures that tests of files share: a folder of them, and what is said where they are refused."""

from pathlib import Path
from textwrap import dedent

import pytest

from sim.documents import BadInput
from sim.scenario import Case, load_case


@pytest.fixture
def folder(tmp_path: Path):
    """Write files (``a__csv`` is a.csv, else .yaml) and load the first one's case."""

    def load(policies=(), assignments=(), days=None, drawn=(), **files: str) -> Case:
        for name, text in files.items():
            file = tmp_path / (name.replace("__", ".") if "__" in name else f"{name}.yaml")
            file.parent.mkdir(exist_ok=True)
            file.write_text(dedent(text), encoding="utf-8")
        own = [str(tmp_path / f"{name}.yaml") if name in files else name for name in policies]
        scenario = str(tmp_path / f"{next(iter(files))}.yaml")
        return load_case(scenario, own, assignments, days, drawn)

    return load


@pytest.fixture
def refused(folder, tmp_path: Path):
    """What is said of files, one line a problem, without the folder's name."""

    def said(*args, **kwargs) -> list[str]:
        with pytest.raises(BadInput) as caught:
            folder(*args, **kwargs)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return said
