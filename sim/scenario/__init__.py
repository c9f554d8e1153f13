"""From scenario and policy files to a case."""
