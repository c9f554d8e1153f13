import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.sides import northward
from sim.state import POST
from sim.world.geography import COVERS, cover_shares, sector, stretch
from sim.world.terrain import (
    Ground,
    build_terrain,
    column_centre,
    column_of,
    overlooking_post,
    row_centre,
    row_of,
    vegetation,
)

BASE = build_terrain(248_000.0, 100.0, 2_000.0)
BARE = Ground(cleared_belt_m=0.0)
SIZES = st.tuples(st.floats(5_000.0, 100_000.0), st.floats(100.0, 900.0), st.floats(300.0, 2_500.0))


def centres(terrain):
    n_s, n_d = terrain.shape
    rows = row_centre(np.arange(n_d), terrain.cell_m, n_d)
    return column_centre(np.arange(n_s), terrain.cell_m), rows


def full_leaf(terrain):
    return vegetation(terrain.evergreen, terrain.deciduous, 1.0)


@settings(max_examples=40, deadline=None)
@given(size=SIZES)
def test_any_strip_is_covered_by_cells_of_any_size(size):
    length, cell, half = size
    terrain = build_terrain(*size)
    n_s, n_d = terrain.shape
    assert n_s * cell >= length > (n_s - 1) * cell - 1e-6
    assert n_d * cell >= 2 * half > (n_d - 1) * cell - 1e-6
    for layer in (terrain.ruggedness, terrain.evergreen, terrain.deciduous, terrain.mine_density):
        assert layer.shape == (n_s, n_d) and np.isfinite(layer).all() and (layer >= 0.0).all()
    assert terrain.ruggedness.max() <= 1.0 and full_leaf(terrain).max() <= 1.0
    assert terrain.mine_density.mean(dtype=float) == pytest.approx(1.0, abs=1e-5)
    s = np.minimum(centres(terrain)[0], length)
    assert np.array_equal(terrain.sector, sector(s, length))


@pytest.mark.parametrize("sizes", [(0.0, 100.0, 2e3), (1e4, 0.0, 2e3), (1e4, 100.0, -1.0)])
def test_sizes_must_be_positive(sizes):
    with pytest.raises(ValueError, match="positive"):
        build_terrain(*sizes)


@pytest.mark.parametrize(("length", "cell"), [(248_000.0, 100.0), (60_000.0, 70.0)])
def test_every_stretch_has_its_own_shares_of_cover(length, cell):
    terrain = build_terrain(length, cell, 2_000.0, BARE)
    full = full_leaf(terrain)
    of_column = stretch(np.minimum(centres(terrain)[0], length), length)
    for k in np.unique(of_column):
        cells = full[of_column == k]
        for name, share in zip(COVERS, cover_shares()[k], strict=True):
            found = np.isclose(cells, getattr(BARE, f"{name}_density"), atol=1e-4).mean()
            assert found == pytest.approx(share, abs=1.0 / cells.size)


def test_cover_comes_in_patches_not_in_single_cells():
    full = full_leaf(build_terrain(248_000.0, 100.0, 2_000.0, BARE))
    alike = (full[1:] == full[:-1]).mean()
    shuffled = np.random.default_rng(1).permutation(full)
    assert alike > (shuffled[1:] == shuffled[:-1]).mean() + 0.15


def test_other_cells_see_the_same_landscape():
    fine = build_terrain(248_000.0, 50.0, 2_000.0)
    for layer in ("ruggedness", "evergreen", "deciduous", "mine_density"):
        coarse_layer = getattr(BASE, layer)
        n_s, n_d = coarse_layer.shape
        averaged = getattr(fine, layer).reshape(n_s, 2, n_d, 2).mean(axis=(1, 3))
        assert averaged.mean() == pytest.approx(coarse_layer.mean(), rel=0.005)
        assert np.corrcoef(averaged.ravel(), coarse_layer.ravel())[0, 1] > 0.9


def test_leaf_adds_growth_and_winter_keeps_some():
    winter, spring, summer = (vegetation(BASE.evergreen, BASE.deciduous, leaf) for leaf in (0.0, 0.5, 1.0))
    assert (winter > 0.0).all() and (summer > spring).all()
    assert spring == pytest.approx((winter + summer) / 2, abs=1e-6)


@pytest.mark.parametrize("cell", [25.0, 100.0, 300.0])
def test_cleared_belts_hold_less_growth_in_proportion_to_their_width(cell):
    bare = full_leaf(build_terrain(40_000.0, cell, 2_000.0, BARE))
    none = BARE.model_copy(update={"cleared_density": 0.0})
    loss = [
        (bare - full_leaf(build_terrain(40_000.0, cell, 2_000.0, belt))).sum(dtype=float) * cell**2
        for belt in (none.model_copy(update={"cleared_belt_m": w}) for w in (50.0, 100.0, 200.0))
    ]
    ground = bare.mean(dtype=float) * 40_000.0
    assert loss == pytest.approx([ground * 4 * width for width in (50, 100, 200)], rel=0.1)


