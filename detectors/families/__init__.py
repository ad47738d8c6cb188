"""What the numbers that leave a model mean: one file per family, pure functions."""
