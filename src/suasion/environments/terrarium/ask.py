"""What a seat may answer: at most two actions, as lines of the published grammar or as JSON.

One action a line, its keyword in any case; other lines are ignored, and so is whatever follows
the second action (§5.1). An answer as JSON is a list of the same actions, which is what scripts
give and what structured output can be held to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from suasion.core.asks import Ask, Forfeit, Json, Number, OneOf, Parsed, Record, Text, UpTo

MOST_ACTIONS = 2
PASS: Json = [{"action": "pass"}]
"""The answer of a seat that does nothing."""
LONGEST, LONGEST_ID, LONGEST_ANSWER = 4000, 40, 200
"""Characters that are kept; the published engine knew no limit but the model's own."""
TOLD, TOLD_ID, TOLD_ANSWER = 600, 12, 40
"""Characters that a schema allows: a form that a model is held to ends in good time, and a grammar
made of it stays small. No message that a seat could pay for and would write is longer."""
MOST_TOKENS = 10**9
RATINGS = {"helpful": 1, "neutral": 0, "unhelpful": -1}

Kind = Literal["public", "private", "solve", "trade", "accept", "shout", "rate", "pass"]
KEYWORDS: Mapping[str, Kind] = {
    "SEND_PUBLIC": "public",
    "SEND_PRIVATE": "private",
    "SOLVE": "solve",
    "TRADE": "trade",
    "ACCEPT_TRADE": "accept",
    "SHOUT": "shout",
    "RATE": "rate",
}


@dataclass(frozen=True)
class Named(Ask):
    """The name of a seat in any case; any other word is read too, and reaches nobody."""

    names: tuple[str, ...]

    def check(self, value: Json) -> Parsed:
        return Parsed(value) if self.allows(value) else Parsed(Forfeit("no_name"))

    def allows(self, action: Json) -> bool:
        return isinstance(action, str) and _NAME.fullmatch(action) is not None

    def schema(self) -> Json:
        return {"type": "string", "enum": list(self.names)}


_NAME = re.compile(r"\w{1,100}")


@dataclass(frozen=True)
class Rating(Ask):
    """One of three words, in any case."""

    def check(self, value: Json) -> Parsed:
        word = value.lower() if isinstance(value, str) else None
        if word not in RATINGS:
            return Parsed(Forfeit("no_rating"))
        return Parsed(word)

    def allows(self, action: Json) -> bool:
        return isinstance(action, str) and action in RATINGS

    def schema(self) -> Json:
        return {"type": "string", "enum": list(RATINGS)}


_TEXT, _ID = Text(LONGEST, "clip"), Text(LONGEST_ID, "clip")


def options(names: tuple[str, ...]) -> dict[Kind, Record]:
    """Every action there is, with its parts."""
    to = Named(names)
    return {
        "public": Record({"text": _TEXT}),
        "private": Record({"to": to, "text": _TEXT}),
        "solve": Record({"puzzle": _ID, "answer": Text(LONGEST_ANSWER, "clip")}),
        "trade": Record({"to": to, "tokens": Number(0, MOST_TOKENS, whole=True), "ask": _TEXT}),
        "accept": Record({"trade": _ID}),
        "shout": Record({"text": _TEXT}),
        "rate": Record({"of": to, "rating": Rating()}),
        "pass": Record({}),
    }


