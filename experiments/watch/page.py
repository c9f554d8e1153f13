"""The page: Mesa's SolaraViz with the map, the timeline and the stories as its component.

It needs the extra ``watch``. ``experiments.watch.server`` says what is on show before it is opened.
"""

import json
import pathlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget
import solara
import traitlets
from mesa.visualization import SolaraViz
from mesa.visualization.utils import force_update, update_counter

from experiments.live.map_page import script
from experiments.watch.controls import Slider
from experiments.watch.seen import Eye
from experiments.watch.watched import Show, Watched

PLAY_INTERVAL_MS = 11  # Mesa's slider has 1, 11, 21, ..; at 1 a page of Mesa may die of too many renders
_HERE = files("experiments.watch")
_on_show: list[tuple[Callable[[], Watched], Callable[[Watched], Eye]]] = []  # of this process
_controls_open = solara.reactive(False)  # the drawer with Mesa's controls: beside a page that is wide enough


def put_on_show(begin: Callable[[], Watched], eye: Callable[[Watched], Eye]) -> None:
    """Say what the page shows, and through whose eyes."""
    _on_show[:] = [(begin, eye)]


class MapWidget(anywidget.AnyWidget):
    """The map, the timeline and the stories in the browser; ``watch.js`` draws what the traits hold.

    Plain values travel as JSON text: reacton looks through every list that it is handed, at every render, for
    elements. ``asked`` is what the viewer asks for, ``{"do": .., "stride": .., "slow": .., "n": ..}``.
    """

    _esm = script("map.js") + (_HERE / "watch.js").read_text("utf-8")
    _css = (_HERE / "watch.css").read_text("utf-8")
    ground = traitlets.Unicode("{}").tag(sync=True)
    played = traitlets.Unicode("{}").tag(sync=True)
    now = traitlets.Unicode("{}").tag(sync=True)
    told = traitlets.Unicode("[]").tag(sync=True)
    dots = traitlets.Unicode("[]").tag(sync=True)
    duty = traitlets.Unicode("{}").tag(sync=True)
    border = traitlets.Bytes().tag(sync=True)
    units = traitlets.Bytes().tag(sync=True)
    daily = traitlets.Bytes().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)


class Texts:
    """Plain values as JSON text; what is still the same object is not written anew."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, str]] = {}

    def of(self, values: dict[str, Any]) -> dict[str, str | bytes]:
        """The values by name, bytes as they are."""
        return {
            name: its if isinstance(its, bytes) else self._text(name, its) for name, its in values.items()
        }

    def _text(self, name: str, value: object) -> str:
        if name not in self._kept or self._kept[name][0] is not value:
            self._kept[name] = value, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self._kept[name][1]


def LiveMap(model: Watched) -> Any:  # noqa: N802
    """The component that Mesa's page renders anew after every step."""
    eye, texts = solara.use_memo(lambda: (_on_show[0][1](model), Texts()), [model])

    def do(asked: dict[str, Any]) -> None:
        model.show.stride, model.show.slow = float(asked["stride"]), bool(asked["slow"])
        match asked.get("do"):
            case "next":
                model.to_next()
                force_update()
            case "decide":
                eye.decide(str(asked["choice"]), asked["incident"], asked["minute"])
                force_update()
            case "open":
                _controls_open.set(bool(asked["wide"]))

    asked = update_counter.get()
    model.asked = update_counter.peek
    solara.use_effect(lambda: model.has_been_shown(asked))  # after every render
    return MapWidget.element(**texts.of(eye.look()), on_asked=do)


def parameters_of(show: Show) -> dict[str, Any]:
    """Mesa's controls: what is fixed, the pickers where there is something to pick, the sliders."""
    found: dict[str, Any] = {"show": show}
    pickers = {
        "policy": ("Policy laid over it", list(show.policies)),
        "talks": ("Outcome of talks", show.talks),
    }
    for name, (label, values) in pickers.items():
        if len(values) > 1:
            found[name] = {"type": "Select", "label": label, "value": values[0], "values": values}
    return found | {each.path: _control(each) for each in show.sliders}


def _control(slider: Slider) -> dict[str, Any]:
    kind = "SliderInt" if isinstance(slider.value, int) else "SliderFloat"
    return {
        "type": kind,
        "label": slider.label,
        "value": slider.value,
        "min": slider.low,
        "max": slider.high,
        "step": slider.step,
    }


@solara.component
def Layout(children: list[Any]) -> Any:  # noqa: N802
    """Solara's own, whose drawer is shut where it would cover the map."""
    return solara.AppLayout(children=children, sidebar_open=_controls_open.value)


@solara.component
def Sources(show: Show) -> None:  # noqa: N802
    """What each slider is, its name, where its value comes from: in the drawer, below Mesa's controls."""
    if not show.sliders:
        return
    with solara.Sidebar(), solara.Card("Where the values come from"):
        for each in show.sliders:
            with solara.Column(gap="0", style={"margin-top": "8px", "font-size": "0.85rem"}):
                solara.Text(each.label, style={"font-weight": "600"})
                solara.Text(each.path)
                solara.Text(
                    f"{each.value:.4g} {each.row.unit} in this world; range {each.row.range}; {each.source}."
                )
        solara.Text("dmz params NAME says what these sources are.", style={"font-size": "0.85rem"})


@solara.component
def Below(show: Show) -> None:  # noqa: N802
    """Solara orders what stands in its drawer by how deep it was put there."""
    Sources(show)


@solara.component
def Page() -> None:  # noqa: N802
    """The whole page."""
    model = solara.use_memo(lambda: _on_show[0][0](), [])
    show = model.show
    solara.Title(f"Watching {show.case.scenario.name}")
    solara.Style(pathlib.Path(str(_HERE / "page.css")))
    SolaraViz(
        model,
        components=[(LiveMap, 0)],
        model_params=parameters_of(show),
        play_interval=PLAY_INTERVAL_MS,
        name="The line, live",
    )
    Below(show)
