"""Addressed random numbers: exact bits, and no structure over neighbouring addresses."""

import ast
import itertools
import math
from collections import defaultdict
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

import sim
from sim import randomness
from sim.randomness import (
    OWN_KINDS,
    AddressSpace,
    Kind,
    address,
    exponential,
    fold,
    logistic,
    luck_key,
    mix,
    normal,
    normal_at,
    normal_probability,
    normal_quantile,
    normal_quantiles,
    numbered,
    paired,
    uniform,
    uniform_at,
    world_key,
)

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
FIELDS = ("seed", "world", "luck", "salt", "kind", "who", "shift", "incident", "side", "ordinal")
BASE = dict(zip(FIELDS, (1, 0, 0, 0, int(Kind.AUTHORITY), 16204, 1478000, 0, 1, 0), strict=True))
N = 1 << 16
SURE = 1e-6  # a sound generator fails one of some 200 such tests in 5,000 rewrites of this file

lawful = settings(deadline=None)  # the first example compiles
words = st.integers(0, MASK).map(np.uint64)
small = st.integers(0, 10**6)
whos = st.integers(0, 2**40)
addresses = st.tuples(
    st.integers(0, 10**9),
    small,
    small,
    st.integers(0, 1000),
    st.sampled_from([int(kind) for kind in Kind]),
    whos,
    small,
    st.integers(0, 3000),
    st.integers(0, 1),
    st.integers(0, 5000),
)


# -- exactness: these bits never change, on any machine, in any version ---------------------------


def reference_mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def reference_word(key, ordinal):
    return reference_mix((key + (ordinal + 1) * GAMMA) & MASK)


def reference_fold(key, *fields):
    for field in fields:
        key = reference_mix((key + (field + 1) * 0xD1B54A32D192ED03) & MASK)
    return key


@pytest.mark.parametrize(
    ("seed", "outputs"),
    [
        # the first outputs of the published splitmix64.c (S. Vigna, prng.di.unimi.it)
        (0, (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F)),
        (
            1234567,
            (
                6457827717110365317,
                3203168211198807973,
                9817491932198370423,
                4593380528125082431,
                16408922859458223821,
            ),
        ),
    ],
)
def test_words_are_those_of_splitmix64(seed, outputs):
    assert tuple(reference_word(seed, n) for n in range(len(outputs))) == outputs
    mixed = [mix(np.uint64((seed + (n + 1) * GAMMA) & MASK)) for n in range(len(outputs))]
    assert tuple(mixed) == outputs
    for n, word in enumerate(outputs):
        assert abs(uniform(np.uint64(seed), n) - word / 2**64) <= 2.0**-52


@lawful
@given(key=words, fields=st.lists(st.integers(-1, 2**50), min_size=1, max_size=5))
def test_folding_is_the_reference_in_whole_numbers(key, fields):
    folded = key
    for field in fields:
        folded = np.uint64(fold(folded, field))
    assert int(folded) == reference_fold(int(key), *fields)


def test_golden_draws():
    luck, world = luck_key(1, 0, 0), world_key(1, 0)
    assert int(luck) == reference_fold(0, 1, 2, 0, 0, 0)
    assert int(world) == reference_fold(0, 1, 1, 0, 0, 0)
    assert (int(luck), int(world)) == (0x37A9A789BA969CD9, 0x4B1807E185F701E3)
    assert int(address(luck, 28, 16204, 1478000, 0, 1)) == 0x5E0ED285B6724FD9
    assert [uniform_at(luck, 28, 16204, 1478000, 0, 1, n) for n in range(3)] == [
        0.5692146928223424,
        0.6525509043631667,
        0.9422859972823204,
    ]
    assert [normal_at(luck, 28, 16204, 1478000, 0, 1, n) for n in range(3)] == [
        0.17437518587257506,
        0.3922165844237376,
        1.574257177498586,
    ]
    assert exponential(luck, 0) == 0.6568727582679879


