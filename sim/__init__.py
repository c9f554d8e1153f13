"""Agent-based simulator of accidental escalation on the Military Demarcation Line."""

__version__ = "0.3.0"
