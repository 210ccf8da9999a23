"""What an answer may be: one value that is the form, the schema, the check and the reader."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import isfinite
from typing import Any, Literal, NamedTuple, NoReturn

Json = Any
"""Whatever survives JSON unchanged: no tuples, no NaN, keys that are strings."""


@dataclass(frozen=True)
class Forfeit:
    """No answer, and the one named reason why; rules must accept it wherever they ask."""

    reason: str


NULL = Forfeit("null")
"""An answer taken out by a fork; no ask and no agent gives it."""


Answer = Json | Forfeit


class Parsed(NamedTuple):
    """What a reply became, and what had to be done to read it."""

    answer: Answer
    notes: tuple[str, ...] = ()


class Ask(ABC):
    """What may be answered. Open: an environment may bring its own."""

    @abstractmethod
    def check(self, value: Json) -> Parsed:
        """Read a JSON value; total: any value is an answer or a named reason."""

    @abstractmethod
    def schema(self) -> Json:
        """The same as JSON Schema: a form, or a structured output."""

    def held(self) -> Json:
        """The schema that a model is held to, which may allow less than a script may answer."""
        return self.schema()

    def parse(self, text: str) -> Parsed:
        """Read any text; total. By default the text is one JSON value, fenced or not."""
        fenced = _FENCE.fullmatch(text)
        if _too_deep(text):
            return Parsed(Forfeit("too_deep"))
        try:
            value = _DECODER.decode(fenced[1] if fenced else text)
        except _Duplicate:
            return Parsed(Forfeit("duplicate_key"))
        except ValueError:
            return Parsed(Forfeit("not_json"))
        answer, notes = self.check(value)
        return Parsed(answer, ("code fence removed", *notes) if fenced else notes)

    def allows(self, action: Json) -> bool:
        """Whether a script may answer this, as it stands."""
        answer, notes = self.check(action)
        return not notes and not isinstance(answer, Forfeit) and same(answer, action)


class _Duplicate(ValueError):
    """An object that says one thing twice says nothing."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    once = dict(pairs)
    if len(once) < len(pairs):
        raise _Duplicate
    return once


def _too_deep(text: str) -> bool:
    """Whether brackets nest deeper than is read here; how deep Python reads is not the same
    in every version, nor at every depth of the stack.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    marks = _MARKS.findall(text)
    return max(accumulate(_SHIFT.get(mark, 0) for mark in marks)) > DEEPEST


def _whole(text: str) -> float:
    """How many digits Python reads is a setting of the machine; past a float's range is no
    finite number anywhere.
    """
    return int(text) if len(text) < TOO_MANY_DIGITS else float(text)


DEEPEST = 50
TOO_MANY_DIGITS = 310
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)
"""Brackets, and whole strings, since what is in those nests nothing."""
_SHIFT = {"[": 1, "{": 1, "]": -1, "}": -1}
_FENCE = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)
_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_no_constant, object_pairs_hook=_once)


@dataclass(frozen=True)
class Choose(Ask):
    """Exactly one of `options`; a reply that names two is no choice."""

    options: tuple[str, ...]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.options)

    def check(self, value: Json) -> Parsed:
        return Parsed(value if self.allows(value) else Forfeit("no_option"))

    def allows(self, action: Json) -> bool:
        return isinstance(action, str) and action in self._known

    def parse(self, text: str) -> Parsed:
        if self.allows(text):
            return Parsed(text)
        alone = text.strip().strip("[]\"'`*.").casefold()
        named = [option for option in self.options if option.casefold() == alone]
        if len(named) == 1:
            return Parsed(named[0])
        named = [option for option in self.options if self._names(text, option)]
        if len(named) == 1:
            return Parsed(named[0], ("named in a longer reply",))
        return Parsed(Forfeit("several_options" if named else "no_option"))

    def _names(self, text: str, option: str) -> bool:
        """Whether `text` names `option`, and not only a longer option that holds it."""
        own, size = option.casefold(), len(option)
        longer = [re.escape(o) for o in self.options if len(o) > size and own in o.casefold()]
        apart = re.sub("|".join(longer), "\0", text, flags=re.IGNORECASE) if longer else text
        found = re.search(rf"(?<!\w){re.escape(option)}(?!\w)", apart, re.IGNORECASE)
        return found is not None

    def schema(self) -> Json:
        return {"type": "string", "enum": list(self.options)}


@dataclass(frozen=True)
class Number(Ask):
    """A finite number from `low` to `high`, both included."""

    low: float
    high: float
    whole: bool = False

    def check(self, value: Json) -> Parsed:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return Parsed(Forfeit("not_a_number"))
        if not self.low <= value <= self.high or (isinstance(value, float) and not isfinite(value)):
            return Parsed(Forfeit("out_of_range"))
        if self.whole and value != int(value):
            return Parsed(Forfeit("not_whole"))
        return Parsed(int(value) if self.whole else value)

    def parse(self, text: str) -> Parsed:
        found = _NUMBER.findall(text.replace("\N{MINUS SIGN}", "-"))
        if len(found) != 1:
            return Parsed(Forfeit("several_numbers" if found else "not_a_number"))
        answer, _ = self.check(_read(found[0]))
        alone = len(found[0]) == len(text.strip())
        return Parsed(answer, () if alone else ("found in a longer reply",))

    def schema(self) -> Json:
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.low, "maximum": self.high}


_NUMBER = re.compile(
    r"(?<![\w.])-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?!\w|\.[0-9])"
)
"""A number that stands by itself: `P1`, `10k` and `1.5.2` hold none."""


def _read(text: str) -> float:
    return _whole(text) if text.lstrip("-").isdigit() else float(text)


@dataclass(frozen=True)
class Text(Ask):
    """Free words of at most `limit` Unicode characters (code points)."""

    limit: int
    overflow: Literal["forfeit", "clip"] = "forfeit"

    def check(self, value: Json) -> Parsed:
        if not isinstance(value, str) or not value.strip():
            return Parsed(Forfeit("empty" if isinstance(value, str) else "not_text"))
        if len(value) > self.limit and self.overflow == "forfeit":
            return Parsed(Forfeit("too_long"))
        words = value[: self.limit]
        if not words.strip():
            return Parsed(Forfeit("empty"))
        kept = words.isascii() or _encodable(words)
        whole = words if kept else _LONE.sub("\N{REPLACEMENT CHARACTER}", words)
        clipped = (f"clipped at {self.limit}",) if len(value) > self.limit else ()
        return Parsed(whole, clipped + (("lone surrogates replaced",) if whole != words else ()))

    def allows(self, action: Json) -> bool:
        if not isinstance(action, str) or not action or action.isspace():
            return False
        return len(action) <= self.limit and (action.isascii() or _encodable(action))

    def parse(self, text: str) -> Parsed:
        return self.check(text.strip())

    def schema(self) -> Json:
        return {"type": "string", "minLength": 1, "maxLength": self.limit}


_LONE = re.compile("[\ud800-\udfff]")


def _encodable(text: str) -> bool:
    """Whether a text has no lone surrogate; quicker to encode than to search."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class Maybe(Ask):
    """What `of` asks, or null."""

    of: Ask

    def check(self, value: Json) -> Parsed:
        return Parsed(None) if value is None else self.of.check(value)

    def allows(self, action: Json) -> bool:
        return action is None or self.of.allows(action)

    def schema(self) -> Json:
        return {"anyOf": [self.of.schema(), {"type": "null"}]}


