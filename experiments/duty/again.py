"""Decisions of a folder played again: held against what was kept, and shown beside the twin by the rules."""

from dataclasses import replace

import sim
from experiments.duty.beside import CALLED, bits_of
from experiments.duty.kept import Kept
from experiments.duty.officer import officer_under
from experiments.live.map_page import Shown, replay_html
from experiments.live.recording import Make, partings, record, spans
from experiments.study.code import agents_of
from experiments.wording import many
from experiments.worlds import luck_of, world_of
from sim.documents import refuse
from sim.documents.problems import show
from sim.model import DmzModel
from sim.scenario.case import Case
from sim.sides import SIDES

_SAME = "By the decisions that were kept, to the same bits."
_UNENDED = "By the decisions that were kept, which end before the run does; from there on by the rules."
_RULES = "The same luck by the rules."


class Otherwise(Exception):  # noqa: N818
    """Decisions that were kept do not play to what was kept of them."""


def case_again(kept: Kept) -> Case:
    """The case that was played; raises ``BadInput`` where its files say something else by now."""
    asked = kept.asked
    case = asked.case(asked.policies, {})
    if case.content_hash != kept.content_hash:
        refuse("--again", "its files say something else than when it was played", found=show(asked.scenario))
    return case


def makes_of(kept: Kept, case: Case) -> tuple[Make, Make]:
    """The run of the officer, and its twin by the rules."""
    asked = kept.asked
    agents = agents_of(case, asked.allow_code)
    orders = replace(kept.orders, by_rules=True)  # where nothing was decided any more

    def made(classes: dict[str, type]) -> DmzModel:
        world, luck = world_of(asked.run), luck_of(asked.run)
        return DmzModel(case, seed=asked.seed, world=world, luck=luck, agents=classes)

    return lambda: made(agents | {"CommandPost": officer_under(orders)}), lambda: made(dict(agents))


def played_again(kept: Kept, case: Case) -> str:
    """The page of both runs beside each other; raises ``Otherwise`` where the bits are not the same."""
    makes, orders = makes_of(kept, case), kept.orders
    orders.taken.clear()
    model = makes[0]().run()
    if orders.taken != orders.decided.keys() or (kept.ended and bits_of(model.state) != kept.ended["bits"]):
        raise Otherwise(
            f"the decisions do not play to the bits that were kept of them (this is version "
            f"{sim.__version__}, as then): other libraries, or other code of agents"
        )
    model.dismiss()
    worth = [span for make in makes for span in spans(make)]
    names = (f"duty officer of the {SIDES[kept.orders.side]}", "by the rules")
    checked = (_UNENDED if kept.ended is None else _SAME, _RULES)
    shown = [
        Shown(name, said, record(make, worth)) for name, said, make in zip(names, checked, makes, strict=True)
    ]
    asked = kept.asked
    about = (
        f"Run {asked.run:,}: luck {luck_of(asked.run)} of world {world_of(asked.run):,}, seed {asked.seed}; "
        f"{many(len(kept.orders.decided), 'decision')}."
    )
    made = f"Made by dmz watch --again, dmz-escalation {sim.__version__}."
    parts = partings(*makes, called=CALLED)
    return replay_html(f"{case.scenario.name}: {names[0]}", about, made, shown, parts)
