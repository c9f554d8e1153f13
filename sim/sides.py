"""The two sides: their numbers, by which every array is indexed, and which way each one lies."""

NORTH, SOUTH = 0, 1
SIDES = ("north", "south")


def other(side: int) -> int:
    """The side opposite."""
    return 1 - side


def northward(side: int) -> float:
    """The sign of ``d`` (metres north of the line) on a side's own ground: +1 north, -1 south.

    Compiled code calls it too (``sim.compiled`` sees to that).
    """
    return 1.0 - 2.0 * side
