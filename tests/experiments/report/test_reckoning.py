"""What the page reckons in the reader's browser is what Python reckons, to the printed digit."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from browser import browser, in_a_browser
from scipy.special import gammaincinv

from experiments.design.plan import policy_words
from experiments.findings.mixture import mixture_of, standings
from experiments.findings.mixture_words import mixture_rows
from experiments.findings.regret import regrets
from experiments.findings.weighing import by_region
from experiments.findings.weighing_words import draws_worth, weighed_rows, weighed_words
from experiments.report.numbers import weighed_by
from experiments.statistics.intervals import FEWEST_DISCORDANT, Pilot, gamma_bounds
from experiments.statistics.weighted import tallied_quantile, weighted_quantiles
from experiments.wording import figure, many, number, share_figure

pytestmark = in_a_browser
WEIGHTS = ([1, 1, 1], [0, 1, 0], [4, 0.25, 1.5], [0.25, 4, 0])


@pytest.fixture(scope="module")
def reckon():
    """``reckon("name(a, b)", a=..., b=...)``: what the page's script makes of plain values."""
    source = (files("experiments") / "templates" / "reckoning.js").read_text("utf-8")
    with browser() as found:
        window = found.new_page()

        def reckoned(expression, **values):
            names = ", ".join(values)
            return window.evaluate(f"({{ {names} }}) => {{ {source}\nreturn {expression}; }}", values)

        yield reckoned


def test_numbers_are_worded_alike(reckon):
    luck = np.random.default_rng(1)
    ties = [0.5, 1.5, 2.5, 10.5, 11.5, 0.125, 0.375, 0.0625, 1e6 + 0.5]
    values = [*ties, 0.0, 1e-12, 2.675, 99.5, 99.96, 9.995, 0.1, 1.0, 12_345.6]
    values += (10 ** luck.uniform(-7, 6, 400)).tolist()
    assert reckon("x.map(figure)", x=values) == [figure(x) for x in values]
    counts = [value for value in values if value >= 0.001] + [12.25, 12.75, 2.125, 2.375]
    assert reckon("x.map(number)", x=counts) == [number(x) for x in counts]
    assert reckon('x.map((each) => many(each, "draw"))', x=[1, 2.5, 150]) == [
        "1 draw",
        "2.5 draws",
        "150 draws",
    ]
    assert many(2.5, "draw") == "2.5 draws"
    shares = [0, 0.005, 0.285, 0.125, 0.995, 0.9999, 1, *luck.uniform(0, 1, 400).tolist()]
    assert reckon("x.map(percent)", x=shares) == [share_figure(x) for x in shares]


def test_weighted_quantiles_are_the_usual_ones_where_all_weigh_the_same(reckon):
    luck, shares = np.random.default_rng(2), [0.0, 0.05, 0.5, 0.95, 1.0]
    for n in (1, 2, 7, 60):
        values = luck.normal(size=n).tolist()
        assert weighted_quantiles(values, np.full(n, 0.3), shares) == pytest.approx(
            np.quantile(values, shares)
        )
        weights = luck.choice([0.0, 0.5, 3.0], n, p=[0.2, 0.4, 0.4])
        weights[0] = 1.0
        found = reckon("weightedQuantiles(x, w, q)", x=values, w=weights.tolist(), q=shares)
        assert found == pytest.approx(weighted_quantiles(values, weights, shares))
    assert np.isnan(weighted_quantiles([1.0], [0.0], [0.5])).all()
    twice, heavy = (
        weighted_quantiles([1, 2, 2, 3], [1] * 4, [0.5]),
        weighted_quantiles([1, 2, 3], [1, 2, 1], [0.5]),
    )
    assert twice == heavy == 2.0


def test_a_tallied_quantile_is_in_the_place_of_the_value(reckon):
    luck = np.random.default_rng(3)
    values = luck.integers(0, 6, 37)
    tallies = np.bincount(values, minlength=6)
    for share in (0.0, 0.05, 0.4, 0.5, 0.95, 1.0):
        place = np.sort(values)[int(np.floor((values.size - 1) * share + 1e-9))]
        assert tallied_quantile(tallies, values.size, share) == place
        assert reckon("talliedQuantile(t, n, q)", t=tallies.tolist(), n=values.size, q=share) == place
    assert tallied_quantile([0, 0], 5, 0.5) == -1


def test_gamma_limits_are_those_of_scipy(reckon):
    sums = [(0, 0, 1), (1, 1, 1), (3.5, 4.1, 2.2), (250, 300, 1), (1e-4, 1e-8, 1e-4), (9000, 40000, 6)]
    for level in (0.95, 0.9988):
        for s, q, weight in sums:
            exact = gamma_bounds(s, q, weight, level)
            assert reckon("gammaBounds(s, q, w, l)", s=s, q=q, w=weight, l=level) == pytest.approx(
                exact, rel=1e-9
            )
    assert reckon("gammaQuantile(a, p)", a=0.03, p=0.4) == pytest.approx(gammaincinv(0.03, 0.4), rel=1e-8)


