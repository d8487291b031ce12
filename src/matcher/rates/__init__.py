"""The bureau's published rates: each a registered formula over counted events."""
