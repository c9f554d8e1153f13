"""A Morris screening: which of the parameters that the record was not fitted by matter all the same."""
