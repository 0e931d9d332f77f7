"""The upper room: the ledger with all its evidence, its run, and how a run is shown."""
