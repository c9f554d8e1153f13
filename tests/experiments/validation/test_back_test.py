"""A back-test on rows whose law is known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.calibration import emulator
from experiments.calibration.emulator import fit
from experiments.calibration.record.record import Record
from experiments.calibration.register import WIDTH, basis
from experiments.calibration.simulate import MONTHS, PICKED_DEPTHS, PICKED_PARTIES
from experiments.calibration.table import FOLDER, PART, deviates_of
from experiments.store.numbered import keep
from experiments.validation.back_test import AS_NOW, AS_PUBLISHED, _of_the_public, back_tests, rows_in, until
from experiments.validation.known import published_by
from sim.documents import BadInput

N = WIDTH
SEASON = np.array([0.02 if (k + 6 - 1) % 12 < 3 else 1.0 for k in range(MONTHS)])
DAY = date(2024, 12, 31)


def toy(n, seed=1):
    """Rows in which one unknown says how many crossings there are, the same in every month."""
    luck = np.random.default_rng(seed)
    x = luck.normal(size=(n, N))
    monthly = luck.poisson(np.exp(0.2 + 0.7 * x[:, :1]) * SEASON)
    rows = pd.DataFrame({"row": np.arange(n)} | {f"x_{i}": x[:, i] for i in range(N)})
    rows = rows.assign(**{f"m_{k}": monthly[:, k].astype(float) for k in range(MONTHS)})
    rows["total"] = monthly.sum(axis=1).astype(float)
    rows["winter"] = monthly[:, 7:10].sum(axis=1).astype(float)
    rows["total_2014"] = luck.poisson(0.6, n).astype(float)
    rows["months_with_any"] = (monthly > 0).sum(axis=1).astype(float)
    rows["largest_month"] = monthly.max(axis=1).astype(float)
    depths = np.exp(3.0 + 0.5 * luck.normal(size=(n, PICKED_DEPTHS)))
    parties = (luck.random((n, PICKED_PARTIES)) < 0.8).astype(float)
    rows = rows.assign(**{f"depth_{i}": depths[:, i] for i in range(PICKED_DEPTHS)})
    rows = rows.assign(**{f"party_{i}": parties[:, i] for i in range(PICKED_PARTIES)})
    rows = rows.assign(
        depth_median=np.median(depths, 1), depth_least=depths.min(1), work_share=parties.mean(1)
    )
    return rows.assign(
        named_share=luck.beta(9, 1, n),
        map_gap=luck.beta(60, 40, n),
        wait_2014=np.exp(2 + 0.4 * luck.normal(size=n)),
        approaches_2014=luck.lognormal(3, 1, n),
        p_read_works=luck.beta(2, 40, n),
    )


@pytest.fixture(scope="module", autouse=True)
def one_ridge():
    """A toy of one unknown among many needs no search for the ridge."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emulator, "_RIDGES", (100.0,))
        yield


@pytest.fixture(scope="module")
def rows():
    return toy(400)


@pytest.fixture(scope="module")
def tests(rows):
    return back_tests(rows, Record.read(), 1, [DAY], draws=4000)


def test_rows_are_summed_up_as_by_a_day(rows):
    found = until(rows, 7, 3, 4)
    first = rows.iloc[0]
    months = [first[f"m_{k}"] for k in range(7)]
    assert found["total"].iloc[0] == sum(months) and found["largest_month"].iloc[0] == max(months)
    assert found["months_with_any"].iloc[0] == sum(month > 0 for month in months)
    assert (found["winter"] == 0).all(), "June to December"
    depths = [first[f"depth_{k}"] for k in range(3)]
    assert found["depth_median"].iloc[0] == np.median(depths) and found["depth_least"].iloc[0] == min(depths)
    assert found["work_share"].iloc[0] == np.mean([first[f"party_{k}"] for k in range(4)])
    whole = until(rows, MONTHS, PICKED_DEPTHS, PICKED_PARTIES)
    same = ["total", "months_with_any", "largest_month", "winter", "depth_median", "work_share"]
    assert whole[same].equals(rows[same])


def test_it_knows_what_was_known_and_counts_what_came(tests):
    told = {(each.until, each.by): (each.known, each.after, each.months) for each in tests}
    assert told == {(DAY, AS_NOW): (9, 6, 10), (DAY, AS_PUBLISHED): (4, 6, 10)}
    assert all(each.draws > 20 for each in tests)


def test_it_forecasts_as_the_rows_go_on(rows, tests):
    """Rows with nine crossings in seven months have so many in the ten after them."""
    so_far = rows[[f"m_{k}" for k in range(7)]].sum(axis=1)
    later = rows[[f"m_{k}" for k in range(7, MONTHS)]].sum(axis=1)
    alike = later[(so_far >= 8) & (so_far <= 10)]
    model = tests[0].forecasts[0]
    assert model.name == "the model" and len(alike) > 20
    assert model.median == pytest.approx(alike.median(), abs=2.5)
    assert model.low < alike.quantile(0.3) and model.high > alike.quantile(0.7)
    assert model.of_sum.crps < 4 and np.isfinite(model.of_months.log)


def test_the_public_thinks_of_more_crossings_than_it_was_told_of(rows):
    emulator = fit(until(rows, 7, 3, 4), deviates_of(rows), basis())
    luck = np.random.default_rng(1)
    prior = luck.normal(size=(3000, N + 1))
    totals, log = _of_the_public(emulator, published_by(Record.read(), DAY), prior, 4, luck)
    weights = np.exp(log - log.max())
    assert weights[totals < 4].sum() == 0
    assert 5 < np.average(totals, weights=weights) < 12 and np.isfinite(log).any()


def test_every_forecast_is_told(tests):
    names = [each.name for each in tests[0].forecasts]
    assert names == ["the model", "Poisson", "negative binomial with season"]
    plain = tests[0].plain
    assert plain["until"] == "2024-12-31" and plain["rows"] == 400 and set(plain["forecasts"]) == set(names)


def test_a_record_of_other_months_has_no_back_test(rows):
    record = Record.read()
    other = replace(
        record, counts=tuple(each for each in record.counts if each.key != "crossings 2025-10 2025-10")
    )
    assert back_tests(rows, other, 1) == []


def test_rows_are_read_of_a_calibrations_folder(rows, tmp_path):
    with pytest.raises(BadInput, match="no table of rows"):
        rows_in(tmp_path)
    table = tmp_path / FOLDER
    table.mkdir()
    keep(table, PART, 0, 299, rows[:300])
    keep(table, PART, 250, 399, rows[250:])
    assert list(rows_in(tmp_path)["row"]) == list(range(400))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop(columns=["m_16"]), "do not have their months"),
        (lambda rows: rows[:50], "it has 50 rows with their months; a back-test needs 200"),
        (lambda rows: rows.assign(m_0=np.nan), "it has 0 rows"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(change, said, rows, tmp_path):
    (tmp_path / FOLDER).mkdir()
    keep(tmp_path / FOLDER, PART, 0, 399, change(rows))
    with pytest.raises(BadInput, match=said):
        rows_in(tmp_path)
