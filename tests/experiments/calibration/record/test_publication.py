"""The publication filter: what it is fitted to, and that its posterior is the one that is stated."""

import numpy as np
import pytest
from scipy.stats import beta

from experiments.calibration.record import Filter, Period, Quantity, Record, crossings, statistics
from experiments.calibration.record.publication import AT_THE_TIME, Crossing, lists, log_likelihood

FIRST_LIST = Period.of("2024-06", "2025-06")


def tally(found):
    return {
        (shots, told): sum(each == Crossing(shots, told) for each in found)
        for shots in (True, False, None)
        for told in (True, False)
        if Crossing(shots, told) in found
    }


def test_the_eleven_crossings(record):
    """Published at the time: 9, 18, 20 Jun 2024, 8 Apr 2025. Later: one of 9 Jun, with shots, and 21 Apr."""
    found = crossings(record, inside=FIRST_LIST)
    assert len(found) == 11
    assert tally(found) == {(True, True): 4, (True, False): 1, (None, False): 6}


def test_all_twenty(record):
    """2014: three approaches with shots at once, two later. 2025: three after days, one not told."""
    assert tally(crossings(record)) == {(True, True): 7, (True, False): 4, (None, False): 9}


def test_ever_told(record):
    assert tally(crossings(record, within=None)) == {(True, True): 11, (None, True): 3, (None, False): 6}


def test_the_lists_hold_all_that_were_counted(record):
    by_year = {}
    for period, number, told in lists(record):
        year = by_year.setdefault(period.first.year, [0, 0])
        year[0], year[1] = year[0] + number, year[1] + len(told)
    assert by_year == {2010: [0, 0], 2014: [5, 5], 2024: [9, 4], 2025: [6, 5]}


@pytest.mark.parametrize(
    "name, value, of",
    [
        ("published_at_the_time 2024-06 to 2025-06", Quantity(3, 4, 4), 11),
        ("published_at_the_time 2024-06 to 2025-10", Quantity.exactly(4), 15),
        ("published_at_the_time 2014", Quantity.exactly(3), 5),
        ("told_singly 2024-06 to 2025-10", Quantity.exactly(9), 15),
    ],
)
def test_shares_that_were_published(told, name, value, of):
    assert told[name].value == value and told[name].exposure == Quantity.exactly(of)


def test_without_crossings_the_filter_is_its_prior():
    p_shots, p_other = Filter.fit([]).published(40_000, seed=1)
    assert np.quantile(p_shots, (0.05, 0.5, 0.95)) == pytest.approx((0.05, 0.5, 0.95), abs=0.015)
    # uniform from 0 to p_shots: P(p_other < x) = x (1 - log x)
    for x in (0.1, 0.3, 0.6):
        assert np.mean(p_other < x) == pytest.approx(x * (1 - np.log(x)), abs=0.015)


def test_where_shots_are_known_it_is_a_beta():
    """8 of 10 published with shots, nothing without: Beta(9, 3)."""
    fit = Filter.fit([Crossing(True, True)] * 8 + [Crossing(True, False)] * 2)
    found = fit.interval("p_shots")
    low, mid, high = beta(9, 3).ppf((0.05, 0.5, 0.95))
    assert (found.low, found.best, found.high) == pytest.approx((low, mid, high), abs=0.011)


def test_without_shots_less_is_published():
    fit = Filter.fit([Crossing(True, True)] * 12 + [Crossing(False, False)] * 12)
    p_shots, p_other = fit.published(2000, seed=3)
    assert np.all(p_other < p_shots) and p_shots.mean() > 0.85 > 0.15 > p_other.mean()


def test_what_is_not_known_counts_both_ways():
    p_shots, p_other, q = np.array([0.8]), np.array([0.1]), np.array([0.25])
    for is_published, chance in ((True, 0.275), (False, 0.725)):
        found = np.exp(log_likelihood([Crossing(None, is_published)], p_shots, p_other, q))
        assert found == pytest.approx(chance)
    both = [Crossing(True, True), Crossing(False, False), Crossing(True, None)]
    assert np.exp(log_likelihood(both, p_shots, p_other, q)) == pytest.approx(0.25 * 0.8 * 0.75 * 0.9 * 0.25)


def test_crossings_of_which_shots_are_unknown_lower_it():
    """Many that nobody told of may have had shots: less sure of being published than 4 of 5 alone."""
    known = [Crossing(True, True)] * 4 + [Crossing(True, False)]
    alone = Filter.fit(known).interval("p_shots")
    with_them = Filter.fit([*known, *[Crossing(None, False)] * 6]).interval("p_shots")
    assert with_them.best < alone.best - 0.1


def test_the_posterior_of_the_record(record):
    fit = Filter.fit(crossings(record))
    assert fit.interval("p_shots").best == pytest.approx(0.37, abs=0.02)
    p_shots, p_other = fit.published(20_000, seed=7)
    assert np.median(p_shots) == pytest.approx(fit.interval("p_shots").best, abs=0.02)
    assert np.quantile(p_other, 0.95) == pytest.approx(fit.interval("p_other").high, abs=0.02)
    again = fit.published(20_000, seed=7)
    assert np.array_equal(again[0], p_shots) and np.all((p_other >= 0) & (p_shots <= 1))


def test_a_list_whose_cases_have_no_time_of_publication_is_left_out(own):
    """What has no row is unpublished; weighed alone it would say that nothing is published."""
    record = Record.read(own(counts=[{"count": "3"}], incidents=[{"warning_shots": "yes"}]))
    assert crossings(record) == ()
    assert tally(crossings(record, within=None)) == {(True, True): 1, (None, False): 2}
    assert "published_at_the_time 2026-01" not in statistics(record)


def test_a_note_of_how_many_were_published_goes_before_the_times_of_cases(own):
    readings = "id,what,low,best,high,censored,note\ncrossings 2026-01 2026-01,published,2,2,3,none,\n"
    head = "id,clock,what,low_min,best_min,high_min,censored,source,note\n"
    times = f"{head}M1,start,published,0,1,2,none,a paper,\n"
    record = Record.read(own(counts=[{"count": "3"}], readings=readings, times=times))
    assert statistics(record)["published_at_the_time 2026-01"].value == Quantity(2, 2, 3)


@pytest.mark.parametrize("minutes, is_published", [(AT_THE_TIME, True), (AT_THE_TIME + 1, False)])
def test_at_the_time_is_within_three_days(own, minutes, is_published):
    head = "id,clock,what,low_min,best_min,high_min,censored,source,note\n"
    times = f"{head}M1,start,published,0,{minutes:g},9000,interval,a paper,\n"
    record = Record.read(own(incidents=[{"warning_shots": "yes"}], times=times))
    assert crossings(record) == (Crossing(True, is_published),)
