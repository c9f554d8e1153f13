"""Intervals, curves and verdicts for rare counts in clusters; they know no study."""