@dataclass(frozen=True)
class Record(Ask):
    """A JSON object with these fields; others are ignored, with a note."""

    fields: Mapping[str, Ask]

    def check(self, value: Json) -> Parsed:
        return self.read(value, {}) if isinstance(value, dict) else Parsed(Forfeit("not_an_object"))

    def read(self, value: dict[str, Json], answer: dict[str, Json]) -> Parsed:
        """Read into `answer`, which holds what is already read."""
        unknown = [key for key in value if key not in self.fields and key not in answer]
        notes = [f"ignored {key[:40]!a}" for key in unknown[:8]]
        for name, ask in self.fields.items():
            part, remarks = ask.check(value.get(name))
            if isinstance(part, Forfeit):
                return Parsed(Forfeit(f"{name}:{part.reason if name in value else 'missing'}"))
            answer[name] = part
            notes += [f"{name}: {remark}" for remark in remarks]
        return Parsed(answer, tuple(notes))

    def allows(self, action: Json) -> bool:
        return isinstance(action, dict) and self.holds(action, 0)

    def holds(self, action: dict[str, Json], beside: int) -> bool:
        """Whether the fields stand in `action` as they must, with `beside` keys of others."""
        if len(action) != len(self.fields) + beside:
            return False
        for name, allows in self._parts:
            if name not in action or not allows(action[name]):
                return False
        return True

    @cached_property
    def _parts(self) -> tuple[tuple[str, Callable[[Json], bool]], ...]:
        return tuple((name, ask.allows) for name, ask in self.fields.items())

    def schema(self) -> Json:
        parts = {name: ask.schema() for name, ask in self.fields.items()}
        return {
            "type": "object",
            "properties": parts,
            "required": list(parts),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class OneOf(Ask):
    """A JSON object whose field `tag` says which of `options` it is."""

    tag: str
    options: Mapping[str, Record]

    def check(self, value: Json) -> Parsed:
        if not isinstance(value, dict):
            return Parsed(Forfeit("not_an_object"))
        name = value.get(self.tag)
        if not isinstance(name, str) or name not in self.options:
            missing = self.tag not in value
            return Parsed(Forfeit(f"{self.tag}:missing" if missing else f"{self.tag}:no_option"))
        return self.options[name].read(value, {self.tag: name})

    def allows(self, action: Json) -> bool:
        if not isinstance(action, dict):
            return False
        name = action.get(self.tag)
        option = self.options.get(name) if isinstance(name, str) else None
        return option is not None and option.holds(action, 1)

    def schema(self) -> Json:
        tagged = (Record({self.tag: Choose((n,)), **o.fields}) for n, o in self.options.items())
        return {"anyOf": [record.schema() for record in tagged]}


@dataclass(frozen=True)
class UpTo(Ask):
    """A list of at most `limit` answers to `of`; bad and surplus ones are dropped and noted."""

    limit: int
    of: Ask

    def check(self, value: Json) -> Parsed:
        if not isinstance(value, list):
            return Parsed(Forfeit("not_a_list"))
        kept: list[Json] = []
        notes: list[str] = []
        for place, item in enumerate(value):
            if len(kept) == self.limit:
                notes.append(f"{len(value) - place} surplus items dropped")
                break
            part, remarks = self.of.check(item)
            if isinstance(part, Forfeit):
                remarks = (f"dropped: {part.reason}",)
            else:
                kept.append(part)
            notes += [f"item {place}: {remark}" for remark in remarks]
        return Parsed(kept, tuple(notes))

    def schema(self) -> Json:
        return {"type": "array", "items": self.of.schema(), "maxItems": self.limit}


def jsonable(value: Json) -> bool:
    """Whether a value is the same after a trip through JSON."""
    try:
        return same(json.loads(json.dumps(value, allow_nan=False)), value)
    except (TypeError, ValueError, RecursionError):
        return False


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are the same, where 1, 1.0 and true are three."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
