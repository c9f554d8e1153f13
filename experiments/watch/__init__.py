"""Watching a run: a page on Mesa's SolaraViz that plays the model live. The page itself needs the extra ``watch``."""
