"""Settings that all tests share."""

import os

from hypothesis import settings

# The first example of a property may have to compile; that is no flaw of the property.
settings.register_profile("dmz", deadline=None, print_blob=True)
settings.load_profile("dmz")

FULL = os.environ.get("DMZ_FULL") == "1"
