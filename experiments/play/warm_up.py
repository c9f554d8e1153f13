"""The warm-up of a process: all that runs need is compiled, once, before workers start."""

from collections.abc import Callable
from contextlib import nullcontext

from experiments.play.ahead import compile_ticks, compiled_ahead
from sim.agents import Government
from sim.compiled import cache_problem, is_cached, mark_cached
from sim.model import DmzModel
from sim.scenario.loading import load_case

_WARM_UP = (  # a short run in which everything happens that is compiled
    "days=30",
    "clock.warmup_days=1",
    "space.length_km=20",
    "north.watch.posts=20",
    "south.watch.posts=20",
    "north.works.slots=5",
    "north.works.share=1",
    "north.works.weeks=30",
    "north.works.first_month=1",
    "north.works.last_month=12",
    "north.works.distance_m=20",
    "south.watch.looks_per_hour=60",
    "south.watch.margin_m=0",
    "north.conduct.attack_intercept=2",
    "mines.strikes_per_km=0.1",
    "mines.strikes_per_party_day=0.2",
    "south.stray.per_post_year=0.1",
    "survey.km_per_week=5",
    "survey.first_month=1",
    "survey.last_month=12",
    "talks.outcome=accepted",
    "talks.offer_day=1",
    "talks.answer_days=1",
    "talks.session_day=3",
    "talks.agreed_day=4",
    "talks.implemented_day=5",
)


class _AskedDaily(Government):
    """A government of a class of one's own, which every day asks."""


def compile_once(say: Callable[[str], None]) -> None:
    """Compile what a run needs, and keep it on disk; says so when that takes a while."""
    if not is_cached():
        say("compiling the field kernel (once; some 15 seconds, kept for the next time) ...")
    case = load_case("declared", assignments=_WARM_UP)
    with nullcontext() if is_cached() else compiled_ahead():
        model = DmzModel(case, seed=1)
        compile_ticks()
    model.run()
    asked = DmzModel(case, seed=1, agents={"Government": _AskedDaily}).run(1)
    asked.governments[0].posture(0.0, asked.minute)
    if problem := cache_problem():
        say(problem)
    else:
        mark_cached()
