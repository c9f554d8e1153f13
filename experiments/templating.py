"""What pages of ours are made by: templates that escape, and data that cannot end its element."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def templates(filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """The templates, with these words as filters; a name that a page lacks is an error."""
    found = Environment(
        loader=PackageLoader("experiments"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    found.filters |= filters
    return found


def data_in_page(data: Mapping[str, Any]) -> Markup:
    """JSON in which nothing can end the element that it stands in, whatever a name holds."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
