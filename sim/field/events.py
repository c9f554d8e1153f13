"""What stops the field and asks for a mind."""

import numpy as np

VIOLATION, MINE_STRIKE, STRAY_SHOT = 0, 1, 2

EVENT = np.dtype(
    [
        ("t", "f8"), ("kind", "i4"), ("row", "i4"), ("side", "i4"), ("depth", "f8"),
        ("map_m", "f8"), ("nav_m", "f8"), ("fix_m", "f8"), ("d", "f8"),
    ],
    align=True,
)  # fmt: skip
