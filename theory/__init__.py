"""The exact layer: statements and proofs in SymPy and z3. It knows no float and no torch."""
