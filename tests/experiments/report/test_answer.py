"""The three sentences say what the figures say, whatever was asked."""

import pytest

from experiments.report.answer import answer

BASE = {"estimate": 0.82, "low": 0.59, "high": 1.1, "n": 120.0, "events": 99.0, "effective_clusters": 40.0}


def rate(estimate, low, high, clusters=40.0):
    return {
        "clashes": BASE | {"estimate": estimate, "low": low, "high": high, "effective_clusters": clusters}
    }


def study(rates, comparisons=None, estimate=("clashes",), **more):
    manifest = {
        "estimate": estimate,
        "arms": {name: {"policy": None if "+" not in name else "x"} for name in rates},
    }
    figures = {
        "rates": rates,
        "any_clash": {name: BASE for name in rates},
        "clusters": 80.0,
        "runs": dict.fromkeys(rates, 1200),
        "comparisons": comparisons or {},
        "regret": None,
        "family": {"comparisons": 6, "level": 0.99, "interim": None},
        "too_few_clusters": False,
        "alike": [],
        "best": {},
        "over_draws": {},
        "days": dict.fromkeys(rates, 365),
    }
    return answer(manifest, figures | more)


def policy(verdict, difference):
    ends = {"estimate": difference, "low": difference - 0.1, "high": difference + 0.1}
    return {"measures": {"clashes": {"verdict": verdict, "difference": ends, "runs": 1200}}}


def test_one_future_names_what_is_decided_and_by_how_much():
    rates = {"now": rate(0.82, 0.59, 1.1), "now + a": rate(0.5, 0.4, 0.6, 12.0)}
    compared = {
        "now": {
            "a": policy("lower", -0.32),
            "b": policy("undecided", 0.02),
            "c": policy("identical", 0.0),
            "d": policy("lower", -0.5),
        }
    }
    first, second, third = study(rates, compared)
    assert first.startswith(
        "In now the model has 0.82 accidental clashes a year (95% interval 0.59 to 1.1, n = 99 in 120 years)"
    )
    assert second == (
        "Of 4 policies: the rate of accidental clashes is lower with d (-0.50 a year, interval -0.60 to "
        "-0.40, n = 1,200 runs), a (-0.32 a year, interval -0.42 to -0.22, n = 1,200 runs) (1 undecided, 1 "
        "identical to no policy)."
    )
    assert "2,400 runs of 2 arms" in third and "at least 12 effective clusters" in third
    assert "95% over 6 comparisons" in third and "too few" not in third


def test_what_is_expected_decides_and_what_was_counted_is_the_rate():
    """Each of the two sentences names what it is of."""
    lower = policy("lower", -0.3)["measures"]["clashes"]
    compared = {"now": {"a": {"measures": {"expected_clashes": lower}}}}
    rates = rate(0.82, 0.59, 1.1)
    expected = {"expected_clashes": BASE | {"estimate": 0.9, "effective_clusters": 64.0}}
    found = study({"now": rates | expected}, compared, estimate=["expected_clashes"])
    assert found[0].startswith("In now the model has 0.82 accidental clashes a year (95% interval 0.59 to")
    assert found[1].startswith("Of 1 policy: the rate of expected accidental clashes is lower with a (-0.30")
    assert "the expected accidental clashes have at least 64 effective clusters" in found[2]


def test_nothing_decided_is_not_no_effect():
    compared = {"now": {"a": policy("undecided", -0.32)}}
    second = study({"now": rate(0.82, 0.59, 1.1)}, compared, too_few_clusters=True)[1:]
    assert second[0] == ("Of 1 policy: no effect on the rate of accidental clashes is decided (1 undecided).")
    assert "too few in the whole study" in second[1]


def test_several_futures_count_where_a_policy_is_decided_and_name_the_least_regret():
    rates = {"now": rate(0.82, 0.59, 1.1), "then": rate(1.4, 1.2, 1.6)}
    compared = {
        "now": {"a": policy("lower", -0.3), "b": policy("higher", 0.2)},
        "then": {"a": policy("lower", -0.5), "b": policy("undecided", 0.1)},
    }
    regret = [
        {"policy": "a", "regret": {"estimate": 0.0, "low": 0.0, "high": 0.2}},
        {"policy": None, "regret": {"estimate": 0.5, "low": 0.2, "high": 0.8}},
    ]
    first, second, _ = study(rates, compared, regret=regret)
    assert "from 0.82 accidental clashes a year" in first and first.endswith(" in then.")
    assert (
        "the rate of accidental clashes is lower with a (-0.50 to -0.30 a year in 2 of 2 futures)" in second
    )
    assert "higher with b (+0.20 a year in 1 of 2 futures)" in second
    assert (
        "at worst, a is nearest to the lowest rate of each future, with a largest regret of 0 accid" in second
    )
    regret[0]["regret"]["estimate"] = 0.6
    assert "at worst, no policy is nearest" in study(rates, compared, regret=regret)[1]


