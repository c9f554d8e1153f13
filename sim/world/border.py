"""The border of one world: the markers, and the three lines that hang on those that stand.

Every line is a Gaussian process along the uniform node grid of ``LineGrid``, conditioned to be
zero at each standing marker that it can use. A world keeps one unconditional path per line;
conditioning subtracts from it the kriging mean at the standing markers, so that a restored marker
changes the lines near it alone, on the same luck.

Both kernels are Markov in the state (value, scaled slope), the slope being scaled to unit variance
(Hartikainen & Särkkä 2010, doi:10.1109/MLSP.2010.5589113). Hence everything is exact and linear in
the length. ``ou`` is the case in which the slope is white noise and tells nothing. Markers are
observed without error, so that only their slopes need a filter and a smoother (Rauch, Tung &
Striebel 1965, doi:10.2514/3.3166); between two known states the mean is a closed form.

Lags ``x`` are dimensionless: metres over the correlation length, times sqrt(3) for ``matern32``.
"""

import math
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import compiled
from sim.randomness import Kind, address, normal, normal_probability, normal_quantiles, uniform
from sim.sides import NORTH

COMMISSION = 2  # after those of the sides

Kernel = Literal["ou", "matern32"]
Rule = Literal["own", "commission", "favour_other"]

_ROUNDING = 1e-9  # of a node or a marker: what rounding in a quotient of lengths may amount to


@dataclass(frozen=True, eq=False)
class LineGrid:
    """Nodes at ``j * step_m``, j = 0 .. n_nodes - 1, and the nodes at which markers are.

    ``marker_nodes`` is (n_markers,) int64, strictly increasing.
    """

    step_m: float
    n_nodes: int
    marker_nodes: NDArray[np.int64]

    @classmethod
    def even(cls, length_m: float, marker_spacing_m: float, line_step_m: float) -> Self:
        """Markers ``marker_spacing_m`` apart from 0 on; the step, at most ``line_step_m``, fits.

        Raises ValueError unless all lengths (metres) are positive.
        """
        _require_positive(length_m, marker_spacing_m, line_step_m)
        per_gap = math.ceil(marker_spacing_m / line_step_m - _ROUNDING)
        step_m = marker_spacing_m / per_gap
        n_nodes = math.ceil(length_m / step_m - _ROUNDING) + 1
        n_markers = round(length_m / marker_spacing_m)
        return cls(step_m, n_nodes, np.arange(n_markers, dtype=np.int64) * per_gap)

    @classmethod
    def snapped(cls, length_m: float, markers_m: ArrayLike, line_step_m: float) -> Self:
        """Markers at the nodes nearest to ``markers_m`` (metres); those at one node become one.

        Raises ValueError unless lengths are positive and markers on the line.
        """
        _require_positive(length_m, line_step_m)
        markers = np.asarray(markers_m, dtype=np.float64)
        if not ((markers >= 0.0) & (markers <= length_m)).all():
            raise ValueError(f"markers must lie between 0 and {length_m} m")
        n_steps = math.ceil(length_m / line_step_m - _ROUNDING)
        step_m = length_m / n_steps
        nodes = np.unique(np.rint(markers / step_m).astype(np.int64))
        return cls(step_m, n_steps + 1, nodes)

    @property
    def marker_m(self) -> NDArray[np.float64]:
        """Positions of the markers along the line, (n_markers,) metres."""
        return self.marker_nodes * np.float64(self.step_m)

    def within(self, from_m: float, to_m: float) -> NDArray[np.bool_]:
        """Which markers belong to a stretch (metres), (n_markers,).

        The one at which it begins does; the one at which it ends belongs to the stretch that
        follows, but for the one at the line's own end, after which none follows.
        """
        first, last = self._nodes_before(from_m), self._nodes_before(to_m)
        return (self.marker_nodes >= first) & (self.marker_nodes < last)

    def _nodes_before(self, s_m: float) -> int:
        position = s_m / self.step_m
        if position >= self.n_nodes - 1 - _ROUNDING:
            return self.n_nodes
        return math.ceil(position - _ROUNDING)


