"""A run as a film: the whole line, and close by, to scale, what is judged at its gravest incidents.

GIF by Pillow, which comes with Matplotlib; MP4 where ``imageio-ffmpeg`` is installed (extra ``video``).
"""

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from experiments.live.frames import Border, Frame, Ground, Misjudged
from experiments.live.recording import Recorded, Recording
from experiments.pictures.sheet import FAINT, FILLS, INK, styled, wrapped
from experiments.store.files import write_whole
from sim.codes import Rung, UnitKind
from sim.constants import DAY, HOUR, KM
from sim.outcome.outcome import RUNGS
from sim.sides import NORTH, SIDES, northward, other

_INCIDENTS = 2  # of a run that are shown tick by tick, the gravest
_BETWEEN = 10  # frames from one of them to the next
_BEFORE, _AFTER = 0.5 * HOUR, 0.5 * HOUR
_LONGEST = 3.0 * HOUR  # of an incident
_TICK_MS, _DAY_MS = 420, 90  # how long a frame stands
_SIZE, _DPI = (9.6, 6.4), 100
_HALF_DRAWN_M = 7_000.0  # what the ground beside the line is drawn as, from afar
_NEAR_M = 20.0  # up to where widths grow evenly
_STORY_LINES, _STORY_PX = 9, 440.0
_RUNG_INK = ("#6b6b6b", "#b97700", "#d55e00", "#b00020", "#800018", "#4a0010", "#000000")
_MARKS = {UnitKind.PATROL: "o", UnitKind.WORK_PARTY: "s", UnitKind.SURVEY_TEAM: "D"}

_LEGEND = (
    "○ patrols   □ work parties   ◇ survey teams; green the north's, dark red the south's\n"
    "rings: incidents, the wider and darker the graver\n"
    "each side's own line, and between the two what is contested\n"
    "places are those of noon, until an incident is shown tick by tick"
)

Picture = NDArray[np.uint8]


class Shot(NamedTuple):
    """A frame of the film: what is seen, which incident is told, and for how many milliseconds."""

    frame: Frame
    told: Recorded | None
    ms: int


def can_mp4() -> bool:
    """Whether the extra ``video`` is installed."""
    try:
        return importlib.util.find_spec("imageio_ffmpeg") is not None
    except ValueError:  # it was put out of reach
        return False


def save_film(recording: Recording, title: str, path: Path) -> None:
    """Write the film of a run to ``path``, as its ending says, ``.gif`` or ``.mp4``."""
    shots = storyboard(recording)
    with styled():
        pictures = list(_drawn(recording, title, shots))
    if path.suffix == ".gif":
        write_whole(path, lambda to: _gif(pictures, [shot.ms for shot in shots], to))
    else:
        write_whole(path, lambda to: _mp4(pictures, [shot.ms for shot in shots], to))


def storyboard(recording: Recording) -> list[Shot]:
    """What the film shows: the year in strides, and its gravest incidents tick by tick."""
    gravest = sorted(recording.incidents, key=lambda each: (-each.seen.rung, each.seen.opened))[:_INCIDENTS]
    shots, reached = list[Shot](), 0.0
    for told in sorted(gravest, key=lambda each: each.seen.opened):
        opened = told.seen.opened
        closed = min(told.seen.closed or np.inf, opened + _LONGEST)
        window = next((its for its in recording.windows if its[0].minute <= opened <= its[-1].minute), [])
        seen = [each for each in window if opened - _BEFORE <= each.minute <= closed + _AFTER]
        shots += _strides(recording, reached, opened)
        shots += (Shot(each, told if each.minute >= opened else None, _TICK_MS) for each in seen)
        reached = max([reached, *(each.minute for each in seen)])
    return shots + list(_strides(recording, reached, recording.ground.horizon))


