"""The one thing that a fork changes, as it is asked for: checked against what there was.

The record keeps it as plain JSON with the names of seats: `{"kind": "answer", "seat", "answer"}`
(null for an answer taken out), `{"kind": "drop" | "delay" | "reroute" | "rewrite", "seats", …}` or
`{"kind": "draw", "name", "number", "value", "as"}`, as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from suasion.channels.text import TEXT, has_words
from suasion.core.asks import Forfeit, Json
from suasion.core.chance import Draw
from suasion.core.episode import Decision
from suasion.runner.fork_ground import Ground, Unforkable
from suasion.runner.fork_past import Drawn

Recorded = Mapping[str, Json]
"""An edit as the record says it."""


class Standing:
    """An edit under which the whole step that made the event stands."""

    def through(self, ground: Ground, at: int) -> int:
        """The last step that stands."""
        return ground.step_of(at)


@dataclass(frozen=True)
class Answered(Standing):
    """Another answer of a seat; `None` takes it out."""

    seat: str
    answer: Json

    def checked(self, ground: Ground, at: int) -> Recorded:
        """The edit, legal in the step that made the event.

        Errors: `Unforkable`, with what could have been answered.
        """
        turns = ground.answered(ground.step_of(at))
        if not turns or _aside(ground, at):
            raise Unforkable(_no_answers(ground, at), "--at", str(at))
        first = ground.names[next(iter(turns))]
        seat = ground.seat(self.seat, *_answer(at, first, None))
        if seat not in turns:
            asked = ", ".join(ground.names[each] for each in turns)
            said = f"{self.seat} was not asked in the step that made event {at}: {asked} was"
            raise Unforkable(said, *_answer(at, first, None))
        self._legal(ground, at, turns[seat])
        return {"kind": "answer", "seat": self.seat, "answer": self.answer}

    def _legal(self, ground: Ground, at: int, decision: Decision) -> None:
        given = dict(decision.each())[ground.names.index(self.seat)]
        was = None if isinstance(given, Forfeit) else given
        if self.answer is None:
            if decision.seats:
                said = f"{self.seat} answers together with others, who all answer: give another one"
                raise Unforkable(said, *_answer(at, self.seat, was))
            return
        ask = ground.ask(decision)
        if not ask.allows(self.answer):
            read, notes = ask.check(self.answer)
            why = read.reason if isinstance(read, Forfeit) else "; ".join(notes) or "not as it is"
            expected = json.dumps(ask.schema())
            said = f"{self.seat} cannot answer {_short(self.answer)} ({why}); expected {expected}"
            raise Unforkable(said, *_answer(at, self.seat, was))


@dataclass(frozen=True)
class Delivered(Standing):
    """Another way of an event to those who were told: all but its author, or one."""

    kind: str
    """`drop`, `delay`, `reroute` or `rewrite`."""
    value: str | int | None = None
    """Steps, the other seat's name, or the words."""
    to: str | None = None

    def checked(self, ground: Ground, at: int) -> Recorded:
        """The edit, of copies that there are.

        Errors: `Unforkable`, with what can be done to this event.
        """
        ground.step_of(at)
        copies = [ground.names[seat] for seat in ground.copies(at)]
        if not copies:
            raise Unforkable(_no_copies(ground, at), "--at", str(at))
        if self.to is not None and self.to not in copies:
            ground.seat(self.to, "--at", str(at), "--drop")
            said = f"{self.to} was sent no copy of event {at} by another; {', '.join(copies)} was"
            raise Unforkable(said, "--at", str(at), "--drop", "--to", copies[0])
        edit = {"kind": self.kind, "seats": copies if self.to is None else [self.to]}
        if self.kind == "delay":
            return {**edit, "steps": self.value}
        if self.kind == "rewrite":
            _has_words(ground, at)
            return {**edit, "text": self.value}
        if self.kind == "reroute":
            self._reroutable(ground, at, copies)
            return {**edit, "to": self.value}
        return edit

    def _reroutable(self, ground: Ground, at: int, copies: Sequence[str]) -> None:
        other = str(self.value)
        seat = ground.seat(other, "--at", str(at), "--drop")
        told = "made it" if seat == ground.episode.events[at].by else "is told it anyway"
        if other in copies or told == "made it":
            said = f"event {at} cannot be rerouted to {other}, who {told}; it can be dropped"
            raise Unforkable(said, "--at", str(at), "--drop")