def standing_markers(
    world_key: np.uint64,
    n_markers: int,
    survival: float,
    clustering: float,
    cluster_length_markers: float,
    exactly: int | None = None,
) -> NDArray[np.bool_]:
    """Which markers of a world stand, (n_markers,): each with probability ``survival``.

    One uniform per marker against the threshold, so the sets of a world nest in ``survival``; where
    a number is given, ``exactly`` so many with the lowest uniforms stand (all, if there are fewer).
    Loss clusters by a Gaussian copula: the correlation of two markers' normal scores ``k`` apart
    is ``clustering * exp(-k / cluster_length_markers)``. Raises ValueError outside these ranges:
    survival and clustering 0..1, length positive.
    """
    _require_share(survival, clustering)
    _require_positive(cluster_length_markers)
    lag = 1.0 / cluster_length_markers
    cluster = _unit_path(world_key, int(Kind.MARKER_CLUSTER), n_markers, lag, False)
    ranks = _marker_uniforms(world_key, int(Kind.MARKER_STANDS), cluster, float(clustering))
    if exactly is None:
        return ranks <= survival
    standing = np.zeros(n_markers, bool)
    standing[np.argsort(ranks, kind="stable")[:exactly]] = True
    return standing


def unconditional_paths(
    world_key: np.uint64, grid: LineGrid, kernel: Kernel, correlation_m: float, shared_error: float
) -> NDArray[np.float64]:
    """The three lines as no marker had bound them, (3, n_nodes), unit variance, stationary.

    The sides' paths are correlated by ``shared_error`` (0..1), the commission's is independent.
    Raises ValueError for an unknown kernel or a value out of range.
    """
    _require_share(shared_error)
    x, smooth = _lag_of_step(grid, kernel, correlation_m)
    common, north, south, commission = (
        _unit_path(world_key, int(kind), grid.n_nodes, x, smooth)
        for kind in (Kind.LINE_COMMON, Kind.LINE_NORTH, Kind.LINE_SOUTH, Kind.LINE_COMMISSION)
    )
    together, apart = math.sqrt(shared_error), math.sqrt(1.0 - shared_error)
    sides = (together * common + apart * north, together * common + apart * south)
    return np.stack((*sides, commission))


def condition(
    paths: NDArray[np.float64],
    grid: LineGrid,
    usable: NDArray[np.bool_],
    sd: ArrayLike,
    kernel: Kernel,
    correlation_m: float,
    sight_m: float,
) -> NDArray[np.float64]:
    """The three lines, (3, n_nodes) metres: ``paths`` conditioned to 0 at the usable markers.

    ``paths`` (3, n_nodes) from ``unconditional_paths``, same kernel and length; ``usable``
    (3, n_markers), the standing markers that each line can use; ``sd`` (3,) metres. Between two
    neighbouring usable markers at most ``sight_m`` apart the line is straight. Raises ValueError
    for shapes that do not fit the grid or an unknown kernel.
    """
    if paths.shape != (3, grid.n_nodes) or usable.shape != (3, grid.marker_nodes.size):
        raise ValueError(f"paths {paths.shape} or usable {usable.shape} do not fit the grid")
    x, smooth = _lag_of_step(grid, kernel, correlation_m)
    sight_nodes = int(sight_m / grid.step_m + _ROUNDING)
    lines = np.empty_like(paths)
    # Lines with the same markers have the same weights: work them out once.
    together = 3 if (usable == usable[0]).all() else 1
    for i in range(0, 3, together):
        nodes = grid.marker_nodes[usable[i]]
        lines[i : i + together] = _residual(paths[i : i + together], nodes, x, smooth, sight_nodes)
    return lines * np.asarray(sd, dtype=np.float64)[:, np.newaxis]


def response_line(lines: NDArray[np.float64], side: int, rule: Rule) -> NDArray[np.float64]:
    """The line that ``side`` acts on, (n_nodes,) metres, a new array; ``lines`` (3, n_nodes).

    ``favour_other`` is, node by node, the one of its belief and the commission's line that lies
    farther on its own side. Raises ValueError for an unknown rule.
    """
    if rule == "own":
        return lines[side].copy()
    if rule == "commission":
        return lines[COMMISSION].copy()
    if rule == "favour_other":
        nearer_home = np.maximum if side == NORTH else np.minimum
        return nearer_home(lines[side], lines[COMMISSION])
    raise ValueError(f"unknown response rule {rule!r}")