# -- draws by region ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def regions():
    """Forty draws of three regions: of five that had no violation nothing tells the region."""
    luck, draws = np.random.default_rng(4), list(range(100, 140))
    kind = luck.integers(0, 3, 40)
    violations = np.where(np.arange(40) < 35, 20, 0)
    runs = pd.DataFrame(
        {
            "draw": draws,
            "violations": violations,
            "false_incidents": np.where(kind == 0, 19, np.where(kind == 1, 0, 10)) * (violations > 0),
            "map_violations": np.where(kind == 1, 20, 3) * (violations > 0),
        }
    )
    effect = np.array([-0.6, 0.2, -0.1])[kind]
    logs = {
        name: effect * size + luck.normal(0, 0.3, (50, 40))
        for name, size in (("one", 1), ("two", 2), ("none", 0))
    }
    logs["same"] = np.full((50, 40), 1e-16) * np.arange(-20, 20)
    logs["seldom"] = np.where(kind == 1, 0.5 + logs["none"], 0.0)
    a_year = {name: luck.gamma(0.5, 3, 40) for name in (None, *logs)}
    found = by_region(runs, draws, a_year, logs, 1.25)
    return found, kind, logs, a_year


def test_regions_hold_each_draw_once(regions):
    found, kind, _, _ = regions
    assert found["regions"] == ["misjudged", "mapmade", "none"]
    assert found["region_of"] == [2 if i >= 35 else k for i, k in enumerate(kind.tolist())]
    assert sum(found["draws"]) == 40 and found["laws"] == 50


def test_all_of_one_weight_is_what_the_draws_say(regions):
    found, _, logs, a_year = regions
    rows = {row[0]: row for row in weighed_rows(found, [1, 1, 1])}
    least = np.minimum(np.minimum.reduce(list(logs.values())), 0)
    for name, its in logs.items():
        shares = (its < -1e-9).mean(axis=1)
        lowers = [shares.mean(), *np.quantile(shares, [0.025, 0.975])]
        told = "{} ({} - {})".format(*map(share_figure, lowers))
        assert rows[name][3] == ("unchanged" if name == "same" else told)
        assert rows[name][4:] == [
            share_figure(float(((its <= least) & (its < -1e-9)).mean())),
            share_figure(float((its <= least + np.log(1.25)).mean())),
        ]
        middle, low, high = np.quantile(a_year[name], [0.5, 0.05, 0.95])
        assert rows[name][1] == f"{figure(middle)} ({figure(low)} - {figure(high)})"
    assert draws_worth(found, [1, 1, 1]) == pytest.approx(40)


def test_one_region_alone_is_what_its_draws_say(regions):
    found, _, logs, a_year = regions
    own = np.array(found["region_of"]) == 0
    rows = {row[0]: row for row in weighed_rows(found, [0.5, 0, 0])}
    assert rows["same"][3] == rows["seldom"][3] == "unchanged"
    assert "changes clashes in no draws: same." in weighed_words(found, [1, 1, 1])
    for name in ("one", "two", "none"):
        its = logs[name]
        shares = (its[:, own] < 0).mean(axis=1)
        assert rows[name][3].startswith(f"{share_figure(float(shares.mean()))} (")
        ratio = float(np.exp(np.quantile(its[:, own], 0.5)))
        assert float(rows[name][2].split()[0]) == pytest.approx(ratio, abs=0.011)
        assert rows[name][1].startswith(f"{figure(float(np.median(a_year[name][own])))} (")
    assert rows[policy_words(None)][2:] == ["-"] * 4
    assert draws_worth(found, [0.5, 0, 0]) == pytest.approx(own.sum())
    for nothing in ([0, 0, 0], [-1, 1, 1]):
        with pytest.raises(ValueError, match="must weigh something"):
            weighed_rows(found, nothing)


def test_of_too_few_draws_nothing_is_decided(regions):
    """A policy that lowers clashes in each draw of a region by far is undecided where it has six of them."""
    found = regions[0] | {"draws": [6, 6, 28], "region_of": [0] * 6 + [1] * 6 + [2] * 28}
    sure = found["policies"]["one"] | {"lowers": [[6, 6, 28]] * found["laws"]}
    found = found | {"policies": {"one": sure}}
    assert weighed_words(found, [1, 1, 1]).endswith("Lowers clashes in nearly all draws: one.")
    assert weighed_words(found, [1, 1, 0]).endswith("Lowers clashes in nearly all draws: one.")
    assert weighed_words(found, [1, 0, 0]).endswith("Undecided: one.")


