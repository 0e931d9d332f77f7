"""Training: the specification of a run, its schedule, the loop and its checkpoints."""
