"""What was found: figures, comparisons, regret, from the rows of a study."""
