"""Rules on arrays: many episodes in one step of numpy, where a batch of one is ordinary play."""

from suasion.batch.play import Moment, play_many
from suasion.batch.policy import ArrayPolicy, Rows, alone
from suasion.batch.rules import Batch, Columns, Dial

__all__ = ["ArrayPolicy", "Batch", "Columns", "Dial", "Moment", "Rows", "alone", "play_many"]
