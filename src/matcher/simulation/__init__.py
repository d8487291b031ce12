"""A simulated year of a public employment bureau, to try the service without anybody's data."""

from matcher.simulation.ledger import Totals
from matcher.simulation.simulate import simulate

__all__ = ["Totals", "simulate"]
