"""What all agents share: a row of the state, a side, and that side's parameters in force."""

from typing import TYPE_CHECKING

import mesa

from sim.parameters import SIDES, Side

if TYPE_CHECKING:
    from sim.model import DmzModel


class DmzAgent(mesa.Agent):
    """A face of row ``row`` of one array of the state; it keeps nothing of its own.

    Subclass, override a method and name the class in a policy (``agents:``) or pass it to
    ``DmzModel(agents=...)`` to change how one kind of agent behaves.
    """

    model: "DmzModel"

    def __init__(self, model: "DmzModel", row: int, side: int) -> None:
        super().__init__(model)
        self.row = row
        self.side = side

    @property
    def rules_in_force(self) -> Side:
        """The parameters of the agent's side at this moment."""
        return self.model.regime.sides[self.side]

    @property
    def side_name(self) -> str:
        """``north`` or ``south``."""
        return SIDES[self.side]
