"""docs/CALIBRATION.md has what the shipped screening found, and nothing of it by hand."""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.calibration.inputs import INPUTS
from experiments.calibration.screening.page import BEGIN, END, FILES, markdown, publish, shipped
from experiments.calibration.screening.verdicts import LEAST_SHARE, matters, parameters, verdicts

DOCS = Path(__file__).parents[4] / "docs"


def test_the_page_has_the_shipped_section():
    assert shipped(DOCS / "calibration") in (DOCS / "CALIBRATION.md").read_text(encoding="utf-8")


def test_the_shipped_tables_agree_with_each_other_and_with_the_program():
    table = pd.read_csv(DOCS / "calibration" / "screening.csv")
    by_output = {str(name): rows.set_index("input") for name, rows in table.groupby("output", sort=False)}
    assert all(list(rows.index) == [each.name for each in INPUTS] for rows in by_output.values())
    for rows in by_output.values():
        assert (matters(rows) == rows["matters"].to_numpy()).all()
        assert (rows.loc[rows["matters"], ["share", "one_way"]].max(axis=1) >= LEAST_SHARE).all()
    *deciding, _ = by_output.items()
    fates = parameters(verdicts(dict(deciding)))
    kept = pd.read_csv(DOCS / "calibration" / "parameters.csv", keep_default_na=False)
    assert kept.astype(str).equals(fates.astype(str))


def test_a_section_tells_what_matters_what_is_left_and_why(tmp_path):
    names = [each.name for each in INPUTS]
    numbers = ("mu_star", "low", "high", "mu", "sigma", "luck", "share", "share_high", "one_way")
    rows = pd.DataFrame({name: np.zeros(len(names)) for name in numbers}, index=pd.Index(names, name="input"))
    rows["p"] = 1.0
    rows.loc["looks", ["mu_star", "low", "high", "luck", "share", "p"]] = (0.8, 0.6, 1.0, 0.1, 0.07, 0.0)
    nothing = rows.assign(share=0.0, p=1.0)
    by_output = {"expected clashes": rows, "recorded crossings": nothing}
    fates = parameters(verdicts(by_output))
    table = pd.concat(
        its.reset_index().assign(output=name, matters=matters(its), told=its["p"] < 0.5, rank=1)
        for name, its in by_output.items()
    )
    size = {"trajectories": 9, "with_policies": 4}
    figures = {
        "size": size,
        "seed": 5,
        "inputs": len(names),
        "drawn": ["satellite receivers", "looks", "hotline"],
    }
    figures["left_to_fixed"] = {"expected clashes": 0.031, "ratio of hotline": 0.7, "recorded crossings": 0.5}
    text = markdown(figures, table, fates)
    assert "| looks | expected clashes 7% | 0.80 (0.60 - 1.00) | 0.10 |" in text
    assert "of which 3 (9 parameters) matter" in text and "expected clashes 3%." in text
    assert "told from luck: none. They rest on 4 trajectories" in text
    assert "| `watch.looks_per_hour` | log-normal(median 2, log sd 0.6) on [0.5, 8] | assumption |" in text
    assert "| `space.cell_m`, `space.line_step_m`, `clock.tick_minutes`" in text
    assert "| quiet: `rules.quiet_minutes` | not told from luck; of expected clashes at most 0%" in text


def test_publishing_copies_tables_and_picture(tmp_path):
    (tmp_path / "docs" / "calibration").mkdir(parents=True)
    (tmp_path / "docs" / "CALIBRATION.md").write_text(f"Before.\n{BEGIN}\nSTALE\n{END}\nAfter.\n")
    publish(DOCS / "calibration", tmp_path)
    text = (tmp_path / "docs" / "CALIBRATION.md").read_text()
    assert text.startswith("Before.") and text.endswith("After.\n") and "STALE" not in text
    assert {path.name for path in (tmp_path / "docs" / "calibration").iterdir()} == set(FILES)
