"""The torch layer: worlds, encoders, regularizers, objectives and training, and what judges them."""
