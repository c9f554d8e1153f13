"""figures.json: one verdict for stop and report, regret of the rates' table, what words rest on."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from little import SCENARIO, STUDY, plan, run_rows, write
from shape import strange

from experiments.design.arms import plan_of, read_study
from experiments.findings.figures import figures_of
from experiments.findings.figures_file import Figures
from experiments.findings.regret import regrets
from experiments.findings.tables import Tables
from experiments.findings.verdict_words import counted_words
from experiments.measures import BESIDE, EXPECTED
from experiments.statistics.interim import common_level, interim_runs
from experiments.statistics.intervals import Pilot
from experiments.study.stopping import Tally, last_interims, targets

NAMES = [
    f"border.marker_survival = {p}{policy}"
    for p in ("0.9", "0.1")
    for policy in ("", " + nothing", " + wider response margin")
]
DECIDED = "until: decided\nbudget: 400"
INCIDENTS = pd.DataFrame(columns=["arm", "run", "incident", "opened", "s_km"])


def by_arm(study, *tables):
    """The runs and incidents of each arm that has any run, in the plan's order."""
    arms = [name for name in study.arms if (tables[0]["arm"] == name).any()]
    return Tables(*({name: table[table["arm"] == name] for name in arms} for table in tables))


def figures(study, counts, complete=True, days=365.0):
    """Of a study whose arms had these clashes in their runs."""
    runs = pd.concat([run_rows(name, counts[name], days) for name in counts])
    failed = [
        {"arm": name, "run": k} for name, each in counts.items() for k, n in enumerate(each) if n is None
    ]
    found = figures_of(study, by_arm(study, runs, INCIDENTS), complete, failed)
    return json.loads(json.dumps(found))


def tallied(counts, upto):
    tally = Tally("clashes")
    for name, each in counts.items():
        for k, n in enumerate(each[: upto[name]]):
            tally.add(name, k, None if n is None else {"days": 365.0, "clashes": n})
    return tally


def stopped(study, counts):
    """The counts of the runs that a study plays, analysis by analysis, before all its arms have stopped."""
    played = dict.fromkeys(counts, 0)
    while (wanted := targets(study, tallied(counts, played))) != played:
        played = wanted
    return {name: each[: played[name]] for name, each in counts.items()}


def headline(found):
    """Of every policy: (future, policy) and its comparison of clashes."""
    return {
        (future, policy): each["measures"]["clashes"]
        for future, policies in found["comparisons"].items()
        for policy, each in policies.items()
    }


@pytest.fixture
def decided(tmp_path):
    return plan(tmp_path, DECIDED)


@pytest.mark.parametrize("rule", [DECIDED, "runs: 120"])
def test_all_figures_have_the_shape_that_readers_are_told(tmp_path, rule):
    study = plan(tmp_path, rule)
    counts = {name: [k % 3, 0] * 60 for k, name in enumerate(NAMES)}
    found = figures(study, counts | {NAMES[1]: [0, 0, None, 1]})
    assert found["comparisons"] and found["best"] and found["regret"]
    assert strange(found, Figures) is None


