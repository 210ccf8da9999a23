"""Plays studies: workers that play, one writer that records, progress that shows no outcome."""
