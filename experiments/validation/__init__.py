"""The model held against the record it was fitted to, and the part that it was not fitted to."""
