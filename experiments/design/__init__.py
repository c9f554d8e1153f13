"""What a study plays: its file, factors and arms, and the plan that they make."""
