"""The declared schema: every number that shapes behaviour, with unit, range, source and grade.

One class is one mechanism, one module the mechanisms of one noun; ``whole`` puts them together.
"""
