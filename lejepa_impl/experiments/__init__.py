"""Experiments as data: their specifications, and sweeps that train what these list."""
