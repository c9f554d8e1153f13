"""The compiled field: units move, lose their way and are looked at, until something needs a mind.

The phases of a tick, for every unit on shift, in the order of the unit rows:

1. at 06:00 and 18:00, before anything moves, shifts begin: who goes, where, how far from its belief
   line, watched by which post, with which error of the fix;
2. the navigation error takes an exact OU step to the end of the tick;
3. every look that falls into the tick is taken at its own instant, on the bridge between the ends:
   it sees or not, judges a violation or not, and on the ``confirm_looks``-th violation in a row the
   unit stops there and a decision is asked for;
4. between all these instants the deepest point is drawn from the bridge, which counts crossings;
5. walking off the lane uses up the unit's mine luck;
6. stray shots whose moment has come are handed out.

Looks and crossings are drawn at instants that no tick decides, so that counts do not depend on it.
Units sleep through ticks in which nothing about them can matter (``sim.field.sleep``).
Units that are the subject of an open incident stand still here: the incident moves them.
"""
