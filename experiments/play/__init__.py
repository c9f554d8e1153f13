"""Playing runs: tasks, and the processes of this machine or of a cluster that play them."""
