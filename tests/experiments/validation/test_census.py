"""A census asks each line where each unit is, whoever watches it, and changes nothing of the run."""

import numpy as np
import pandas as pd
import pytest
from little import SCENARIO

from experiments.validation.census import Census, page, taken
from sim.constants import DAY
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case
from sim.world.border import lines_at


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Six days of the short line, whose works are near it."""
    file = tmp_path_factory.mktemp("census") / "short.yaml"
    file.write_text(SCENARIO.replace("days: 40", "days: 6").replace("distance_m: 35", "distance_m: 10"))
    return load_case(str(file))


def test_a_shift_past_a_line_counts_once_and_only_from_exposure_on(case):
    model = DmzModel(case, seed=3)
    model.sparing = False
    census, tick, seen = Census(model), model.scene.tick / DAY, [set() for _ in range(4)]
    while model.minute < model.scene.exposure.horizon:
        model.run(tick)
        census.look()
        if model.minute <= model.scene.exposure.begins:
            continue
        for row, unit in enumerate(model.state.units):
            if unit["active"]:
                s, d = model.scene.position(row)
                lines = [*lines_at(model.state.lines, model.scene.land.line_step_m, s), 0.0]
                for line, at in zip(seen, lines, strict=True):
                    if (at - d) * (1 if unit["side"] == 0 else -1) > 1e-9:
                        line.add((row, int(unit["shift"])))
    assert census.counts.tolist() == [len(line) for line in seen]
    assert census.counts[3] > 10 and len(set(census.counts.tolist())) > 1


def test_what_is_counted_beside_it_is_what_the_run_says(case):
    found, plain = taken(case, 1, 3), DmzModel(case, seed=3, luck=1).run()
    row = outcome(plain.scene).row
    assert found["crossings"] == row["crossings_north"] + row["crossings_south"] > 0
    assert found["found_south"] == row["stood_past_south_line_north"] + row["stood_past_south_line_south"]
    assert 0.8 * found["crossings"] < found["census_true"] <= found["crossings"]
    assert found["world"] == 0 and found["years"] == pytest.approx(6 / 365)


def test_the_page_has_each_line_with_the_share_that_the_log_holds():
    names = ("north", "south", "commission", "true")
    runs = pd.DataFrame({"world": [0, 0, 1, 1], "years": 1.0, "crossings": [9, 10, 11, 10]})
    for i, name in enumerate(names):
        runs[f"census_{name}"], runs[f"found_{name}"] = np.array([8, 9, 8, 9]) + i, [1, 2, 1, 2]
    rows = [line for line in page("x", runs, 1) if line.startswith("| the ")]
    said = ("the north's line", "the south's line", "the commission's line", "the true line")
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(said)
    assert rows[0].split(" | ")[2].startswith("0.18 (")
    assert "not counted" in rows[0] and "10 (" in rows[3].split(" | ")[3]
