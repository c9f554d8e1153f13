"""The three sentences say what the figures say, whatever was asked."""

import pytest

from experiments.answer import answer

BASE = {"estimate": 0.82, "low": 0.59, "high": 1.1, "n": 120.0, "events": 99.0,
        "effective_clusters": 40.0}  # fmt: skip


def rate(estimate, low, high, clusters=40.0):
    return {"clashes": BASE | {"estimate": estimate, "low": low, "high": high,
                               "effective_clusters": clusters}}  # fmt: skip


def study(rates, comparisons=None, **more):
    manifest = {"estimate": ["clashes"], "arms": {name: {"policy": None if "+" not in name else "x"}
                                                    for name in rates}}  # fmt: skip
    figures = {
        "rates": rates, "any_clash": {name: BASE for name in rates}, "clusters": 80.0,
        "runs": dict.fromkeys(rates, 1200), "comparisons": comparisons or {}, "regret": None,
        "family": {"comparisons": 6, "level": 0.99, "looks": None}, "too_few_clusters": False,
    }  # fmt: skip
    return answer(manifest, figures | more)


def policy(verdict, difference):
    ends = {"estimate": difference, "low": difference - 0.1, "high": difference + 0.1}
    return {"measures": {"clashes": {"verdict": verdict, "difference": ends, "runs": 1200}}}


def test_one_future_names_what_is_decided_and_by_how_much():
    rates = {"now": rate(0.82, 0.59, 1.1), "now + a": rate(0.5, 0.4, 0.6, 12.0)}
    compared = {"now": {"a": policy("lower", -0.32), "b": policy("undecided", 0.02),
                        "c": policy("identical", 0.0), "d": policy("lower", -0.5)}}  # fmt: skip
    first, second, third = study(rates, compared)
    assert first.startswith("In now the model has 0.82 accidental clashes a year (95% interval "
                            "0.59 to 1.1, n = 99 in 120 years)")  # fmt: skip
    assert second == (
        "Of 4 policies: the rate is lower with d (-0.50 a year, interval -0.60 to -0.40, n = 1,200 "
        "runs), a (-0.32 a year, interval -0.42 to -0.22, n = 1,200 runs) (1 undecided, 1 "
        "identical to no policy)."
    )
    assert "2,400 runs of 2 arms" in third and "at least 12 effective clusters" in third
    assert "95% over 6 comparisons" in third and "too few" not in third


def test_nothing_decided_is_not_no_effect():
    compared = {"now": {"a": policy("undecided", -0.32)}}
    second = study({"now": rate(0.82, 0.59, 1.1)}, compared, too_few_clusters=True)[1:]
    assert second[0] == ("Of 1 policy: no effect on the rate is decided (1 undecided).")
    assert "too few in the whole study" in second[1]


def test_several_futures_count_where_a_policy_is_decided_and_name_the_least_regret():
    rates = {"now": rate(0.82, 0.59, 1.1), "then": rate(1.4, 1.2, 1.6)}
    compared = {"now": {"a": policy("lower", -0.3), "b": policy("higher", 0.2)},
                "then": {"a": policy("lower", -0.5), "b": policy("undecided", 0.1)}}  # fmt: skip
    regret = [
        {"policy": "a", "regret": {"estimate": 0.0, "low": 0.0, "high": 0.2}},
        {"policy": None, "regret": {"estimate": 0.5, "low": 0.2, "high": 0.8}},
    ]
    first, second, _ = study(rates, compared, regret=regret)
    assert "from 0.82 accidental clashes a year" in first and first.endswith(" in then.")
    assert "lower: a (-0.50 to -0.30 a year in 2 of 2 futures)" in second
    assert "higher: b (+0.20 a year in 1 of 2 futures)" in second
    assert "least far from the best, at worst, is a, with a largest regret of 0 accid" in second
    regret[0]["regret"]["estimate"] = 0.6
    assert "at worst, is no policy, with" in study(rates, compared, regret=regret)[1]


@pytest.mark.parametrize(("low", "high", "said"), [
    ((0.5, 0.4, 0.6), (1.0, 0.8, 1.3), "do not overlap"),
    ((0.5, 0.4, 0.9), (1.0, 0.8, 1.3), "overlap"),
    ((0.5, 0.4, None), (1.0, 0.8, None), "overlap"),
])  # fmt: skip
def test_without_policies_it_says_whether_the_ends_are_apart(low, high, said):
    second = study({"few": rate(*low), "many": rate(*high)})[1]
    assert f"of 2 arms {said}, and" in second


def test_one_arm_alone():
    assert "No policy was compared" in study({"now": rate(0.82, 0.59, 1.1)})[1]


def test_where_all_futures_are_alike_none_is_lowest():
    nothing = {"clashes": BASE | {"estimate": 0.0, "low": 0.0, "high": 1.4, "events": 0.0,
                                  "effective_clusters": 0.0}}  # fmt: skip
    first, second, third = study({"now": nothing, "then": nothing})
    assert first == ("In each of 2 futures without a policy the model has 0 accidental clashes a "
                     "year (95% interval 0 to 1.4 in now).")  # fmt: skip
    assert second == "No policy was compared, and all 2 arms have the same rate."
    assert "2 arms, none of which saw any accidental clashes;" in third
    third = study({"now": nothing, "then": rate(0.82, 0.59, 1.1)})[2]
    assert "not each of which saw any accidental clashes;" in third
