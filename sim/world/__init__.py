"""A world: what is drawn or given once and stays: the line, the ground, the seasons, the border."""
