"""Everything that is measured of a trained encoder, bounds of the claims included."""
