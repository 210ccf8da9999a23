"""What an environment is tested with: contracts, leak tests, mutants and stand-ins for models."""

from suasion.testing.answers import HOSTILE, anyone, nobody, uniform
from suasion.testing.contract import conforms, contract
from suasion.testing.leaks import hides
from suasion.testing.mutants import mutants, survivors

__all__ = [
    "HOSTILE",
    "anyone",
    "conforms",
    "contract",
    "hides",
    "mutants",
    "nobody",
    "survivors",
    "uniform",
]
