"""The measures of Delegated Influence, M1 to M36 of its page of definitions, by noun."""
