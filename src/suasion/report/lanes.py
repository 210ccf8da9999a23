"""Lanes: where each seat's line runs in the reader, and the symbols drawn on it once and reused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from suasion.measures.beside import Glyph

WIDTH, HEIGHT, EDGE = 94, 22, 10
"""Of the gutter beside an event, in pixels."""
COLOURS = 8
"""Seats have fixed colours; the ninth has the first one again, and its name."""


def colour(seat: int | None) -> str:
    """The class that gives a seat its colour."""
    return "c" if seat is None else f"c{seat % COLOURS}"


@dataclass
class Lanes:
    """The symbols of one page; every one is made of numbers alone."""

    names: Sequence[str]
    symbols: dict[tuple[int | None, str, tuple[int, ...]], str] = field(default_factory=dict)

    def at(self, seat: int) -> float:
        """Where a seat's lane runs."""
        if len(self.names) < 2:
            return EDGE
        return round(EDGE + seat * (WIDTH - 2 * EDGE) / (len(self.names) - 1), 1)

    def symbol(self, by: int | None, glyph: Glyph) -> str:
        """The id of the symbol of an event."""
        key = (by, glyph.shape, glyph.to)
        return self.symbols.setdefault(key, f"g{len(self.symbols)}")

    @property
    def drawn(self) -> Markup:
        """All symbols used, as the content of `defs`."""
        lines = "".join(f'<path d="M{self.at(seat):g} 0v10"/>' for seat in range(len(self.names)))
        each = (f'<g id="{name}">{self._draw(*key)}</g>' for key, name in self.symbols.items())
        return Markup(f'<g id="lanes" class="rails">{lines}</g>{"".join(each)}')  # noqa: S704 - numbers only

    def _draw(self, by: int | None, shape: str, to: tuple[int, ...]) -> str:
        y = HEIGHT / 2
        ends = [self.at(seat) for seat in range(len(self.names))]
        if by is None:
            return self._row(to, y) or f'<path class="all" d="M{ends[0]:g} {y:g}H{ends[-1]:g}"/>'
        x, c = self.at(by), colour(by)
        dot = f'<circle class="{c}" cx="{x:g}" cy="{y:g}" r="5"/>'
        if shape in ("inner", "aside"):
            return f'<circle class="ring {shape} {c}" cx="{x:g}" cy="{y:g}" r="4.5"/>'
        if shape == "each":
            return self._row(to, y) + dot
        if shape == "lost":
            return f'<path class="cross {c}" d="M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8"/>'
        if shape == "public":
            line = f'<path class="open {c}" d="M{ends[0]:g} {y:g}H{ends[-1]:g}"/>'
            dots = (f'<circle class="{c}" cx="{e:g}" cy="{y:g}" r="2.2"/>' for e in ends)
            return line + "".join(dots) + dot
        arrows = (self._arrow(x, self.at(seat), y, shape) for seat in to if seat != by)
        return "".join(arrows) + dot

    def _row(self, to: tuple[int, ...], y: float) -> str:
        """A dot on the lane of everybody who is told."""
        spots = ((self.at(lane), colour(lane)) for lane in to)
        return "".join(f'<circle class="{c}" cx="{x:g}" cy="{y:g}" r="3.2"/>' for x, c in spots)

    def _arrow(self, start: float, end: float, y: float, shape: str) -> str:
        way = 1 if end > start else -1
        neck = end - 7 * way
        thick, half = ("act", 4.5) if shape == "action" else ("say", 3.5)
        head = f'<path class="{thick}h" d="M{end:g} {y:g}L{neck:g} {y - half:g}V{y + half:g}z"/>'
        return f'<path class="{thick}" d="M{start:g} {y:g}H{neck:g}"/>{head}'


TICKS = {
    "action": "m0 -5l5 9h-10z",
    "private": "m-1.5 -6h3v12h-3z",
    "public": "m-1.5 -10h3v20h-3z",
    "each": "m-1.5 -9h3v4h-3zm0 7h3v4h-3zm0 7h3v4h-3z",
    "aside": "m-3.5 0l3.5 -4l3.5 4l-3.5 4z",
    "inner": "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
    "lost": "m-4 -4l8 8m0 -8l-8 8",
}
"""What is drawn on the timeline for each shape, from its middle."""


def tick(shape: str) -> str:
    """The same for a legend."""
    return f"M0 0{TICKS[shape]}"


LONG = 1000
"""Of the timeline, in pixels of the picture."""
LANE = 26
APART = 36
"""Pixels between the starts of rounds that are named."""


@dataclass(frozen=True)
class Timeline:
    """Every event of an episode on its seat's lane: a map, each tick a link."""

    lanes: Lanes
    seats: Sequence[int | None]
    """Whose doing each event was."""
    shapes: Sequence[str]
    rounds: Sequence[int | None]

    @property
    def height(self) -> int:
        """Of the picture."""
        return LANE * len(self.lanes.names) + 20

    def x(self, at: int) -> float:
        """Where an event stands."""
        return round(8 + (at + 0.5) * (LONG - 16) / max(len(self.shapes), 1), 1)

    @property
    def starts(self) -> list[tuple[int, float]]:
        """Where rounds begin; where they lie close, not all of them."""
        found: dict[int, float] = {}
        step = (LONG - 16) / max(len(self.shapes), 1)
        for at, number in enumerate(self.rounds):
            if number is not None and number not in found:
                found[number] = round(self.x(at) - step / 2, 1)
        return _apart(list(found.items()))

    @property
    def ticks(self) -> Markup:
        """The ticks, made of numbers alone."""
        return Markup("".join(map(self._tick, range(len(self.shapes)))))  # noqa: S704

    def _tick(self, at: int) -> str:
        seat = self.seats[at]
        y = LANE * (seat or 0) + LANE / 2
        shape = self.shapes[at]
        drawn = f'<path class="{shape} {colour(seat)}" d="M{self.x(at):g} {y:g}{TICKS[shape]}"/>'
        return f'<a href="#event-{at}" tabindex="-1">{drawn}</a>'


def _apart(starts: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Those that leave room for the words of the one before."""
    kept: list[tuple[int, float]] = []
    for number, x in starts:
        if not kept or x - kept[-1][1] >= APART:
            kept.append((number, x))
    return kept
