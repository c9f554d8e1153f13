"""One clash as a tree: the story to the bit, and what else could have, with chances that are known."""

from functools import cache

import pytest
from forced import forced  # noqa: F401