def _strides(recording: Recording, begins: float, ends: float) -> Iterator[Shot]:
    noons = [each for each in recording.noons if begins < each.minute < ends]
    step = max(1, len(noons) // _BETWEEN)
    yield from (Shot(each, None, _DAY_MS) for each in noons[::step])


# -- drawing --------------------------------------------------------------------------------------


def _drawn(recording: Recording, title: str, shots: Sequence[Shot]) -> Iterator[Picture]:
    """The pictures, (height, width, 3); what stands still is drawn once for each border."""
    figure = Figure(figsize=_SIZE, dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    ground, still, drawn = recording.ground, None, None
    whole = figure.add_axes((0.0, 0.36, 1.0, 0.58))
    close = figure.add_axes((0.02, 0.10, 0.44, 0.25))
    tension = figure.add_axes((0.08, 0.035, 0.90, 0.05))
    figure.text(0.015, 0.965, title, fontsize=12, fontweight="bold", va="center")
    for shot in shots:
        border = [each for each in recording.borders if each.since <= shot.frame.minute][-1:]
        border = border or recording.borders[:1]
        if border[0] is not drawn:
            drawn = border[0]
            for axes in (whole, close, tension):
                axes.clear()
            _draw_whole(whole, ground, drawn)
            close.set_axis_off()
            _draw_tension(tension, recording)
            canvas.draw()
            still = canvas.copy_from_bbox(figure.bbox)
        canvas.restore_region(still)
        for artist in _moving(figure, (whole, close, tension), recording, drawn, shot):
            figure.draw_artist(artist)
            artist.remove()
        yield np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _wide(ground: Ground, d: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres that are drawn on the whole line for ``d`` metres across it."""
    share = np.arcsinh(np.abs(d) / _NEAR_M) / np.arcsinh(ground.half_width_m / _NEAR_M)
    return np.asarray(np.sign(d) * _HALF_DRAWN_M * share)


def _on_map(ground: Ground, s: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kilometres east and north of the line's middle, (n, 2), with widths as drawn."""

    def on_line(along: NDArray[np.float64]) -> NDArray[np.float64]:
        axis, east, north = ground.course.T
        return np.stack([np.interp(along, axis, east), np.interp(along, axis, north)], axis=1)

    chord = 1.2 * _HALF_DRAWN_M
    along = on_line(s + chord) - on_line(s - chord)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    return (on_line(s) + normal * _wide(ground, d)[:, None]) / KM


def _draw_whole(axes: Axes, ground: Ground, border: Border) -> None:
    axes.set_axis_off()
    axes.set_aspect("equal")
    nodes = np.arange(border.lines.shape[1]) * ground.line_step_m
    every = max(1, round(400.0 / ground.line_step_m))
    s = np.asarray(nodes[::every], np.float64)

    def course(d: NDArray[np.float64]) -> NDArray[np.float64]:
        return _on_map(ground, s, d)

    half = np.full(s.size, ground.half_width_m)
    axes.fill(*np.concatenate([course(half), course(-half)[::-1]]).T, color="#f3f3ee", linewidth=0)
    north, south = (_smoothed(line, every) for line in border.lines[:2])
    axes.fill(*np.concatenate([course(north), course(south)[::-1]]).T, color="#e8a58a", linewidth=0)
    for side, line in enumerate((north, south)):
        dash = "-" if side == NORTH else "--"
        axes.plot(*course(line).T, color=FILLS[SIDES[side]]["facecolor"], linewidth=0.8, linestyle=dash)
    for each in ground.counties:
        at = np.array([0.5 * (each.begins + each.ends)])
        x, y = _on_map(ground, at, np.array([-ground.half_width_m]))[0]
        axes.text(x, y - 4, each.county, color=FAINT, fontsize=7, ha="center", va="top")
    (west, low), (east, high) = _on_map(ground, np.array([0.0, ground.length_m]), np.zeros(2))
    sea: dict[str, Any] = {"color": "#2b6a94", "fontsize": 7, "style": "italic"}
    axes.text(west + 9, low - 5, ground.ends[0], **sea)
    axes.text(east - 2, high + 6, ground.ends[1], ha="center", **sea)
    axes.set_ylim(axes.get_ylim()[0] - 4, axes.get_ylim()[1] + 4)
    drawn_m = np.hypot(*np.diff(ground.course[:, 1:], axis=0).T).sum()  # of the real line, whatever s is
    times = _HALF_DRAWN_M / (_NEAR_M * np.arcsinh(ground.half_width_m / _NEAR_M))
    times *= ground.length_m / drawn_m
    said = f"Widths across the line are not to scale: ground at it is drawn {times:.0f} times too wide."
    axes.figure.text(0.985, 0.375, said, fontsize=7.5, color=FAINT, ha="right")


def _smoothed(line: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    """A line at every so-manieth node, each the mean of those around it."""
    return np.convolve(np.pad(line, every, mode="edge"), np.ones(every) / every, "same")[every:-every:every]


def _draw_tension(axes: Axes, recording: Recording) -> None:
    tension, days = recording.daily.tension, np.arange(len(recording.daily.tension))
    for side, name in enumerate(SIDES):
        dash = "-" if side == NORTH else "--"
        axes.plot(days, tension[:, side], color=FILLS[name]["facecolor"], linewidth=1.2, linestyle=dash)
    most = max(0.1, 1.1 * float(tension.max(initial=0.0)))
    for each in recording.incidents:
        at = each.seen.opened / DAY
        axes.plot([at, at], [0.0, 0.35 * most], color=_RUNG_INK[each.seen.rung], linewidth=1.2)
    axes.set_xlim(0, recording.ground.horizon / DAY)
    axes.set_ylim(0, most)
    axes.set_yticks([])
    axes.tick_params(labelsize=6)
    axes.set_ylabel("tension,\nincidents,\nby day", fontsize=6.5, rotation=0, ha="right", va="center")


def _moving(
    figure: Figure, axes: tuple[Axes, Axes, Axes], recording: Recording, border: Border, shot: Shot
) -> list[Any]:
    """The artists of one shot."""
    whole, close, tension = axes
    ground, frame = recording.ground, shot.frame
    found: list[Any] = [
        figure.text(0.985, 0.965, _clock(ground, frame.minute), fontsize=12, ha="right", va="center")
    ]
    found.append(tension.axvline(frame.minute / DAY, color="#0057b8", linewidth=1.5))
    for (side, kind), units in _groups(frame.units):
        places = _on_map(ground, units["s"], units["d"])
        found += whole.plot(
            *places.T,
            linestyle="none",
            marker=_MARKS[kind],
            markersize=4,
            color=FILLS[SIDES[side]]["facecolor"],
            markeredgecolor=INK,
            markeredgewidth=0.5,
        )
    for each in recording.incidents:
        if each.seen.opened <= frame.minute <= (each.seen.closed or np.inf) + (0 if shot.told else 4 * DAY):
            rung = _rung_at(each, frame.minute)
            at = _on_map(ground, np.array([each.seen.s]), np.array([each.seen.d]))[0]
            found += whole.plot(
                *at,
                marker="o",
                markersize=9 + 4 * rung,
                markerfacecolor="none",
                markeredgecolor=_RUNG_INK[rung],
                markeredgewidth=1.8,
            )
    if shot.told is None:
        found.append(figure.text(0.02, 0.3, _LEGEND, fontsize=8, color=FAINT, va="top", linespacing=1.4))
    else:
        found += _told(figure, shot.told, frame.minute)
        if shot.told.seen.misjudged is not None:
            found += _judged(close, ground, border, shot.told, shot.told.seen.misjudged)
    return found


def _groups(units: np.ndarray) -> Iterator[tuple[tuple[int, UnitKind], np.ndarray]]:
    for side in range(len(SIDES)):
        for kind in UnitKind:
            its = units[(units["side"] == side) & (units["kind"] == kind)]
            if its.size:
                yield (side, kind), its


def _rung_at(told: Recorded, minute: float) -> Rung:
    return max((rung for at, rung in told.climbed if at <= minute), default=Rung.OBSERVED)


def _told(figure: Figure, told: Recorded, minute: float) -> list[Any]:
    """The story so far: its head, and the last steps that have come."""
    seen = told.seen
    head = f"km {seen.s / KM:.1f}, {seen.county}: {RUNGS[_rung_at(told, minute)]}"
    found = [figure.text(0.49, 0.345, head, fontsize=9, fontweight="bold", va="top")]
    come = [
        f"{step.minute - seen.opened:+.0f} min  {step.said}"
        for step in told.story.steps
        if step.minute <= minute
    ]
    lines = [line for step in come[-_STORY_LINES:] for line in wrapped(step, _STORY_PX, 8)]
    found.append(
        figure.text(0.49, 0.31, "\n".join(lines[-_STORY_LINES:]), fontsize=8, va="top", linespacing=1.25)
    )
    return found


def _judged(axes: Axes, ground: Ground, border: Border, told: Recorded, look: Misjudged) -> list[Any]:
    """The look that opened an incident, to scale."""
    side = other(told.seen.first)
    call = look.limit - northward(side) * look.margin
    extent = [0.0, look.d, look.thought, look.fixed, look.own, look.limit, call]
    middle, reach = 0.5 * (min(extent) + max(extent)), max(10.0, 0.62 * (max(extent) - min(extent)))
    box = axes.get_window_extent()
    along = reach * box.width / box.height
    axes.set_xlim(-along, along)
    axes.set_ylim(middle - reach, middle + reach)
    nodes = np.arange(border.lines.shape[1]) * ground.line_step_m - look.s
    near = np.abs(nodes) <= along + 2 * ground.line_step_m
    unit, watcher = (FILLS[SIDES[each]]["facecolor"] for each in (side, other(side)))
    found: list[Any] = axes.plot([-along, along], [0, 0], color=INK, linewidth=1.0)
    for line, its in enumerate(border.lines[:2]):
        dash = "-" if line == NORTH else "--"
        found += axes.plot(
            nodes[near], its[near], color=FILLS[SIDES[line]]["facecolor"], linewidth=1.6, linestyle=dash
        )
    found += axes.plot([-0.3 * along, 0.3 * along], [call, call], color=watcher, linewidth=1.2, linestyle=":")
    found += axes.plot([0, 0], [look.d, look.thought], color=unit, linewidth=1.0)
    found += axes.plot([0, 0], [look.d, look.fixed], color=watcher, linewidth=1.0, linestyle=":")
    mark = _MARKS[UnitKind(told.seen.kind)]
    found += axes.plot(0, look.thought, mark, color="white", markeredgecolor=unit, markersize=7)
    found += axes.plot(0, look.d, mark, color=unit, markeredgecolor=INK, markersize=7)
    found += axes.plot(0, look.fixed, "x", color=watcher, markersize=8, markeredgewidth=2)
    labels = [
        (look.d, INK, f"it is {_where(look.d)}"),
        (look.thought, unit, f"thinks it is {_where(look.thought)}"),
        (look.fixed, watcher, f"is seen {_where(look.fixed)}"),
        (call, watcher, f"lets {look.margin:.0f} m past its line go"),
    ]
    least, last = 2 * reach / 13, -np.inf
    for at, ink, said in sorted(labels):
        last = max(at, last + least)
        behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
        found.append(axes.text(0.34 * along, last, said, fontsize=7.5, color=ink, va="center", bbox=behind))
    scale = 10.0 ** np.floor(np.log10(along))
    found += axes.plot([-along, -along + scale], [middle - reach] * 2, color=INK, linewidth=2)
    found.append(
        axes.text(-along, middle - 0.98 * reach, f" {scale:.0f} m, to scale", fontsize=7, va="bottom")
    )
    return found


def _where(d: float) -> str:
    return f"{abs(d):.0f} m {SIDES[0 if d > 0 else 1]}"


def _clock(ground: Ground, minute: float) -> str:
    first = np.datetime64(ground.first, "m")
    return str(first + np.timedelta64(round(minute), "m")).replace("T", " ")


# -- files ----------------------------------------------------------------------------------------


def _gif(pictures: Sequence[Picture], ms: Sequence[int], path: Path) -> None:
    """All with the same few colours, those of some of them together, so that they take little room."""
    some = np.concatenate(pictures[:: max(1, len(pictures) // 8)])
    palette = Image.fromarray(np.ascontiguousarray(some[::2, ::2])).quantize(64, dither=Image.Dither.NONE)
    frames = [Image.fromarray(each).quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]
    frames[0].save(
        path, "GIF", save_all=True, append_images=frames[1:], duration=list(ms), loop=0, optimize=False
    )


def _mp4(pictures: Sequence[Picture], ms: Sequence[int], path: Path) -> None:
    """Frames as often as they stand long, at so many a second that every length comes out."""
    import imageio_ffmpeg

    a_second = 25
    height, width = pictures[0].shape[:2]
    writer = imageio_ffmpeg.write_frames(
        str(path), (width, height), fps=a_second, macro_block_size=2, output_params=["-f", "mp4"]
    )
    writer.send(None)
    for picture, its in zip(pictures, ms, strict=True):
        for _ in range(max(1, round(its * a_second / 1000))):
            writer.send(np.ascontiguousarray(picture))
    writer.close()