@pytest.mark.parametrize("weights", [*WEIGHTS, [4, 0, 0.25], [1, 0, 0]])
def test_the_page_weighs_draws_as_the_findings_do(reckon, regions, weights):
    found, by = regions[0], weighed_by()
    rows = reckon("weighedRows(f, w, by)", f=found, w=weights, by=by)
    assert [[row["name"], *row["cells"]] for row in rows] == weighed_rows(found, weights)
    assert reckon("weighedWords(f, w, by)", f=found, w=weights, by=by) == weighed_words(found, weights)


def test_no_page_is_made_too_large():
    draws = list(range(16_000))
    runs = pd.DataFrame({"draw": draws, "violations": 1, "false_incidents": 0, "map_violations": 0})
    many_ = {name: np.zeros(len(draws)) for name in (None, "one")}
    assert by_region(runs, draws, many_, {"one": np.zeros((1, len(draws)))}, 1.25) is None
    assert by_region(runs[:3], draws[:3], {None: np.zeros(3)}, {}, 1.25) is None


# -- futures --------------------------------------------------------------------------------------


def futures(kind):
    """Three futures of 40 worlds of 2 or 3 years each under three options; bursts are shared."""
    luck, found = np.random.default_rng(5), {}
    for i, years in enumerate((2.0, 3.0, 2.0)):
        base = luck.poisson(luck.gamma(0.6, 2.0, 40) * (i + 1))
        options = {
            None: base,
            "halves": luck.binomial(base, 0.4),
            "nothing": base,
            "adds": base + luck.poisson(0.1, 40),
        }
        scale = 0.37 if kind == "expected" else 1
        found[f"f{i}"] = {
            name: (scale * its.astype(float), np.full(40, years)) for name, its in options.items()
        }
    pool = [its for future in found.values() for its, _ in future.values()]
    return found, sum((Pilot.of(its) for its in pool[1:]), Pilot.of(pool[0]))


@pytest.mark.parametrize("kind", ["counted", "expected"])
def test_one_future_alone_has_its_own_rates_and_regret(kind):
    counts, pool = futures(kind)
    found = mixture_of(counts, pool, 0.95, kind)
    for i, (name, its) in enumerate(counts.items()):
        alone = regrets({name: its}, pool, 0.95, kind)
        for standing in standings(found, [float(i == k) for k in range(3)]):
            own = alone[standing["option"]]
            assert [standing[key] for key in ("rate", "regret", "low", "high")] == pytest.approx(
                [own.mean, own.estimate, own.low, own.high], rel=1e-6, abs=1e-9
            )


def test_ranks_are_what_is_not_ruled_out_and_the_same_stays_undecided():
    counts, pool = futures("counted")
    found = {each["option"]: each for each in standings(mixture_of(counts, pool, 0.95), [1, 1, 1])}
    assert found["halves"]["rank"] == (1, 1) and found["halves"]["high"] == 0
    assert found[None]["rank"][0] == found["nothing"]["rank"][0] == 2
    assert found[None]["rank"] == found["nothing"]["rank"]  # identical: neither is better
    few = {
        name: {
            option: (np.minimum(its, np.arange(40) < FEWEST_DISCORDANT - 1), years)
            for option, (its, years) in each.items()
        }
        for name, each in counts.items()
    }
    assert {each["rank"] for each in standings(mixture_of(few, pool, 0.95), [1, 1, 1])} == {(1, 4)}


@pytest.mark.parametrize("kind", ["counted", "expected"])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_page_weighs_futures_as_the_findings_do(reckon, kind, weights):
    counts, pool = futures(kind)
    found = mixture_of(counts, pool, 0.95, kind)
    page = found | {
        "options": list(map(policy_words, found["options"])),
        "fewest_discordant": FEWEST_DISCORDANT,
    }
    rows = reckon("mixtureRows(f, w)", f=page, w=weights)
    assert [[row["name"], *row["cells"]] for row in rows] == mixture_rows(found, weights)


def test_what_cannot_be_weighed_is_not_offered():
    counts, pool = futures("counted")
    its, years = counts["f1"]["halves"]
    counts["f1"]["halves"] = its, np.where(np.arange(40) == 3, 1.0, years)  # a run that ended early
    assert mixture_of(counts, pool, 0.95) is None
    counts["f1"]["halves"] = its[:30], years[:30]
    assert mixture_of(counts, pool, 0.95) is None
    fair, pool = futures("counted")
    for nothing in ([0, 0, 0], [-1, 2, 1]):
        with pytest.raises(ValueError, match="must weigh something"):
            standings(mixture_of(fair, pool, 0.95), nothing)