def lines_at(lines: NDArray[np.float64], step_m: float, s_m: float) -> NDArray[np.float64]:
    """``d`` of each of ``lines`` (lines, nodes) at ``s_m`` along them, metres: linear between nodes, and
    beyond the ends what it is there.
    """
    last = lines.shape[1] - 1
    position = min(max(s_m / step_m, 0.0), float(last))
    node = min(int(position), last - 1)
    low, high = lines[:, node], lines[:, node + 1]
    return low + (position - node) * (high - low)


def _require_positive(*values: float) -> None:
    if not all(0.0 < value < math.inf for value in values):
        raise ValueError(f"lengths must be positive and finite, not {values}")


def _require_share(*values: float) -> None:
    if not all(0.0 <= value <= 1.0 for value in values):
        raise ValueError(f"shares must lie in 0..1, not {values}")


def _lag_of_step(grid: LineGrid, kernel: Kernel, correlation_m: float) -> tuple[float, bool]:
    """The lag of one step, and whether the kernel is once smooth."""
    _require_positive(correlation_m)
    if kernel not in ("ou", "matern32"):
        raise ValueError(f"unknown kernel {kernel!r}")
    smooth = kernel == "matern32"
    return grid.step_m / correlation_m * (math.sqrt(3.0) if smooth else 1.0), smooth


@compiled
def _marker_uniforms(world_key, kind, cluster, clustering):
    """One uniform per marker, its normal score shared in part with its neighbours."""
    together, apart = np.sqrt(clustering), np.sqrt(1.0 - clustering)
    ranks = np.empty(cluster.size)
    for marker in range(cluster.size):
        own = normal(address(world_key, kind, marker, 0, 0, 0), 0)
        ranks[marker] = normal_probability(together * cluster[marker] + apart * own)
    return ranks


@compiled
def _transition(x, smooth):
    """What the state keeps over lag ``x``: [[keep, gain], [-gain, slope]]."""
    decay = np.exp(-x)
    if smooth:
        return decay * (1.0 + x), decay * x, decay * (1.0 - x)
    return decay, 0.0, 0.0


@compiled
def _noise(x, smooth):
    """Covariance of what the state gains over lag ``x``: value, both, slope."""
    y = 2.0 * x
    lost = -np.expm1(-y)
    if not smooth:
        return lost, 0.0, 1.0
    decay = np.exp(-y)
    value = lost - (y + 0.5 * y * y) * decay
    return value, 0.5 * y * y * decay, value + 2.0 * y * decay


@compiled
def _unit_path(world_key, kind, n, x, smooth):
    """A stationary path of unit variance at ``n`` nodes ``x`` apart, by exact recursion."""
    keep, gain, slope_keep = _transition(x, smooth)
    value_noise, both, slope_noise = _noise(x, smooth)
    root_value = np.sqrt(value_noise)
    root_both = both / root_value
    root_slope = np.sqrt(slope_noise - root_both * root_both)
    uniforms = np.empty(2 * n)
    for node in range(n):
        key = address(world_key, kind, node, 0, 0, 0)
        uniforms[2 * node], uniforms[2 * node + 1] = uniform(key, 0), uniform(key, 1)
    normals = normal_quantiles(uniforms)
    path = np.empty(n)
    value, slope = 0.0, 0.0
    for node in range(n):
        first, second = normals[2 * node], normals[2 * node + 1]
        if node == 0:
            value, slope = first, second
        else:
            value, slope = (
                keep * value + gain * slope + root_value * first,
                slope_keep * slope - gain * value + root_both * first + root_slope * second,
            )
        path[node] = value
    return path


@compiled
def _residual(paths, nodes, x, smooth, sight_nodes):
    """``paths`` (lines, n) minus their kriging means given their values at ``nodes``."""
    out = paths.copy()
    if nodes.size == 0:
        return out
    slopes = _smoothed_slopes(paths, nodes, x, smooth)
    last = nodes.size - 1
    _subtract_end(out, paths, slopes[:, 0], nodes[0], 0, nodes[0], x, smooth)
    end = paths.shape[1]
    _subtract_end(out, paths, slopes[:, last], nodes[last], nodes[last] + 1, end, x, smooth)
    for k in range(nodes.size):
        straight_to = nodes[k] + 1
        if k < last and nodes[k + 1] - nodes[k] <= sight_nodes:
            straight_to = nodes[k + 1]
        elif k < last:
            _subtract_bridge(out, paths, slopes, nodes, k, x, smooth)
        for i in range(out.shape[0]):
            out[i, nodes[k] : straight_to] = 0.0
    return out