@dataclass(frozen=True)
class Redrawn:
    """Another outcome of chance in the step that made an event."""

    name: str
    value: Json

    def checked(self, ground: Ground, at: int) -> Recorded:
        """The edit, of a draw that there is, with a value that it could have had.

        Errors: `Unforkable`, with the draws of this step.
        """
        drawn = ground.drawn(at)
        found = drawn.get(self.name)
        if found is None:
            raise self._unknown(ground, at, drawn)
        value = _drawable(self.value, found.draw)
        if value is None:
            said = f"draw {self.name!r} cannot be {_short(self.value)}"
            raise Unforkable(f"{said}: expected {_form(found.draw)}", *_draw(at, found))
        number = {"name": found.draw.name, "number": found.number}
        return {"kind": "draw", **number, "value": value, "as": self.name}

    def through(self, ground: Ground, at: int) -> int:
        """The last step that stands: the one that drew."""
        return ground.drawn(at)[self.name].through

    def _unknown(self, ground: Ground, at: int, drawn: Mapping[str, Drawn]) -> Unforkable:
        said = f"no draw {self.name[:80]!r} led to event {at}"
        if elsewhere := ground.events_after(self.name):
            first = ", ".join(map(str, elsewhere[:5]))
            more = f" and {len(elsewhere) - 5} more" if len(elsewhere) > 5 else ""
            said += f", but to events {first}{more}"
        if not drawn:
            return Unforkable(f"{said}; nothing was drawn for it", "--at", str(at))
        there = ", ".join(f"{name} ({_form(each.draw)})" for name, each in drawn.items())
        return Unforkable(
            f"{said}; here there are: {there}", *_draw(at, next(iter(drawn.values())))
        )


Wanted = Answered | Delivered | Redrawn
"""One edit, as it is asked for."""


def _no_answers(ground: Ground, at: int) -> str:
    if _aside(ground, at):
        return f"event {at} is an answer out of band: no seat remembers it, and nothing follows"
    return f"event {at} was there before anybody answered: its deliveries and draws can be changed"


def _aside(ground: Ground, at: int) -> bool:
    """Whether an event is an answer out of band."""
    event, step = ground.episode.events[at], ground.step_of(at)
    asides = (d for d in ground.episode.decisions if d.aside and d.step == step)
    return event.kind == "aside" and any(event.by == d.seat for d in asides)


def _no_copies(ground: Ground, at: int) -> str:
    if _aside(ground, at):
        return _no_answers(ground, at)
    by = ground.episode.events[at].by
    told = "nobody" if by is None else f"nobody but {ground.names[by]}, whose doing it is"
    can = "a draw" if not ground.answered(ground.step_of(at)) else "an answer, or a draw,"
    return f"event {at} was told to {told}: {can} of the step that made it can be changed"


def _has_words(ground: Ground, at: int) -> None:
    data = ground.episode.events[at].data
    if not has_words(data):
        there = ", ".join(data) or "none"
        said = f"event {at} has no words to rewrite, under {TEXT!r}; its fields are: {there}"
        raise Unforkable(said, "--at", str(at), "--drop")


def _drawable(value: Json, draw: Draw) -> Json:
    """A value as the log would have it; `None` where the draw cannot have it."""
    if not draw.of:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if number and 0 <= value < 1 else None
    places = value if isinstance(value, list) else [value]
    if any(not isinstance(at, int) or isinstance(at, bool) for at in places):
        return None
    if len(set(places)) < len(places) or not all(0 <= at < draw.of for at in places):
        return None
    alike = isinstance(value, list) == isinstance(draw.value, list)
    long = not isinstance(draw.value, list) or len(places) == len(draw.value)
    return value if alike and long else None


def _form(draw: Draw) -> str:
    """What a draw can be, in words, and what it was."""
    was = f"it was {json.dumps(draw.value)}"
    if not draw.of:
        return f"a number from 0 up to and without 1, {was}"
    if isinstance(draw.value, list):
        return f"a list of {len(draw.value)} different places from 0 to {draw.of - 1}, {was}"
    return f"a place from 0 to {draw.of - 1}, {was}"


def _answer(at: int, seat: str, answer: Json) -> tuple[str, ...]:
    return "--at", str(at), "--answer", f"{seat}={json.dumps(answer)}"


def _draw(at: int, drawn: Drawn) -> tuple[str, ...]:
    return "--at", str(at), "--draw", f"{drawn.name}={json.dumps(drawn.draw.value)}"


def _short(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
