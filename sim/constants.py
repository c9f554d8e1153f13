"""Units of measure: what no scenario sets. Times are in minutes, lengths in metres, angles in radians.

Guards of the numerics stand, named, in the module whose arithmetic they guard.
"""

import math

HOUR = 60.0
HALF_DAY = 12.0 * HOUR
DAY = 24.0 * HOUR
WEEK = 7.0 * DAY
DAYS_A_WEEK = 7.0
DAYS_A_YEAR = 365.0
NEVER = math.inf  # the minute of what does not come

KM = 1000.0
SQUARE_KM = KM * KM

MIL = math.pi / 3200.0  # of the artillery: 6400 to a circle
