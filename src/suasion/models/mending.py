"""A value that a model gave in another dress: taken out of wrappers, and made to fit a schema.

Only what has one meaning is changed: the case of keys and of listed words, a number in quotes, JSON
in a string, a list of one. What then fits is still held against the ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from suasion.core.asks import Forfeit, Json, Number
from suasion.models.loose_json import loose
from suasion.models.numerals import alone


class Mended(NamedTuple):
    """A value, and what was done to it."""

    value: Json
    notes: tuple[str, ...] = ()


WRAPPERS = frozenset(
    (
        *("answer", "answers", "final_answer", "finalanswer", "response", "reply", "output"),
        *("result", "decision", "choice", "value", "arguments", "parameters", "args", "input"),
        *("final", "content", "properties", "json", "data", "function", "tool_calls", "tool_input"),
    )
)
"""Keys that hold an answer and say nothing themselves."""
HOLDERS = WRAPPERS | {"action", "actions", "act", "acts", "move", "moves"}
"""And those that do so where they hold an object or a list."""
WORDS = frozenset((*WRAPPERS, "message", "text", "words", "turn", "say", "speech", "statement"))
"""And those that do so where an ask is for words."""
BESIDE = frozenset(
    (
        *("reasoning", "reason", "reasons", "thought", "thoughts", "thinking", "think", "analysis"),
        *("explanation", "rationale", "justification", "confidence", "reflection", "scratchpad"),
        *("chain_of_thought", "comment", "note", "notes", "plan", "strategy", "step_by_step"),
        *("id", "type", "name", "tool_name", "tool", "tool_call_id", "recipient_name", "call_id"),
    )
)
"""Keys that stand beside an answer and are none."""
ANSWERS = frozenset(("answer", "final_answer", "finalanswer"))
"""Keys that say of what they hold that it is the answer, whatever stands beside them."""
MOST_UNWRAPPED = 5
NULLS = frozenset(("null", "none", "nil", "n/a", "nobody", "no one", ""))
"""Words for nothing, where nothing may be answered and no other word is listed."""


def unwrapped(value: Json, schema: Json, *, words: bool = False) -> Iterator[Mended]:
    """A value, and what is in it as often as it is plainly a wrapper; the outermost first."""
    yield Mended(value)
    notes: tuple[str, ...] = ()
    for _ in range(MOST_UNWRAPPED):
        opened = _opened(value, schema, words=words)
        if opened is None:
            return
        value, note = opened
        notes = (*notes, note)
        yield Mended(value, notes)


def _opened(value: Json, schema: Json, *, words: bool) -> tuple[Json, str] | None:
    if isinstance(value, list):
        return (value[0], "taken out of a list of one") if len(value) == 1 else None
    if isinstance(value, str):
        return _said_twice(value)
    if not isinstance(value, dict):
        return None
    named = _by_name(value, schema)
    if named is not None:
        return named, "named by its key"
    keys = [key for key in value if _plain(key) in ANSWERS] if not words else []
    if len(keys) != 1:
        keys = [key for key in value if _plain(key) not in BESIDE]
    if len(keys) != 1:
        return None
    [key] = keys
    inner, known = value[key], _plain(key)
    scalar = "type" in schema and schema["type"] in ("number", "integer", "string")
    held = isinstance(inner, (dict, list)) and known in HOLDERS
    if held or known in (WORDS if words else WRAPPERS) or (scalar and not words):
        return inner, f"taken out of {key[:40]!r}"
    return None


def _said_twice(text: str) -> tuple[Json, str] | None:
    """JSON in a string of JSON."""
    if not text.lstrip().startswith(("{", "[", '"')):
        return None
    read = loose(text)
    return None if isinstance(read.answer, Forfeit) else (read.answer, "JSON in a string")


def _by_name(value: Mapping[str, Json], schema: Json) -> Json | None:
    """`{"pull": {…}}`, or a call of a tool `pull`, as the option of that name."""
    tag, names = _tagged(schema)
    if not tag:
        return None
    name: Json
    parts: Json
    if len(value) == 1:
        [(name, parts)] = value.items()
    else:
        name = value.get("name")
        found = [value[key] for key in ("arguments", "parameters", "args", "input") if key in value]
        parts = found[0] if len(found) == 1 else None
    if not isinstance(name, str) or not isinstance(parts, dict) or tag in parts:
        return None
    option = _listed(name, names)
    return None if option is None else {tag: option, **parts}


def _tagged(schema: Json) -> tuple[str, list[str]]:
    """The key that says which alternative an object is, and its values."""
    one = schema.get("items", schema)
    tags: dict[str, list[str]] = {}
    for option in one.get("anyOf", ()):
        for key, part in option.get("properties", {}).items():
            if len(part.get("enum", ())) == 1:
                tags.setdefault(key, []).extend(part["enum"])
    return next(((tag, names) for tag, names in tags.items() if len(names) > 1), ("", []))


def _plain(key: str) -> str:
    return key.strip().casefold().replace(" ", "_").replace("-", "_")


def nulls(value: Json, schema: Json) -> Mended:
    """Words for nothing as null, where a schema lists null among its values."""
    return _Mender(only_nulls=True).mended(value, schema)


def fitted(value: Json, schema: Json) -> Mended:
    """A value brought nearer to a schema; as it was where it is not clear how."""
    return _Mender(only_nulls=False).mended(value, schema)


class _Mender:
    """Walks a value beside its schema and notes what it changes."""

    def __init__(self, *, only_nulls: bool) -> None:
        self.only_nulls = only_nulls
        self.notes: dict[str, None] = {}

    def mended(self, value: Json, schema: Json) -> Mended:
        made = self.fit(value, schema)
        return Mended(made, tuple(self.notes))

    def fit(self, value: Json, schema: Json) -> Json:
        if "enum" in schema:
            return self.enum(value, schema["enum"])
        if "anyOf" in schema:
            return self.any_of(value, schema["anyOf"])
        kind = schema.get("type")
        if isinstance(value, str) and kind in ("object", "array") and not self.only_nulls:
            opened = _said_twice(value)
            if opened is not None:
                value = self.note(opened[0], opened[1])
        if isinstance(value, dict) and kind == "object":
            return self.object(value, schema["properties"])
        if isinstance(value, list) and kind == "array":
            return [self.fit(item, schema["items"]) for item in value]
        if self.only_nulls:
            return value
        if isinstance(value, list) and len(value) == 1 and kind != "array":
            return self.note(self.fit(value[0], schema), "taken out of a list of one")
        if isinstance(value, str) and kind in ("number", "integer"):
            return self.number(value, schema)
        return value

    def note(self, value: Json, what: str) -> Json:
        self.notes[what] = None
        return value

    def object(self, value: Mapping[str, Json], parts: Mapping[str, Json]) -> Json:
        renamed = dict(value) if self.only_nulls else self.renamed(value, parts)
        return {
            key: self.fit(part, parts[key]) if key in parts else part
            for key, part in renamed.items()
        }

    def renamed(self, value: Mapping[str, Json], parts: Mapping[str, Json]) -> dict[str, Json]:
        """Keys in the case of the schema, where that names each of them once."""
        known = {_plain(name): name for name in parts}
        names = {key: key if key in parts else known.get(_plain(key), key) for key in value}
        if len(set(names.values())) < len(names):
            return dict(value)
        if any(key != name for key, name in names.items()):
            self.notes["keys in other case"] = None
        return {names[key]: part for key, part in value.items()}

    def enum(self, value: Json, listed: list[Json]) -> Json:
        if isinstance(value, list) and len(value) == 1 and not self.only_nulls:
            value = self.note(value[0], "taken out of a list of one")
        if not isinstance(value, str) or value in listed:
            return value
        if None in listed and value.strip().casefold() in NULLS:
            return self.note(None, f"{value[:20]!r} read as null")
        option = None if self.only_nulls else _listed(value, listed)
        return value if option is None else self.note(option, f"{value[:20]!r} read as {option!r}")

    def any_of(self, value: Json, options: list[Json]) -> Json:
        kinds = [each for each in options if each.get("type") != "null"]
        if len(kinds) == 1:
            return self.fit(value, kinds[0]) if value is not None else None
        if isinstance(value, str) and not self.only_nulls and (opened := _said_twice(value)):
            value = self.note(*opened)
        if not isinstance(value, dict):
            words = [each for each in kinds if "enum" in each]
            return self.fit(value, words[0]) if len(words) == 1 else value
        fitting = [each for each in kinds if each.get("type") == "object" and _names(each, value)]
        return self.fit(value, fitting[0]) if len(fitting) == 1 else value

    def number(self, text: str, schema: Mapping[str, Json]) -> Json:
        whole = schema["type"] == "integer"
        infinite = float("inf")
        ask = Number(schema.get("minimum", -infinite), schema.get("maximum", infinite), whole)
        value = alone(text, ask)
        return text if value is None else self.note(value, f"number read from {text[:20]!r}")


def _names(option: Mapping[str, Json], value: Mapping[str, Json]) -> bool:
    """Whether an object says that it is this alternative: by its tag, or where none has one."""
    given = {_plain(key): part for key, part in value.items()}
    for key, part in option.get("properties", {}).items():
        if len(part.get("enum", ())) == 1:
            said = given.get(_plain(key))
            return isinstance(said, str) and _listed(said, part["enum"]) is not None
    return True


def _listed(text: str, listed: list[Json]) -> Json | None:
    """The one listed word that a text is, but for case and marks around it."""
    plain = _bare(text)
    found = [each for each in listed if isinstance(each, str) and _bare(each) == plain]
    return found[0] if len(found) == 1 else None


def _bare(text: str) -> str:
    return text.strip().strip("\"'`*_.<>[]()").strip().casefold()
