"""Suasion measures how language-model agents influence, deceive and resist one another."""

__version__ = "0.1.0"
