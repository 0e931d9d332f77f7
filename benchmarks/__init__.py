"""Timings, as ratios to a stated baseline. Run by `make bench`."""
