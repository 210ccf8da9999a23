"""A seat that wears a skin: it reads and writes other words than the rules and the record.

Whatever goes to it is swapped on its way in, and what it answers on its way out. A swap undoes
itself, so that what one such seat writes another reads as it was written, and raw words stay in
the record as they were said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from suasion.agents.through import Through
from suasion.core.asks import (
    Ask,
    Choose,
    Forfeit,
    Json,
    Maybe,
    Number,
    OneOf,
    Parsed,
    Record,
    Text,
    UpTo,
)
from suasion.core.environment import Answered, Asked, Line, Live, Reply, Turn
from suasion.core.events import Event
from suasion.measures.kit import Kit
from suasion.measures.skin import Skin

SKIN = "skin"
"""The key under which what a seat is asked with says which skin it wears."""


def bare(asked_with: Mapping[str, Json]) -> dict[str, Json]:
    """The same without the skin: what is known to the model."""
    return {key: value for key, value in asked_with.items() if key != SKIN}


def worn(asked_with: Mapping[str, Json], kit: Kit) -> Skin | None:
    """The skin that a seat wears; None for none.

    Errors: `LookupError`, where the environment has no skin of that name.
    """
    name = asked_with.get(SKIN)
    if name is None:
        return None
    if not isinstance(name, str) or name not in kit.skins:
        there = ", ".join(kit.skins) or "none"
        said = f"{kit.environment.name} has no skin {str(name)[:80]!r}; there are: {there}"
        raise LookupError(said)
    return kit.skins[name]


def told_once(brief: str, asked_with: Mapping[str, Json], kit: Kit) -> str:
    """A brief as a seat is told it."""
    skin = worn(asked_with, kit)
    return brief if skin is None else skin.words(brief)


def behind(live: Live, skin: Skin) -> Live:
    """The same seat behind a skin."""
    asks = Asks(skin)

    async def ask(asked: Asked, line: Line) -> Reply:
        inner = asks.asked(asked)
        reply = await live.ask(inner, Swapped(line, skin))
        read = reply.read or inner.turn.ask.parse(reply.text)
        return reply._replace(read=swapped(skin, read))

    def resume(asked: Asked, answered: Answered) -> None:
        assert live.resume is not None
        decision, told, inner = answered
        said = swapped(skin, Parsed(decision.answer)).answer
        live.resume(
            asks.asked(asked), Answered(decision._replace(answer=said), skin.words(told), inner)
        )

    return live._replace(ask=ask, resume=resume if live.resume is not None else None)


def swapped(skin: Skin, read: Parsed) -> Parsed:
    """An answer in the other words; a forfeit is none."""
    answer, notes = read
    return Parsed(answer if isinstance(answer, Forfeit) else skin.json(answer), notes)


@dataclass(frozen=True)
class Swapped(Through):
    """The line of a seat that wears a skin: what it is told comes in its words."""

    skin: Skin

    @property
    def brief(self) -> str:
        return self.skin.words(self.line.brief)

    @property
    def told(self) -> str:
        return self.skin.words(self.line.told)

    @property
    def name(self) -> str:
        return self.skin.words(self.line.name)


class Worn(Asked):
    """All that a seat is given behind a skin."""

    plain: Asked
    """The same in the words of the rules, for a script that stands in for a model."""
    skin: Skin
    """What its answer is to be swapped by."""


def plainly(asked: Asked) -> Asked:
    """What is asked in the words of the rules, which are all that a script knows."""
    return asked.plain if isinstance(asked, Worn) else asked


def in_its_words(asked: Asked, answer: Json) -> Json:
    """An answer in the words of the rules, as the seat that was asked has to give it."""
    return asked.skin.json(answer) if isinstance(asked, Worn) else answer


class Asks:
    """What a seat is given, swapped; the same ask is the same swapped ask."""

    def __init__(self, skin: Skin) -> None:
        self.skin = skin
        self._known: dict[int, tuple[Ask, Ask]] = {}

    def asked(self, asked: Asked) -> Worn:
        """All that it is given; swapped twice it is what it was."""
        news = [event_in(self.skin, event) for event in asked.news]
        ask, situation, told_to, seconds = asked.turn
        turn = Turn(self.ask(ask), self.skin.json(situation), told_to, seconds)
        seen = Worn(*asked._replace(turn=turn, news=news))
        seen.plain, seen.skin = asked, self.skin
        return seen

    def ask(self, ask: Ask) -> Ask:
        """One ask, which is kept as long as its like is asked again and again."""
        known = self._known.get(id(ask))
        if known is None:
            if len(self._known) >= MANY:
                self._known.clear()
            known = self._known[id(ask)] = ask, ask_in(self.skin, ask)
        return known[1]


MANY = 64
"""Asks of one seat that are kept swapped."""


def event_in(skin: Skin, event: Event) -> Event:
    """An event as the seat holds it."""
    kind, by, data, to, truth = event
    return Event(skin.words(kind), by, skin.json(data), to, truth)


def ask_in(skin: Skin, ask: Ask) -> Ask:
    """What may be answered, in other words; swapped twice it is what it was.

    Limits of text count what the seat itself writes.
    """
    words = skin.words
    if isinstance(ask, Skinned) and ask.skin == skin:
        return ask.of
    if type(ask) in (Number, Text):
        return ask
    if type(ask) is Choose:
        return Choose(tuple(map(words, ask.options)))
    if type(ask) is Maybe:
        return Maybe(ask_in(skin, ask.of))
    if type(ask) is UpTo:
        return UpTo(ask.limit, ask_in(skin, ask.of))
    if type(ask) is Record:
        return _record(skin, ask)
    if type(ask) is OneOf:
        return OneOf(words(ask.tag), {words(n): _record(skin, o) for n, o in ask.options.items()})
    return Skinned(ask, skin)


def _record(skin: Skin, record: Record) -> Record:
    return Record({skin.words(name): ask_in(skin, part) for name, part in record.fields.items()})


@dataclass(frozen=True)
class Skinned(Ask):
    """An environment's own ask, in other words."""

    of: Ask
    skin: Skin

    def check(self, value: Json) -> Parsed:
        return swapped(self.skin, self.of.check(self.skin.json(value)))

    def allows(self, action: Json) -> bool:
        return self.of.allows(self.skin.json(action))

    def parse(self, text: str) -> Parsed:
        """JSON is read first: its escapes, such as that of a new line, are no part of a word."""
        read = super().parse(text)
        if not isinstance(read.answer, Forfeit):
            return read
        return swapped(self.skin, self.of.parse(self.skin.words(text)))

    def schema(self) -> Json:
        return schema_in(self.skin, self.of.schema())

    def held(self) -> Json:
        return schema_in(self.skin, self.of.held())


def schema_in(skin: Skin, schema: Json) -> Json:
    """A JSON Schema with other names of fields and other values; its own keywords stay."""
    if isinstance(schema, list):
        return [schema_in(skin, each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {key: _said(skin, key, value) for key, value in schema.items()}


def _said(skin: Skin, key: str, value: Json) -> Json:
    if key in SAID:
        return skin.json(value)
    if key in NAMED:
        return {skin.words(name): schema_in(skin, each) for name, each in value.items()}
    return schema_in(skin, value)


SAID = frozenset(("enum", "const", "default", "examples", "required", "title", "description"))
"""Keywords whose values are said, and no schema."""
NAMED = frozenset(("properties", "$defs", "definitions"))
"""Keywords under which schemas stand by name."""