def test_the_quantile_is_scipys():
    """In the middle, on both sides of every seam of AS 241, and far out in both tails."""
    tail = 10.0 ** -np.arange(1.0, 300.0, 0.5)
    seams = [0.075, 0.925, math.exp(-25.0), 0.5]
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 20001), tail, 1.0 - tail[:30], seams])
    ours = np.array([normal_quantile(x) for x in p])
    assert normal_quantiles(p).tobytes() == ours.tobytes()
    np.testing.assert_allclose(ours, special.ndtri(p), rtol=1e-14, atol=1e-16)


def test_the_distribution_function_and_the_logistic_are_scipys():
    x = np.linspace(-37.0, 37.0, 4001)
    ours = np.array([normal_probability(v) for v in x])
    np.testing.assert_allclose(ours, special.ndtr(x), rtol=1e-12)
    np.testing.assert_allclose([logistic(v) for v in 18 * x], special.expit(18 * x), rtol=1e-13)


# -- what a draw promises -------------------------------------------------------------------------


@pytest.mark.parametrize("word", [0, 1, 2**11, MASK - 2**11, MASK - 1, MASK])
def test_the_ends_of_the_unit_interval_are_open(word):
    """No word at all may give 0 or 1: a normal deviate would be infinite, or no number."""
    u = uniform(np.uint64(key_of_word(word)), 0)
    assert 0.0 < u < 1.0
    assert abs(normal_quantile(u)) <= 8.3
    assert 0.0 < exponential(np.uint64(key_of_word(word)), 0) < 38.0


def key_of_word(word):
    """The key whose first word is ``word``: the finaliser is a bijection."""
    z = unshift(word, 31)
    z = (z * pow(0x94D049BB133111EB, -1, 1 << 64)) & MASK
    z = (unshift(z, 27) * pow(0xBF58476D1CE4E5B9, -1, 1 << 64)) & MASK
    return (unshift(z, 30) - GAMMA) & MASK


