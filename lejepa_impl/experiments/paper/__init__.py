"""The tables of W, as printed."""
