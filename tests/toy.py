"""A table for calibrations whose laws are known."""

import numpy as np
import pandas as pd
from scipy import special

N = 6  # unknowns of the toy, which hangs on the first three


def toy(n, seed):
    """Rows of a table whose laws are those of the emulator, with known coefficients."""
    luck = np.random.default_rng(seed)
    x = luck.normal(size=(n, N))
    mean = np.exp(2.5 + 0.6 * x[:, 0] - 0.3 * x[:, 1] + 0.1 * x[:, 0] ** 2)
    total = luck.negative_binomial(2.0, 2.0 / (2.0 + mean)).astype(float)
    rows = pd.DataFrame({"row": np.arange(n), "total": total})
    rows["winter"] = luck.poisson(0.2 * np.exp(0.5 * x[:, 2])).astype(float)
    rows["total_2014"] = luck.poisson(np.exp(-0.5 + 0.8 * x[:, 1])).astype(float)
    rows["months_with_any"] = (1.0 + np.log1p(total) + 0.1 * luck.normal(size=n)) ** 2
    rows["largest_month"] = np.expm1(0.2 + 0.7 * np.log1p(total) + 0.1 * luck.normal(size=n)).clip(0)
    rows["depth_median"] = np.exp(3.0 + 0.8 * x[:, 2] + 0.2 * luck.normal(size=n))
    rows["depth_least"] = rows["depth_median"] * np.exp(-np.abs(0.3 * luck.normal(size=n)))
    for name in ("work_share", "named_share"):
        rows[name] = luck.binomial(9, special.expit(0.5 * x[:, 0])) / 9.0
    rows["map_gap"] = np.sin(np.clip(0.8 + 0.15 * x[:, 1] + 0.05 * luck.normal(size=n), 0, 1.5)) ** 2
    rows["approaches_2014"], rows["p_read_works"] = (
        100.0 * np.exp(0.5 * x[:, 1]),
        special.expit(x[:, 0] - 3.0),
    )
    rows["strikes_patrol_works"] = 0.5
    rows["wait_2014"] = np.exp(2.0 + 0.3 * luck.normal(size=n))
    return rows.assign(**{f"x_{i}": x[:, i] for i in range(N)}), x
