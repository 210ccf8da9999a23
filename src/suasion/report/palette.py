"""The colours of figures: literal in a picture that stands alone, a class where a page has it."""

from __future__ import annotations

INK = "#1c1b19"
SOFT = "#5f594f"
GRID = "#e4dfd5"
LINE = "#b3aa9b"
FAINT = "#b9a9a1"
ACCENT = "#7c1f27"
PAPER = "#fdfcf9"

CLASSES = {
    INK: "ink",
    SOFT: "soft",
    GRID: "grid",
    LINE: "line",
    FAINT: "faint",
    ACCENT: "accent",
    PAPER: "paper",
}
"""What the style sheet calls each: `.f-ink` fills with it, `.s-ink` draws with it."""