def unshift(z, bits):
    result = z
    for _ in range(64 // bits + 1):
        result = z ^ (result >> bits)
    return result


@lawful
@given(key=words, ordinal=small)
def test_a_draw_lies_in_its_range_and_is_a_function_of_its_address(key, ordinal):
    u = uniform(key, ordinal)
    assert 0.0 < u < 1.0
    assert uniform(key, ordinal) == u
    assert normal(key, ordinal) == normal_quantile(u)
    assert exponential(key, ordinal) == pytest.approx(-math.log(u), rel=1e-15)


@lawful
@given(p=st.lists(st.floats(2.0**-54, 1 - 2.0**-53), min_size=2, max_size=20))
def test_the_quantile_is_monotone(p):
    values = [normal_quantile(x) for x in sorted(p)]
    assert values == sorted(values)


@lawful
@given(p=st.floats(2.0**-53, 0.5))
def test_the_quantile_is_odd_about_a_half(p):
    assert normal_quantile(p) == pytest.approx(-normal_quantile(1.0 - p), abs=1e-9, rel=0.03)


@lawful
@given(parts=addresses, which=st.integers(0, 9), step=st.integers(1, 1000))
def test_changing_any_part_of_an_address_changes_the_draw(parts, which, step):
    changed = list(parts)
    changed[which] += step
    assert draw(*parts) != draw(*changed)


@lawful
@given(parts=addresses, first=st.integers(0, 9), second=st.integers(0, 9))
def test_fields_are_told_apart_by_their_place(parts, first, second):
    swapped = list(parts)
    swapped[first], swapped[second] = parts[second], parts[first]
    assert (draw(*parts) == draw(*swapped)) == (tuple(swapped) == parts)


def draw(seed, world, luck, salt, kind, who, shift, incident, side, ordinal):
    key = luck_key(seed, world, luck, salt)
    return uniform_at(key, kind, who, shift, incident, side, ordinal)


def test_no_two_kinds_share_a_number_and_none_is_of_those_left_to_others():
    assert len(Kind.__members__) == len({int(kind) for kind in Kind})  # an alias would be a member
    assert max(Kind) < OWN_KINDS


def named_kinds():
    """(kind, file and line) wherever ``sim`` names one."""
    for file in sorted(Path(sim.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Kind":
                yield node.attr, f"{file.name}:{node.lineno}"


def test_no_two_decisions_share_a_kind():
    """Each is named where its decision is taken, and nowhere else."""
    places = defaultdict(list)
    for kind, place in named_kinds():
        places[kind].append(place)
    assert {kind: found for kind, found in places.items() if len(found) > 1} == {}
    assert set(places) == set(Kind.__members__)


def test_incidents_of_different_spaces_share_no_number():
    numbers = [numbered(space, n) for space in AddressSpace for n in (0, 1, 999_999)]
    assert len(set(numbers)) == len(numbers)
    for bad in (-1, 1_000_000):
        with pytest.raises(ValueError, match="share the luck"):
            numbered(AddressSpace.VIOLATION, bad)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 50), st.data())
def test_paired_numbers_are_told_apart(one, another, most, data):
    inner = st.integers(0, most - 1)
    a, b = (one, data.draw(inner)), (another, data.draw(inner))
    assert (paired(*a, most) == paired(*b, most)) == (a == b)


def test_worlds_share_nothing_with_lucks_and_a_salt_is_fresh_luck():
    keys = [int(world_key(s, w)) for s, w in itertools.product(range(20), repeat=2)]
    keys += [int(luck_key(*parts)) for parts in itertools.product(range(8), repeat=4)]
    assert len(set(keys)) == len(keys)


def test_the_words_of_a_key_are_not_the_keys_below_it():
    """Ordinals and fields take steps of their own, so a draw never repeats as an address."""
    key = luck_key(1, 0, 0)
    below = {int(fold(key, n)) for n in range(3000)}
    assert not below & {reference_word(int(key), n) for n in range(3000)}


# -- the battery: neighbouring addresses look like independent draws ------------------------------


@numba.njit
def draws_at(parts, values):
    for row in range(parts.shape[0]):
        p = parts[row]
        luck = randomness._root(p[0], randomness._LUCK, p[1], p[2], p[3])
        key = randomness.address(luck, p[4], p[5], p[6], p[7], p[8])
        values[row] = randomness.uniform(key, p[9])


def drawn(**columns):
    """Uniforms at ``BASE`` with some fields replaced by arrays that broadcast together."""
    shape = np.broadcast_shapes(*(np.shape(column) for column in columns.values()))
    parts = np.empty((*shape, len(FIELDS)), np.int64)
    for i, name in enumerate(FIELDS):
        parts[..., i] = columns.get(name, BASE[name])
    values = np.empty(int(np.prod(shape)))
    draws_at(parts.reshape(-1, len(FIELDS)), values)
    return values.reshape(shape)


STRIDES = {"who": (1, 2, 4, 8_000_000), "shift": (1, 2, 14), "ordinal": (1, 8, 64)}
WALKS = [(field, stride) for field in FIELDS for stride in STRIDES.get(field, (1,))]


@pytest.fixture(scope="module", params=WALKS, ids=lambda walk: f"{walk[0]}-by-{walk[1]}")
def walk(request):
    """Draws at consecutive values of one field of the address, all others fixed."""
    field, stride = request.param
    return drawn(**{field: BASE[field] + stride * np.arange(N)})


def chi_square(counts):
    return stats.chisquare(np.ravel(counts)).pvalue


def test_draws_are_uniform(walk):
    assert SURE < chi_square(np.histogram(walk, 256, (0, 1))[0]) < 1 - SURE
    assert stats.kstest(walk, "uniform").pvalue > SURE


def test_neighbours_are_uncorrelated(walk):
    centred = walk - 0.5
    for lag in (1, 2, 3, 4, 7, 8, 16, 64, 256):
        r = 12.0 * np.mean(centred[:-lag] * centred[lag:])
        assert abs(r) < 5.0 / math.sqrt(N - lag), lag


def test_pairs_and_triples_fill_their_grid(walk):
    pairs = np.histogram2d(walk[0::2], walk[1::2], 32, ((0, 1), (0, 1)))[0]
    triples = np.histogramdd(walk[: N - N % 3].reshape(-1, 3), 10, ((0, 1),) * 3)[0]
    assert SURE < chi_square(pairs) < 1 - SURE
    assert SURE < chi_square(triples) < 1 - SURE


def test_bits_are_balanced_and_change_half_the_time(walk):
    bits = (walk * 2.0**52).astype(np.uint64)
    ones = (bits[:, None] >> np.arange(52, dtype=np.uint64)) & np.uint64(1)
    flips = ones[1:] ^ ones[:-1]
    for balance in (ones, flips):
        assert np.abs(balance.mean(axis=0) - 0.5).max() < 5.5 * 0.5 / math.sqrt(N - 1)


def test_runs_are_as_many_as_they_should_be(walk):
    """Draws rise and fall as often as independent ones: (2n - 1)/3 runs, variance (16n - 29)/90."""
    rising = np.diff(walk) > 0
    runs = 1 + np.count_nonzero(rising[1:] != rising[:-1])
    assert runs == pytest.approx((2 * N - 1) / 3, abs=5 * math.sqrt((16 * N - 29) / 90))


def test_nothing_repeats(walk):
    assert np.unique(walk).size == N


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(FIELDS, 2)))
def test_a_grid_over_two_fields_is_one_sample(first, second):
    """Over two fields at once: no rows, columns or diagonals that move together, no repeats."""
    n = 128
    steps = np.arange(n)
    grid = drawn(**{first: BASE[first] + steps[:, None], second: BASE[second] + steps[None, :]})
    assert np.unique(grid).size == n * n
    assert SURE < chi_square(np.histogram(grid, 64, (0, 1))[0]) < 1 - SURE
    for means in (grid.mean(axis=0), grid.mean(axis=1)):
        assert np.abs(means - 0.5).max() < 5.5 * math.sqrt(1 / 12 / n)
        assert means.var() * 12 * n == pytest.approx(1.0, abs=6 * math.sqrt(2 / n))
    centred = grid - 0.5
    for i, j in ((0, 1), (1, 0), (1, 1), (1, -1), (2, 1), (1, 2)):
        r = 12.0 * np.mean(centred * np.roll(centred, (i, j), axis=(0, 1)))
        assert abs(r) < 5.0 / n, (i, j)