@dataclass(frozen=True)
class Lines(Ask):
    """At most two actions of the kinds that are `played`, for seats of these names."""

    names: tuple[str, ...]
    played: tuple[Kind, ...]

    @cached_property
    def _one(self) -> OneOf:
        every = options(self.names)
        return OneOf("action", {kind: every[kind] for kind in self.played})

    @cached_property
    def _of(self) -> UpTo:
        return UpTo(MOST_ACTIONS, self._one)

    def check(self, value: Json) -> Parsed:
        return self._of.check(value)

    def allows(self, action: Json) -> bool:
        if action == PASS:  # what seats mostly do
            return True
        if not isinstance(action, list) or len(action) > MOST_ACTIONS:
            return False
        return all(map(self._one.allows, action))

    def schema(self) -> Json:
        return self._of.schema()

    def held(self) -> Json:
        """One or two actions in fewer words than are read, though a list of none is read too."""
        return {**_told(self._of.schema()), "minItems": 1}

    def parse(self, text: str) -> Parsed:
        """The first two lines that are actions; `PASS` where there is none."""
        if _JSON.match(text):
            read = super().parse(text)
            if not isinstance(read.answer, Forfeit):
                return read
        lines = [line.strip() for line in text.split("\n")]
        read_as = [action for action in map(read_line, lines) if action is not None]
        ignored = sum(map(bool, lines)) - min(len(read_as), MOST_ACTIONS)
        return self._kept(read_as[:MOST_ACTIONS], ignored)

    def _kept(self, found: list[tuple[Kind, Json]], ignored: int) -> Parsed:
        """The lines that are played here; one that is not is spent all the same."""
        notes = [f"ignored {ignored} lines"] if ignored else []
        kept = []
        for kind, parts in found:
            if kind not in self.played:
                notes.append(f"{kind}: not played here")
                continue
            part, remarks = self._one.check({"action": kind, **parts})
            if isinstance(part, Forfeit):
                notes.append(f"dropped: {part.reason}")
                continue
            kept.append(part)
            notes += remarks
        if not found:
            return Parsed(PASS, (*notes, "no action: PASS"))
        return Parsed(kept, tuple(notes))


def _told(schema: Json) -> Json:
    """A schema whose texts are as short as a seat is told they are."""
    if not isinstance(schema, dict):
        return [_told(part) for part in schema] if isinstance(schema, list) else schema
    told = {key: _told(part) for key, part in schema.items()}
    if "maxLength" in told:
        told["maxLength"] = _TOLD[told["maxLength"]]
    return told


_TOLD = {LONGEST: TOLD, LONGEST_ID: TOLD_ID, LONGEST_ANSWER: TOLD_ANSWER}
_JSON = re.compile(r"\s*(?:\[|```)")
_LINE = re.compile(r"([A-Z_]+):\s*(.*)", re.IGNORECASE | re.DOTALL)
_PARTS: Mapping[Kind, re.Pattern[str]] = {
    "public": re.compile(r"(?P<text>.+)", re.DOTALL),
    "private": re.compile(r"(?P<to>\w+):\s*(?P<text>.+)", re.DOTALL),
    "solve": re.compile(r"(?P<puzzle>\S+)\s+(?P<answer>.+)", re.DOTALL),
    "trade": re.compile(
        r"(?P<to>\w+)\s+offer=(?P<tokens>[0-9]+)\s+for=(?P<ask>.+)", re.DOTALL | re.IGNORECASE
    ),
    "accept": re.compile(r"(?P<trade>\S+)", re.DOTALL),
    "shout": re.compile(r"(?P<text>.+)", re.DOTALL),
    "rate": re.compile(r"(?P<of>\w+)\s+(?P<rating>helpful|neutral|unhelpful)\b", re.IGNORECASE),
}


def read_line(line: str) -> tuple[Kind, dict[str, Json]] | None:
    """The action of one line, its ends trimmed; `None` where it is none."""
    if line[:4].upper() == "PASS":
        return "pass", {}
    keyword = _LINE.match(line)
    kind = KEYWORDS.get(keyword[1].upper()) if keyword else None
    if keyword is None or kind is None:
        return None
    found = _PARTS[kind].match(keyword[2])
    if found is None:
        return None
    parts: dict[str, Json] = found.groupdict()
    if kind == "trade":
        parts["tokens"] = int(parts["tokens"][:LONGEST_NUMBER])
    return kind, parts


LONGEST_NUMBER = 18
"""Digits of an offer that are read; it is more than anybody can hold by then."""
