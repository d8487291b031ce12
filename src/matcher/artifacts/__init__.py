"""Artefacts on disk: published whole, verified on loading, the last good one kept."""
