"""Clients of language models, and what can go wrong with them."""
