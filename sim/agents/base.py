"""What all agents share: a row of the state, a side, and that side's parameters in force."""

import mesa

from sim.incidents.parties import Parties
from sim.parameters.whole import Side
from sim.scene import Scene
from sim.sides import SIDES


class DmzAgent(mesa.Agent):
    """A face of row ``row`` of one array of the state; it keeps nothing of its own.

    ``scene`` is what it may see and touch, ``parties`` who else is there. Subclass, override a
    method and name the class in a policy (``agents:``) or pass it to ``DmzModel(agents=...)`` to
    change how one kind of agent behaves.
    """

    def __init__(self, model: mesa.Model, scene: Scene, parties: Parties, row: int, side: int) -> None:
        super().__init__(model)
        self.scene = scene
        self.parties = parties
        self.row = row
        self.side = side

    @property
    def in_force(self) -> Side:
        """The parameters of the agent's side that are in force at this moment."""
        return self.scene.regime.sides[self.side]

    @property
    def side_name(self) -> str:
        """``north`` or ``south``."""
        return SIDES[self.side]
