"""YAML documents that remember where every value came from, checked against pydantic models.

Everything wrong with a document becomes a `Problem`: file, line, column, what was found, what is
allowed and the nearest valid name. The package knows no scenario.

    flaws: list[Problem] = []
    document = resolve_extends("baseline", find, names, flaws)
    document = merge(document, assigned("south.watch.response_margin_m=12", flaws=flaws))
    scenario = validate(document, Scenario, flaws)

Every function raises `BadInput` and nothing else. A function that is given a list of ``flaws``
puts there what leaves the rest of the document readable (a key written twice, say) instead of
raising it, so that `validate` can report it together with everything that the schema refuses.
"""

from sim.documents.checking import validate
from sim.documents.document import Document, assigned, merge, parse, read, under
from sim.documents.extending import KEY as EXTENDS
from sim.documents.extending import resolve_extends
from sim.documents.laying import Tree, laid_over
from sim.documents.problems import BadInput, Mark, Problem, refuse
from sim.documents.strict import Impossible, StrictModel

__all__ = [
    "EXTENDS",
    "BadInput",
    "Document",
    "Impossible",
    "Mark",
    "Problem",
    "StrictModel",
    "Tree",
    "assigned",
    "laid_over",
    "merge",
    "parse",
    "read",
    "refuse",
    "resolve_extends",
    "under",
    "validate",
]