def test_best_is_said_only_where_it_is_decided_against_the_next():
    rates, compared = {"now": rate(0.82, 0.59, 1.1)}, {"now": {"a": policy("lower", -0.3)}}
    gap = {"estimate": -0.2, "low": -0.4, "high": -0.1}
    best = {"now": {"policy": "a", "next": None, "difference": gap, "decided": True}}
    second = study(rates, compared, best=best)[1]
    assert "; best is a, against no policy as the next (-0.20 a year, interval -0.40 to -0.10)." in second
    best["now"]["decided"] = False
    second = study(rates, compared, best=best)[1]
    assert "which is best is undecided, a and no policy are not told apart" in second
    assert "best is a" not in second


def test_several_futures_say_in_how_many_a_best_one_is_decided():
    rates = {"now": rate(0.82, 0.59, 1.1), "then": rate(1.4, 1.2, 1.6)}
    compared = {name: {"a": policy("lower", -0.3)} for name in rates}
    one = {"policy": "a", "next": None, "decided": True}
    best = {"now": one, "then": one | {"decided": False}}
    assert "; best, of 2 futures: a in 1." in study(rates, compared, best=best)[1]
    best["now"] = best["then"]
    assert "; in no future is it decided which is best." in study(rates, compared, best=best)[1]


def test_cells_identical_to_the_bit_are_counted_once():
    rates = {name: rate(0.82, 0.59, 1.1) for name in ("ignored", "refused", "accepted")}
    compared = {name: {"a": policy("lower", -0.3)} for name in rates}
    same = [{"policy": each, "futures": ["ignored", "refused"]} for each in (None, "a")]
    first, second, _ = study(rates | {"accepted": rate(1.4, 1.2, 1.6)}, compared, alike=same)
    assert first.startswith("Over 2 futures without a policy")
    assert "over 3 futures (those identical to the bit count once)" in second
    assert "a (-0.30 a year in 2 of 2 futures)" in second


def test_short_runs_and_few_clusters_are_said_with_the_rate():
    rates = {"now": {"clashes": rate(0.82, 0.59, 1.1)["clashes"] | {"too_few_clusters": True}}}
    first = study(rates, days={"now": 40})[0]
    assert "accidental clashes a year, from runs of 40 days (95% interval 0.59 to 1.1, on under 10" in first
    assert "runs of" not in study(rates, days={"now": 365})[0]
    assert "from runs of 40 to 92 days" in study(rates, days={"now": 40, "b": 92, "c": 400})[0]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ((0.5, 0.4, 0.6), (1.0, 0.8, 1.3), "do not overlap"),
        ((0.5, 0.4, 0.9), (1.0, 0.8, 1.3), "overlap"),
        ((0.5, 0.4, None), (1.0, 0.8, None), "overlap"),
    ],
)
def test_without_policies_it_says_whether_the_ends_are_apart(low, high, said):
    second = study({"few": rate(*low), "many": rate(*high)})[1]
    assert f"of 2 arms {said}, and" in second


def test_one_arm_alone():
    assert "No policy was compared" in study({"now": rate(0.82, 0.59, 1.1)})[1]


def test_where_all_futures_are_alike_none_is_lowest():
    nothing = {
        "clashes": BASE | {"estimate": 0.0, "low": 0.0, "high": 1.4, "events": 0.0, "effective_clusters": 0.0}
    }
    first, second, third = study({"now": nothing, "then": nothing})
    assert first == (
        "In each of 2 futures without a policy the model has 0 accidental clashes a "
        "year (95% interval 0 to 1.4 in now)."
    )
    assert second == "No policy was compared, and all 2 arms have the same rate."
    assert "2 arms, none of which saw any accidental clashes;" in third
    third = study({"now": nothing, "then": rate(0.82, 0.59, 1.1)})[2]
    assert "not each of which saw any accidental clashes;" in third