def test_a_cleared_belt_runs_where_the_fence_does():
    terrain = build_terrain(50_000.0, 50.0, 2_000.0, Ground(fence_m=775.0, cleared_belt_m=75.0))
    full, d = full_leaf(terrain), centres(terrain)[1]
    belt = np.abs(np.abs(d) - 775.0) < 75.0 - 25.0 + 1e-9
    assert full[:, belt] == pytest.approx(Ground().cleared_density)
    assert full[:, ~belt].mean() > 3 * Ground().cleared_density


@pytest.mark.parametrize("cell", [40.0, 100.0, 250.0])
def test_mines_lie_along_the_line_and_the_southern_fence(cell):
    terrain = build_terrain(20_000.0, cell, 2_000.0)
    density, d = terrain.mine_density[0].astype(float), centres(terrain)[1]
    assert (terrain.mine_density == terrain.mine_density[0]).all()
    background = density[d > 1_600.0].mean()
    near = {m: density[np.argmin(np.abs(d - m))] for m in (0.0, -1150.0, 1150.0)}
    assert near[0.0] > 1.5 * background and near[-1150.0] > 1.5 * background
    assert near[1150.0] == pytest.approx(background)
    share = ((density / background - 1.0) * cell).sum()
    assert share == pytest.approx(2 * 2.0 * 400.0)


def test_mines_mirror_with_their_parameters():
    swapped = Ground(mine_north=Ground().mine_south, mine_south=Ground().mine_north)
    mirrored = build_terrain(20_000.0, 100.0, 2_000.0, swapped).mine_density[:, ::-1]
    there = build_terrain(20_000.0, 100.0, 2_000.0).mine_density
    assert mirrored == pytest.approx(there, rel=1e-6)


@given(line=st.floats(0, 50), north=st.floats(0, 50), south=st.floats(0, 50), belt=st.floats(0, 2_000))
@settings(deadline=None, max_examples=30)
def test_mines_are_never_negative_and_one_on_average(line, north, south, belt):
    ground = Ground(mine_line=line, mine_north=north, mine_south=south, mine_belt_m=belt)
    density = build_terrain(2_000.0, 100.0, 2_000.0, ground).mine_density
    assert density.min() >= 0.0
    assert not density.any() or density.mean() == pytest.approx(1.0, rel=1e-5)


def test_ground_without_mines_anywhere_has_none():
    bare = Ground(mine_line=0.0, mine_north=0.0, mine_south=0.0, mine_belt_m=2_000.0)
    assert not build_terrain(2_000.0, 100.0, 2_000.0, bare).mine_density.any()


def test_building_again_costs_nothing_and_changes_nothing():
    again = build_terrain.__wrapped__(248_000, 100, 2_000)
    assert build_terrain(9_000.0, 90.0, 900.0) is build_terrain(9_000.0, 90.0, 900.0)
    assert np.array_equal(again.evergreen, BASE.evergreen)
    assert np.array_equal(again.deciduous, BASE.deciduous)


@settings(deadline=None)
@given(cell=st.floats(10.0, 500.0), n=st.integers(1, 400), at=st.floats(0.0, 1.0, exclude_max=True))
def test_every_place_of_the_grid_lies_in_the_cell_that_is_named(cell, n, at):
    s, d = at * n * cell, (at - 0.5) * n * cell
    assert abs(s - column_centre(column_of(s, cell, n), cell)) <= 0.5 * cell * (1 + 1e-9)
    assert abs(d - row_centre(row_of(d, cell, n), cell, n)) <= 0.5 * cell * (1 + 1e-9)
    assert column_of(-1.0, cell, n) == row_of(-n * cell, cell, n) == 0
    assert column_of(2 * n * cell, cell, n) == row_of(n * cell, cell, n) == n - 1


PLACE = st.tuples(st.floats(0.0, 30_000.0), st.floats(100.0, 1_150.0), st.integers(0, 1))


@settings(max_examples=40, deadline=None)
@given(places=st.lists(PLACE, max_size=30), cell_m=st.sampled_from([100.0, 170.0, 400.0]), at=st.data())
def test_the_overlooking_post_is_the_nearest_one(places, cell_m, at):
    terrain = build_terrain(30_000.0, cell_m, 1_500.0)
    posts = np.zeros(len(places), POST)
    posts["side"] = [place[2] for place in places]
    posts["s"] = [place[0] for place in places]
    posts["d"] = [place[1] * northward(place[2]) for place in places]
    s, d = centres(terrain)
    i, j = at.draw(st.integers(0, s.size - 1)), at.draw(st.integers(0, d.size - 1))
    for side in range(2):
        own = np.flatnonzero(posts["side"] == side)
        found = overlooking_post(posts, side, i, j, cell_m, d.size)
        squared = (posts["s"][own] - s[i]) ** 2 + (posts["d"][own] - d[j]) ** 2
        assert found == (own[np.argmin(squared)] if own.size else -1)
