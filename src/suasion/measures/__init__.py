"""What an environment hands upward, as plain types, and what is common to all measures."""