@compiled
def _smoothed_slopes(paths, nodes, x, smooth):
    """Expected slopes at ``nodes``, (lines, markers), given the values at all of them.

    Forward filter, then backward: what is kept is c and b of slope_k = c_k + b_k slope_k+1. The
    variance is a sum of squares (Joseph's form), so it cannot turn negative.
    """
    slopes = np.zeros((paths.shape[0], nodes.size))
    back = np.zeros(nodes.size)
    variance = 1.0
    for k in range(nodes.size - 1):
        lag = (nodes[k + 1] - nodes[k]) * x
        keep, gain, slope_keep = _transition(lag, smooth)
        value_noise, both, slope_noise = _noise(lag, smooth)
        value_variance = gain * gain * variance + value_noise
        kalman = (gain * slope_keep * variance + both) / value_variance
        left = slope_keep - kalman * gain
        off = both - kalman * value_noise
        fresh = off * off / value_noise + slope_noise - both * both / value_noise
        updated = left * left * variance + fresh
        back[k] = variance * left / updated
        for i in range(paths.shape[0]):
            value, slope = paths[i, nodes[k]], slopes[i, k]
            innovation = paths[i, nodes[k + 1]] - keep * value - gain * slope
            ahead = slope_keep * slope - gain * value + kalman * innovation
            slopes[i, k + 1] = ahead
            slopes[i, k] += variance * gain / value_variance * innovation - back[k] * ahead
        variance = updated
    for k in range(nodes.size - 2, -1, -1):
        for i in range(paths.shape[0]):
            slopes[i, k] += back[k] * slopes[i, k + 1]
    return slopes


@compiled
def _subtract_bridge(out, paths, slopes, nodes, k, x, smooth):
    """Subtract the mean between markers ``k`` and ``k + 1``, given value and slope at both."""
    start, stop = nodes[k], nodes[k + 1]
    pulls = _bridge_pulls(paths, slopes, nodes, k, x, smooth)
    for node in range(start + 1, stop):
        keep, gain, _ = _transition((node - start) * x, smooth)
        value_noise, both, _ = _noise((node - start) * x, smooth)
        keep_on, gain_on, slope_on = _transition((stop - node) * x, smooth)
        by_value = value_noise * keep_on + both * gain_on
        by_slope = both * slope_on - value_noise * gain_on
        for i in range(paths.shape[0]):
            mean = keep * paths[i, start] + gain * slopes[i, k]
            out[i, node] -= mean + by_value * pulls[i, 0] + by_slope * pulls[i, 1]


@compiled
def _bridge_pulls(paths, slopes, nodes, k, x, smooth):
    """(lines, 2): the surprise at marker ``k + 1``, seen from ``k``, over its covariance."""
    start, stop = nodes[k], nodes[k + 1]
    keep, gain, slope_keep = _transition((stop - start) * x, smooth)
    value_noise, both, slope_noise = _noise((stop - start) * x, smooth)
    determinant = value_noise * slope_noise - both * both
    pulls = np.empty((paths.shape[0], 2))
    for i in range(paths.shape[0]):
        value, slope = paths[i, start], slopes[i, k]
        surprise = paths[i, stop] - keep * value - gain * slope
        turn = slopes[i, k + 1] - slope_keep * slope + gain * value
        pulls[i, 0] = (slope_noise * surprise - both * turn) / determinant
        pulls[i, 1] = (value_noise * turn - both * surprise) / determinant
    return pulls


@compiled
def _subtract_end(out, paths, slopes, marker, first, stop, x, smooth):
    """Subtract the mean over nodes ``first`` to ``stop - 1``, which lie on one side of a marker."""
    for node in range(first, stop):
        keep, gain, _ = _transition(abs(node - marker) * x, smooth)
        ahead = gain if node > marker else -gain
        for i in range(paths.shape[0]):
            out[i, node] -= keep * paths[i, marker] + ahead * slopes[i]