def test_an_arm_keeps_the_verdict_with_which_it_stopped(decided):
    """It stops at the first analysis; bursts that the others have later widen no interval of its."""
    first = interim_runs(400)[0]
    base = [1] * 40 + [0] * (first - 40)
    counts = {name: base + [9, 0] * ((400 - first) // 2) for name in NAMES}
    counts[NAMES[2]] = [0] * 15 + [1] * 8 + [0] * 377
    played = stopped(decided, counts)
    assert len(played[NAMES[2]]) == first and len(played[NAMES[0]]) == 400
    which = "border.marker_survival = 0.9", "wider response margin"
    found = headline(figures(decided, played))[which]
    assert (found["verdict"], found["runs"], found["interim"]) == ("lower", first, first)
    assert found["in_words"] == f"lower at the interim analysis after {first} runs"
    assert found["difference"]["high"] < 0 and found["ratio"]["high"] < 1
    at_the_analysis = {name: each[:first] for name, each in played.items()}
    without = headline(figures(decided, at_the_analysis, complete=False))[which]
    assert without["difference"] == found["difference"]
    assert without["ratio"] == found["ratio"]


@pytest.mark.parametrize("seed", [0, 75, 84, 97, 120, 136, 148])
def test_never_does_a_report_contradict_the_stop(decided, seed):
    """At all seeds but the first an arm would be undecided by what all arms know in the end."""
    luck, n = np.random.default_rng(seed), 400
    burst = luck.integers(1, 6)
    counts = {}
    for i, name in enumerate(NAMES):
        lower = luck.choice([0.2, 0.5, 1.0]) if i % 3 else 1.0
        clashes = luck.poisson(0.12 * lower, n) * luck.integers(1, burst + 1, n)
        counts[name] = [None if luck.random() < 0.01 else int(each) for each in clashes]
    played = stopped(decided, counts)
    stops = last_interims(decided, tallied(played, {name: len(each) for name, each in played.items()}))
    for (future, policy), found in headline(figures(decided, played)).items():
        arm = decided.futures[future][policy].name
        assert found["interim"] == stops[arm].runs == len(played[arm])
        early = len(played[arm]) < len(played[NAMES[0 if "0.9" in arm else 3]])
        assert (found["verdict"] != "undecided") or not early
        if found["verdict"] == "undecided":
            assert len(played[arm]) == interim_runs(400)[-1]


def test_before_the_first_analysis_nothing_is_decided(decided):
    counts = {name: ([0] * 60 if "wider" in name else [1] * 60) for name in NAMES}
    found = headline(figures(decided, counts, complete=False))
    for (_, policy), each in found.items():
        assert (each["verdict"], each["interim"]) == ("undecided" if "wider" in policy else "identical", 0)
    assert each["difference"]["high"] < 0
    assert each["in_words"] == "undecided; the first interim analysis is still to come"


def test_between_analyses_the_last_one_speaks(decided):
    first = interim_runs(400)[0]
    counts = {name: [k % 2 for k in range(first)] + [0 if "+" in name else 5] * 20 for name in NAMES}
    for each in headline(figures(decided, counts, complete=False)).values():
        assert (each["runs"], each["interim"], each["difference"]["estimate"]) == (first, first, 0)


def test_a_study_of_fixed_runs_knows_no_interim_analysis(tmp_path):
    counts = {name: [0 if "wider" in name else k % 2 for k in range(60)] for name in NAMES}
    found = figures(plan(tmp_path, "runs: 60"), counts)
    assert found["family"]["interim"] is None
    each = headline(found)["border.marker_survival = 0.9", "wider response margin"]
    assert (each["in_words"], each["interim"], each["runs"]) == ("lower", None, 60)


def test_analyses_are_claimed_only_where_the_level_pays_for_them(tmp_path):
    counts = {name: [1, 0] * 30 for name in NAMES}
    precise = plan(tmp_path, "until: {relative_half_width: 0.2}\nbudget: 400")
    found = figures(precise, counts)["family"]
    assert found["interim"] is None and found["level"] == pytest.approx(1 - 0.05 / 4)
    found = figures(plan(tmp_path, DECIDED), counts)["family"]
    assert found["interim"] == len(interim_runs(400)) and found["level"] > 1 - 0.05 / 4


@pytest.mark.parametrize("runs", [[60] * 6, [60, 20, 40, 60, 60, 10]], ids=["equal", "unequal"])
def test_regret_is_the_difference_of_rates_in_the_table(tmp_path, runs):
    luck = np.random.default_rng(3)
    counts = {
        name: [None if luck.random() < 0.05 else int(luck.poisson(0.5)) for _ in range(n)]
        for name, n in zip(NAMES, runs, strict=True)
    }
    study = plan(tmp_path, "runs: 60")
    found = figures(study, counts)
    rates = {
        future: {arm.policy: found["rates"][arm.name]["clashes"]["estimate"] for arm in arms.values()}
        for future, arms in study.futures.items()
    }
    regret = regrets_by_policy(found)
    for policy, each in regret.items():
        own = [rates[future][policy] - min(rates[future].values()) for future in rates]
        assert each["regret"]["estimate"] == pytest.approx(max(own))
        assert each["regret"]["low"] <= each["regret"]["estimate"] <= each["regret"]["high"]
        assert each["mean"] == pytest.approx(np.mean([rates[future][policy] for future in rates]))
        assert each["worst"] == pytest.approx(max(rates[future][policy] for future in rates))


def regrets_by_policy(found):
    return {each["policy"]: each for each in found["regret"]}


def test_regret_counts_each_arms_own_exposure(tmp_path):
    """All arms have the same rate; those that end sooner have no regret less for it."""
    study = plan(tmp_path, "runs: 400")
    runs = [run_rows(name, *(([1] * 400, 73.0) if "+" in name else ([5] * 400, 365.0))) for name in NAMES]
    found = figures_of(study, by_arm(study, pd.concat(runs), INCIDENTS), True)
    for each in regrets_by_policy(found).values():
        assert each["regret"]["estimate"] == pytest.approx(0, abs=1e-12)
        assert each["mean"] == pytest.approx(5.0)


@pytest.mark.parametrize("rule", ["runs: 60", DECIDED])
def test_regret_holds_at_all_analyses(tmp_path, rule):
    luck = np.random.default_rng(8)
    study = plan(tmp_path, rule)
    counts = {name: luck.poisson(0.3, 60).tolist() for name in NAMES}
    each = {name: (np.reshape(own, (30, 2)).sum(axis=1), np.full(30, 2.0)) for name, own in counts.items()}
    pool = sum((Pilot.of(own) for own, _ in each.values()), Pilot(0, 0, 0, 0))
    by_future = {
        future: {arm.policy: each[arm.name] for arm in arms.values()}
        for future, arms in study.futures.items()
    }
    level = 1 - common_level(0.05, tuple(interim_runs(400))) if rule == DECIDED else 0.95
    expected = regrets(by_future, pool, level)
    for policy, found in regrets_by_policy(figures(study, counts, complete=False)).items():
        assert found["regret"]["high"] == pytest.approx(expected[policy].high)


def test_identical_says_on_how_many_exposed_days_it_rests(tmp_path):
    counts = {name: [1] + [0] * 59 for name in NAMES}
    each = headline(figures(plan(tmp_path, "runs: 60"), counts, days=40.0))
    assert {found["verdict"] for found in each.values()} == {"identical"}
    assert {found["in_words"] for found in each.values()} == {
        "identical to the baseline: it never bound in 60 runs (2,400 exposed days)"
    }


@pytest.mark.parametrize(
    ("start", "days", "words"),
    [
        ("2026-01-31", 40.0, "it never bound in 2 runs (in force on 20 of 80 exposed days)"),
        ("2026-01-31", 10.0, "it was in force on none of 20 exposed days (2 runs)"),
        ("2026-01-31", 0.5, "it was in force on none of 1 exposed day (2 runs)"),
        (None, 40.0, "it never bound in 2 runs (80 exposed days)"),
    ],
)
def test_a_policy_that_starts_late_is_judged_by_the_days_it_was_in_force(tmp_path, start, days, words):
    begins = "" if start is None else f"start: {start}\n"
    (tmp_path / "late.yaml").write_text(f"name: late\nbinds: [north, south]\n{begins}set: {{}}\n")
    assert told(tmp_path, "[late.yaml]", days) == {f"identical to the baseline: {words}"}


def told(folder, policies, days):
    """What is said of policies that never bound in two runs that begin in 2026."""
    write(folder, "runs: 2")
    text = STUDY.replace("[nothing, wider_margin]", policies) + "runs: 2\nestimate: [clashes]\n"
    (folder / "study.yaml").write_text(text)
    (folder / "short.yaml").write_text(SCENARIO + "start: 2026-01-01\n")
    study = plan_of(
        read_study(str(folder / "study.yaml"), {}),
        "dmz study",
        {"verb": "study", "name": str(folder / "study.yaml"), "changes": {}},
    )
    found = headline(figures(study, {name: [1, 0] for name in study.arms}, days=days))
    return {each["in_words"] for each in found.values()}


def test_of_several_policies_the_first_to_start_is_in_force(tmp_path):
    for name, start in (("later", "2026-01-31"), ("late", "2026-01-11")):
        text = f"name: {name}\nbinds: [north, south]\nstart: {start}\nset: {{}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    assert told(tmp_path, "[[later.yaml, late.yaml]]", 40.0) == {
        "identical to the baseline: it never bound in 2 runs (in force on 60 of 80 exposed days)"
    }


def test_arms_that_share_no_run_are_not_compared(tmp_path):
    counts = {name: [None, 1] if "+" in name else [1, None] for name in NAMES}
    assert figures(plan(tmp_path, "runs: 2"), counts)["comparisons"] == {}


def test_costs_are_a_year_of_each_arms_own_exposure(tmp_path):
    study = plan(tmp_path, "runs: 10")
    runs = []
    for name in NAMES:
        table = run_rows(name, [1] * 10, 73.0 if "+" in name else 365.0)
        south, lost, deepest = (7, 30, 9) if "+" in name else (4, 10, 4)
        years = table["days"] / 365
        runs.append(
            table.assign(
                unanswered_north=5 * years,
                unanswered_south=south * years,
                workdays_north=100 * years,
                workdays_lost_north=lost * years,
                deepest_unanswered_south=float(deepest),
            )
        )
    found = figures_of(study, by_arm(study, pd.concat(runs), INCIDENTS), True)
    for policies in found["comparisons"].values():
        for each in policies.values():
            costs = each["costs"]
            assert costs["unanswered_north"] == pytest.approx(0)
            assert costs["unanswered_south"] == pytest.approx(3)
            assert costs["workdays_lost_north"] == pytest.approx(20)
            assert costs["workdays_lost_south"] == 0
            assert (costs["deepest_unanswered_south"], costs["deepest_unanswered_south_baseline"]) == (9, 4)


def test_rungs_are_told_at_95_percent_and_the_family_at_its_own(tmp_path):
    counts = {name: [1, 0] * 5 for name in NAMES}
    found = figures(plan(tmp_path, "runs: 10"), counts)
    measures = found["comparisons"]["border.marker_survival = 0.9"]["nothing"]["measures"]
    levels = {name: each["level"] for name, each in measures.items()}
    assert found["family"]["measures"] == ["clashes"] and found["family"]["comparisons"] == 4
    assert levels.pop("clashes") == found["family"]["level"]
    assert set(levels.values()) == {0.95} and set(levels) == set(BESIDE) - {"clashes"}
    for name, each in measures.items():
        assert each["adjusted"] == (name == "clashes")


def test_what_is_not_of_the_family_says_unadjusted_wherever_it_has_a_verdict(tmp_path):
    counts = {name: [0 if "wider" in name else k % 2 for k in range(60)] for name in NAMES}
    found = figures(plan(tmp_path, "runs: 60"), counts)
    measures = found["comparisons"]["border.marker_survival = 0.9"]["wider response margin"]["measures"]
    assert measures["clashes"]["in_words"] == "lower"
    assert measures["incidents"]["in_words"] == "lower (unadjusted)"
    assert measures["rung_5"]["in_words"].startswith(
        "undecided (unadjusted); 0 worlds differ, too few (under 20)"
    )


@pytest.mark.parametrize(
    ("policy", "runs", "words"),
    [
        (
            [1] * 60 + [0] * 40,
            200,
            r"undecided; about [\d,]+ to [\d,]+ runs would decide \(27 worlds differ\)",
        ),
        ([1] * 42 + [0] * 58, 200, r"undecided; [\d,]+ runs or more would decide \(\d+ worlds differ\)"),
        (
            [1] * 3 + [0] * 97,
            200,
            "undecided; 7 worlds differ, too few \\(under 20\\) to say how many runs would",
        ),
    ],
)
def test_how_many_runs_would_decide_is_a_range_and_needs_events(tmp_path, policy, runs, words):
    study = plan(tmp_path, f"runs: {runs}")
    base = {60: [0] * 18 + [1] * 51 + [0] * 31, 42: [0] * 13 + [1] * 41 + [0] * 46}
    its = base.get(sum(policy), [1] * 10 + [0] * 90)
    counts = {name: np.repeat(policy if "wider" in name else its, 2).tolist() for name in NAMES}
    found = headline(figures(study, counts))["border.marker_survival = 0.9", "wider response margin"]
    assert re.fullmatch(words, found["in_words"]), found["in_words"]
    assert (found["runs_to_decide"] is None) == ("too few" in words)


def test_a_rate_on_few_clusters_is_marked_and_a_strong_measure_is_not(tmp_path):
    counts = {name: [1, 0] * 30 for name in NAMES}
    counts[NAMES[1]], counts[NAMES[2]] = [1, 0] * 5 + [0] * 50, [0] * 60
    found = figures(plan(tmp_path, "runs: 60"), counts)
    few = {name: found["rates"][name]["clashes"].get("too_few_clusters", False) for name in NAMES}
    assert few == dict.fromkeys(NAMES, False) | {NAMES[1]: True}
    cells = headline(found)
    strong = cells["border.marker_survival = 0.9", "wider response margin"]
    assert strong["verdict"] == "lower" and "too_few_clusters" not in strong["policy"]
    assert cells["border.marker_survival = 0.9", "nothing"]["policy"]["too_few_clusters"]
    nothing_known = figures(plan(tmp_path, "runs: 60"), {name: [0] * 60 for name in NAMES})
    assert nothing_known["rates"][NAMES[2]]["clashes"]["too_few_clusters"]


def test_best_is_decided_against_the_next_and_not_by_its_rank(tmp_path):
    study = plan(tmp_path, "runs: 120")
    counts = {name: [1, 0] * 60 for name in NAMES}
    counts[NAMES[2]] = [0] * 120
    counts[NAMES[5]] = [0, 0] * 2 + [1, 0] * 58
    found = figures(study, counts)["best"]
    first, second = found["border.marker_survival = 0.9"], found["border.marker_survival = 0.1"]
    assert (first["policy"], first["decided"]) == ("wider response margin", True)
    assert first["difference"]["high"] < 0
    assert (second["policy"], second["decided"]) == ("wider response margin", False)
    assert first["level"] == pytest.approx(1 - 0.05 / 6)
    few = figures(study, counts | {NAMES[2]: [0, 0] * 5 + [1, 0] * 55})["best"]
    assert not few["border.marker_survival = 0.9"]["decided"], "five worlds that differ decide nothing"


def test_cells_that_are_identical_to_the_bit_are_one_confirmation(tmp_path):
    study = plan(tmp_path, "runs: 60")
    luck = np.random.default_rng(2)
    same = {name: luck.poisson(0.5, 60).tolist() for name in NAMES[:3]}
    twice = same | dict(zip(NAMES[3:], same.values(), strict=True))
    found, futures = figures(study, twice), ["border.marker_survival = 0.9", "border.marker_survival = 0.1"]
    assert found["alike"] == [
        {"policy": policy, "futures": futures} for policy in (None, "nothing", "wider response margin")
    ]
    assert list(found["best"]) == [" = ".join(futures)]
    for each in found["regret"]:
        assert each["regret_future"] == " = ".join(futures)
    one = {name: each for name, each in twice.items()}
    one[NAMES[5]] = [0] * 60
    found = figures(study, one)
    assert [each["policy"] for each in found["alike"]] == [None, "nothing"]
    assert list(found["best"]) == futures


def test_shares_of_incidents_stand_beside_rates(tmp_path):
    study = plan(tmp_path, "runs: 60")
    rows = [run_rows(name, [2, 0] * 30).assign(with_heavy_weapons=0, rung_5=0) for name in NAMES]
    rows[0] = rows[0].assign(rung_5=[1, 0] * 30, with_heavy_weapons=[1, 0] * 15 + [0] * 30)
    found = figures_of(study, by_arm(study, pd.concat(rows), INCIDENTS), True)["per_incident"][NAMES[0]]
    assert found["rung_5"]["estimate"] == 0.5 and found["with_heavy_weapons"]["estimate"] == 0.25


def test_what_became_of_the_talks_is_a_share_of_runs_by_day(tmp_path):
    study = plan(tmp_path, "runs: 4")
    counts = {name: [0] * 4 for name in NAMES}
    runs = pd.concat([run_rows(name, counts[name], [10.0, 10.0, 10.0, 4.5]) for name in NAMES])
    turns = pd.DataFrame(
        {
            "run": range(4),
            "talks_day": [[0, 3], [0, 3, 8], [0], [0]],
            "talks": [["none", "proposed"], ["none", "proposed", "refused"], ["none"], ["none"]],
        }
    )
    found = figures_of(study, by_arm(study, runs, INCIDENTS), True, talks={NAMES[1]: turns})["talks"]
    assert {(each["future"], each["policy"]) for each in found} == {
        ("border.marker_survival = 0.9", "nothing")
    }
    assert [(each["day"], each["state"], each["share"]) for each in found] == [
        (0, "none", 1.0),
        (3, "none", 0.5),
        (3, "proposed", 0.5),
        (5, "none", 1 / 3),
        (5, "proposed", 2 / 3),
        (8, "none", 1 / 3),
        (8, "proposed", 1 / 3),
        (8, "refused", 1 / 3),
    ]


def test_the_clusters_of_the_whole_study_warn(tmp_path):
    study = plan(tmp_path, "runs: 10")
    few = figures(study, {name: [3] + [0] * 9 for name in NAMES})
    assert few["clusters"] == pytest.approx(6) and few["too_few_clusters"]
    many = figures(study, {name: [1, 0] * 5 for name in NAMES})
    assert many["clusters"] == pytest.approx(30) and not many["too_few_clusters"]


def test_regret_clusters_and_verdicts_are_of_the_measure_that_decides(tmp_path):
    luck = np.random.default_rng(5)
    study = replace(plan(tmp_path, "runs: 60"), estimate=("answered", "clashes"))
    runs = pd.concat(
        [
            run_rows(name, [0] * 60).assign(answered=luck.poisson(0.2 + 0.3 * i, 60), incidents=9)
            for i, name in enumerate(NAMES)
        ]
    )
    found = figures_of(study, by_arm(study, runs, INCIDENTS), True)
    assert found["estimate"] == ["answered", "clashes"]
    assert found["clusters"] > 10 and not found["too_few_clusters"]
    rates = {name: found["rates"][name]["answered"]["estimate"] for name in NAMES}
    worst = {each["policy"]: each["worst"] for each in found["regret"]}
    assert worst[None] == pytest.approx(rates[NAMES[3]])
    assert worst["nothing"] == pytest.approx(rates[NAMES[4]])
    one = found["comparisons"]["border.marker_survival = 0.9"]["nothing"]["measures"]["answered"]
    assert one["policy"]["events"] == runs.loc[runs["arm"] == NAMES[1], "answered"].sum()


def test_what_is_expected_decides_and_what_was_counted_stands_beside(tmp_path):
    """Verdict, best and regret are of small chances, of which nothing was counted in any run."""
    study = replace(plan(tmp_path, "runs: 60"), estimate=("expected_clashes",))
    chances = {name: 0.02 if "wider" in name else 0.04 for name in NAMES}
    tables = [run_rows(name, [0] * 60).assign(expected_clashes=each) for name, each in chances.items()]
    found = figures_of(study, by_arm(study, pd.concat(tables), INCIDENTS), True)
    wider = "wider response margin"
    measures = found["comparisons"]["border.marker_survival = 0.9"][wider]["measures"]
    assert list(measures)[: len(EXPECTED)] == list(EXPECTED) and {*measures} == {*EXPECTED, *BESIDE}
    verdicts = {name: (measures[name]["verdict"], measures[name]["adjusted"]) for name in measures}
    assert verdicts["expected_clashes"] == ("lower", True) and verdicts["clashes"] == ("undecided", False)
    assert counted_words(measures, "expected_clashes") == "; counted 0 v 0: undecided"
    assert counted_words(measures, "clashes") == ""
    (best,) = found["best"].values()  # both futures are alike
    assert best["policy"] == wider and best["decided"]
    regret = {each["policy"]: each["regret"] for each in found["regret"]}
    assert regret[wider]["high"] == pytest.approx(0.0) and regret[None]["low"] > 0.0
    rates = found["rates"][NAMES[0]]
    assert rates["expected_clashes"]["estimate"] == pytest.approx(0.04)
    assert rates["expected_clashes"]["high"] is None and rates["clashes"]["high"] > 0.0
