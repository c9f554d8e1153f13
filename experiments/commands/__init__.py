"""What each verb of ``dmz`` does: from what was typed to what is said, and the exit code."""
