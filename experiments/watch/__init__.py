"""Watching a run: a page on Mesa's SolaraViz that plays it live; the page needs the extra ``watch``."""
