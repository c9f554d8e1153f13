"""Incidents: how one opens, what is done in it, and how it closes."""
