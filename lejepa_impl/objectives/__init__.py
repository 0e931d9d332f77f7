"""Objectives: what an encoder of pairs minimises, and the conventions in which it is written."""
