"""Settings that all tests share."""

import os

from hypothesis import settings

# The first example of a property may have to compile; that is no flaw of the property.
settings.register_profile("dmz", deadline=None, print_blob=True)
settings.load_profile("dmz")



def pytest_configure(config):
    """Compile once, before the workers of pytest-xdist start and each do it again."""
    from experiments.playing import compile_once
    from sim.compiled import is_cached

    if not hasattr(config, "workerinput") and not is_cached():
        compile_once(print)


FULL = os.environ.get("DMZ_FULL") == "1"
