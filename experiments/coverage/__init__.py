"""Proof that every interval of the project covers what it should: ``python -m
experiments.coverage``.

Worlds are drawn from laws whose truth is known, thousands of times over, and the project's own
functions say how often their interval holds it.
"""