def test_kinds_are_independent_of_one_another():
    kinds = np.array([int(kind) for kind in Kind])
    whos = 4 * np.arange(4096)
    sample = drawn(kind=kinds[:, None], who=whos[None, :])
    r = np.corrcoef(sample)[np.triu_indices(kinds.size, 1)]
    assert np.abs(r).max() < 5.5 / math.sqrt(whos.size)
    assert (r * math.sqrt(whos.size)).std() == pytest.approx(1.0, abs=0.1)


def test_sides_and_seeds_and_worlds_are_independent_samples():
    whos = np.arange(N)[None, :]
    for field in ("side", "seed", "world", "luck", "salt", "incident"):
        a, b = drawn(**{field: BASE[field] + np.arange(2)[:, None], "who": whos})
        assert abs(np.corrcoef(a, b)[0, 1]) < 5.0 / math.sqrt(N), field
        assert SURE < chi_square(np.histogram2d(a, b, 32, ((0, 1), (0, 1)))[0]) < 1 - SURE, field


def test_normal_and_exponential_deviates_have_their_laws():
    u = drawn(who=np.arange(N))
    z = np.array([normal_quantile(x) for x in u])
    assert stats.kstest(z, "norm").pvalue > SURE
    key = luck_key(5, 0, 0)
    e = np.array([exponential(key, n) for n in range(20000)])
    assert stats.kstest(e, "expon").pvalue > SURE
