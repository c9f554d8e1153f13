"""The duty officer: a viewer decides for a command post, with what that one knows; beside it the rules."""
