"""From entities to columns and features: one way for training and for serving."""
