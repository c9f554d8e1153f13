"""What is done with the model: batches of runs, their figures, pictures and the ``dmz`` command."""
