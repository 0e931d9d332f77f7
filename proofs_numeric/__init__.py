"""The certified and fuzzed layer: NumPy, SciPy, mpmath, Arb and Hypothesis. It knows no torch."""
