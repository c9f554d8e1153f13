"""What a run leaves behind: its row, its incidents, and their stories."""
