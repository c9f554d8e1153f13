"""Fixtures that tests share: a folder of files, what is said where they are refused, forced incidents."""

from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from forced import FORCED, FORCED_SIDE, POSTS, nested, written

from sim.documents import BadInput
from sim.model import DmzModel
from sim.scenario.loading import Case, load_case


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


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    """``play(lines=..., posts=..., injects=..., **changes)``: a forced model, played to its end."""
    folder = tmp_path_factory.mktemp("forced")
    cases = {}

    def case_of(lines, posts, injects, changes):
        key = repr((lines, posts, injects, sorted(changes.items())))
        if key not in cases:
            values = dict(FORCED)
            for side in ("north", "south"):
                values |= {f"{side}.{name}": value for name, value in FORCED_SIDE.items()}
            values |= {name.replace("__", "."): value for name, value in changes.items()}
            if lines is not None:
                ends = (0, values["space.length_km"])
                rows = [f"{s},{','.join(map(str, lines))}" for s in ends]
                values["border.lines_file"] = written(
                    folder / f"{len(cases)}-lines.csv", "s_km,north_m,south_m,commission_m", rows
                )
            if posts is not None:
                rows = [",".join(map(str, post)) for post in posts]
                values["border.posts_file"] = written(
                    folder / f"{len(cases)}-posts.csv", "side,s_km,d_m", rows
                )
            document = {"extends": "declared", "name": "forced", "injects": list(injects)}
            file = folder / f"{len(cases)}.yaml"
            file.write_text(yaml.safe_dump(document | nested(values)))
            cases[key] = load_case(str(file))
        return cases[key]

    def build(lines=(-100, 0, 0), posts=POSTS, injects=(), luck=0, run=True, agents=None, **changes):
        model = DmzModel(case_of(lines, posts, injects, changes), luck=luck, agents=agents, seed=1)
        return model.run() if run else model

    return build
