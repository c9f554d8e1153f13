"""A batch: the runs of one case, by any number of workers, in the same order with the same bits.

Run ``k`` of a seed is luck ``k % 2`` in world ``k // 2``: each world is played twice, so that the
variance between worlds and that between lucks can be told apart.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.compiled import is_cached, mark_cached, survive_bad_cache
from sim.model import DmzModel
from sim.outcome import Outcome, outcome
from sim.scenario import Case, load_case

LUCKS = 2
_CHUNK = 4  # runs a task: about a second of work, so that handing them out costs nothing
_WARM_UP = (
    "days=2", "clock.warmup_days=1", "space.length_km=20", "north.watch.posts=20",
    "south.watch.posts=20", "north.works.slots=5", "north.works.first_month=1",
    "south.watch.looks_per_hour=60", "south.watch.margin_m=0", "north.conduct.attack_intercept=2",
    "mines.strikes_per_km=0.1", "south.stray.per_post_year=0.1", "survey.km_per_week=5",
    "survey.first_month=1", "survey.last_month=12",
)  # fmt: skip


@dataclass
class Batch:
    """The outcomes of a batch, by run number; ``planned`` runs were asked for."""

    case: Case
    seed: int
    planned: int
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def in_order(self) -> list[tuple[int, Outcome]]:
        """(run, outcome) by run number."""
        return sorted(self.outcomes.items())

    def run_rows(self) -> list[dict[str, Any]]:
        """One row a run: which it was, and its figures."""
        return [{"run": k} | out.row for k, out in self.in_order]

    def incident_rows(self) -> list[dict[str, Any]]:
        """One row an incident of any run, with the run it belongs to."""
        return [
            {"run": k, "world": k // LUCKS, "luck": k % LUCKS} | row
            for k, out in self.in_order
            for row in out.incidents
        ]

    def tension(self) -> np.ndarray:
        """Tension at the start of each day, (runs, days, 2); nan after a run has ended."""
        days = max(out.tension.shape[0] for _, out in self.in_order)
        table = np.full((len(self.outcomes), days, 2), np.nan)
        for row, (_, out) in enumerate(self.in_order):
            table[row, : out.tension.shape[0]] = out.tension
        return table


def run_batch(
    case: Case, runs: int, *, seed: int = 1, workers: int = 1,
    agents: Mapping[str, type] | None = None, done: Callable[[Outcome], None] | None = None,
) -> Batch:  # fmt: skip
    """Play ``runs`` runs of ``case`` and return them all.

    ``done`` is called after each run. An interrupt (Ctrl-C) ends the batch; what had finished is
    kept and ``interrupted`` is set.
    """
    batch = Batch(case, seed, runs)
    try:
        for k, result in _played(case, range(runs), seed, workers, dict(agents or {})):
            batch.outcomes[k] = result
            if done is not None:
                done(result)
    except KeyboardInterrupt:
        batch.interrupted = True
    return batch


def play(case: Case, k: int, seed: int, agents: Mapping[str, type] | None = None) -> DmzModel:
    """Run ``k`` of a seed, played to its end."""
    return DmzModel(case, seed=seed, world=k // LUCKS, luck=k % LUCKS, agents=agents).run()


def compile_once(say: Callable[[str], None]) -> None:
    """Compile what a run needs, and keep it on disk; says so when that takes a while."""
    if not is_cached():
        say("compiling the field kernel (once; about half a minute, kept for the next time) ...")
    problem = survive_bad_cache(
        lambda: DmzModel(load_case("baseline", assignments=_WARM_UP)).run()
    )
    if problem:
        say(problem)
    else:
        mark_cached()


def _chunk(case: Case, ks: list[int], seed: int, agents: dict) -> list[tuple[int, Outcome]]:
    return [(k, _outcome_of(case, k, seed, agents)) for k in ks]


def _outcome_of(case: Case, k: int, seed: int, agents: dict) -> Outcome:
    model = play(case, k, seed, agents)
    try:
        return outcome(model)
    finally:
        model.dismiss()


def _played(
    case: Case, ks: range, seed: int, workers: int, agents: dict
) -> Iterator[tuple[int, Outcome]]:
    if workers <= 1:
        for k in ks:
            yield from _chunk(case, [k], seed, agents)
        return
    from loky import get_reusable_executor

    executor = get_reusable_executor(max_workers=workers, timeout=60)
    chunks = (list(ks[first : first + _CHUNK]) for first in range(0, len(ks), _CHUNK))
    pending: set[Future] = set()
    try:
        for ks_of_chunk in chunks:
            pending.add(executor.submit(_chunk, case, ks_of_chunk, seed, agents))
            if len(pending) >= 4 * workers:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from itertools.chain.from_iterable(f.result() for f in finished)
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from itertools.chain.from_iterable(f.result() for f in finished)
    except KeyboardInterrupt:
        executor.shutdown(wait=False, kill_workers=True)
        raise
