"""Regularizers: what keeps an embedding from collapsing."""
