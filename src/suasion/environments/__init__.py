"""One folder or module per environment, each with its `KIT`; found by looking here."""
