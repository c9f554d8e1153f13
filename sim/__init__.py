"""Agent-based simulator of accidental escalation on the Military Demarcation Line."""

__version__ = "0.4.0a1"
