"""An A/A arm: a condition played once more under another label, which should not differ."""

from __future__ import annotations


def again(condition: str) -> str:
    """What the arm is called that plays a condition once more."""
    return f"{condition}-again"
