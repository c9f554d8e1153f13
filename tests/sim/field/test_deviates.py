"""What normal deviates lie between, by the first bits of their uniforms."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.field.deviates import NORMAL_BOUND, normal_at_least, normal_between
from sim.randomness import normal


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**20))
def test_a_deviate_lies_between(key, ordinal):
    least, most = normal_between(np.uint64(key), ordinal)
    z = normal(np.uint64(key), ordinal)
    assert -NORMAL_BOUND <= least <= z <= most <= NORMAL_BOUND
    assert (
        least <= normal_at_least(np.uint64(key), ordinal) + 1e-8
        and normal_at_least(np.uint64(key), ordinal) <= z
    )


def test_bounds_are_narrow_and_hold_in_the_tails():
    key = np.uint64(11)
    found = np.array([(*normal_between(key, k), normal(key, k)) for k in range(20_000)])
    least, most, z = found.T
    assert ((least <= z) & (z <= most)).all()
    assert np.median(most - least) < 0.01 and (most - least).max() < 0.4
    assert z.min() < -3.2 and z.max() > 3.2, "tails, in which a bin bounds nothing, were met"
