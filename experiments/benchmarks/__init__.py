"""Measurements of speed and size, printed and never asserted in a timed test."""
