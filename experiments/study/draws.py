"""Which draws of a posterior were played, with their values: ``draws.parquet``, one row a draw."""

from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.design.plan import Plan
from experiments.store.files import read_parquet, write_whole
from experiments.store.parts import Parts
from experiments.study.folder import StudyFolder
from experiments.worlds import world_of
from sim.scenario.posterior import Posterior

FILE = "draws.parquet"
_KEY = ["posterior", "draw"]


def draws_of(plan: Plan, parts: Parts) -> pd.DataFrame:
    """The draws that were played, by the name of their posterior and their number; of parameters all values.

    What something above a posterior held in an arm stands in the notes of the manifest.
    """
    found: dict[tuple[str, int], dict[str, float | str]] = {}
    for batch in parts.batches("runs", ["arm", "run"]):
        for arm, runs in batch.to_pandas().groupby("arm", sort=False)["run"]:
            case = plan.arms[str(arm)].case
            if (posterior := case.posterior) is not None:
                name = str(case.scenario.posterior)
                worlds = np.unique(world_of(runs.to_numpy())).tolist()
                for number in set(map(posterior.of_world, worlds)):
                    if (name, number) not in found:
                        found[name, number] = _values(posterior, number)
    rows = [{"posterior": name, "draw": number} | found[name, number] for name, number in sorted(found)]
    return pd.DataFrame(rows, columns=None if rows else _KEY)


def keep_draws(study: StudyFolder) -> None:
    """Write the draws that were played beside complete tables of results, where there are any."""
    if not study.plan.draws:
        return
    draws = draws_of(study.plan, study.parts)
    write_whole(study.path / FILE, partial(draws.to_parquet, index=False))


def are_kept(study: StudyFolder) -> bool:
    """Whether the draws beside complete tables are those that were played; true where none were."""
    if not study.plan.draws:
        return True
    path = study.path / FILE
    try:
        kept = read_parquet(path).to_pandas()
    except (OSError, ValueError, pa.ArrowException):
        return False
    return kept.equals(draws_of(study.plan, study.parts))


def _values(posterior: Posterior, number: int) -> dict[str, float | str]:
    values = posterior.draw(number).items()
    return {path: value if isinstance(value, str) else float(value) for path, value in values}
