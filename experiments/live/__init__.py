"""Seeing a run: what a viewer sees of a model at a minute, how that travels to a page, and the pages."""
