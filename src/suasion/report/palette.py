"""The colours of figures: literal in a picture that stands alone, a class where a page has it."""

from __future__ import annotations

INK = "#1c1b19"
SOFT = "#5f594f"
GRID = "#e4dfd5"
LINE = "#b3aa9b"
FAINT = "#b9a9a1"
ACCENT = "#7c1f27"
PAPER = "#fdfcf9"
BELOW = ("#f6dfd4", "#eab9a5", "#b4533a", "#8f331e")
ABOVE = ("#dbe7f1", "#aecbe2", "#38739f", "#174f7c")
"""From just off nought to the end of a scale that is centred on it: below and above. Told apart
by people who do not see red or green, and with a number in every cell."""

CLASSES = {
    INK: "ink",
    SOFT: "soft",
    GRID: "grid",
    LINE: "line",
    FAINT: "faint",
    ACCENT: "accent",
    PAPER: "paper",
    **{colour: f"b{at}" for at, colour in enumerate(BELOW, 1)},
    **{colour: f"a{at}" for at, colour in enumerate(ABOVE, 1)},
}
"""What the style sheet calls each: `.f-ink` fills with it, `.s-ink` draws with it."""


def step(value: float, end: float) -> int:
    """Which of the eight colours a value has, from -4 to 4; 0 for nought."""
    if not value or end <= 0:
        return 0
    size = min(4, 1 + int(4 * abs(value) / end))
    return size if value > 0 else -size


def diverging(value: float, end: float) -> str:
    """The colour of a value on a scale from -end to end."""
    at = step(value, end)
    return PAPER if not at else (ABOVE if at > 0 else BELOW)[abs(at) - 1]
