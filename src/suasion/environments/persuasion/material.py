"""Propositions that anyone brings: every item of a pack looked at, and every fault in it named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from suasion.core.asks import Json
from suasion.environments.persuasion.propositions import (
    KINDS,
    LONGEST,
    Proposition,
    bank,
    hashed,
    of_key,
)
from suasion.measures.material import Entry, Fault, Faulty, Item, Material

KEYS: Mapping[str, str] = {
    "name": "what it is called: letters, digits, dots, dashes and underscores, at most 64",
    "text": "the proposition: one sentence on one line",
    "kind": "empirical, normative or mixed",
    "hinge": "the words of the text that make it a trade-off, as they stand there",
    "theme": "what it is about, in a word or two",
    "published_id": "what a published proposition on the same matter is called",
    "truth": "true or false, where the matter is settled",
    "source": "where it was settled, or where the sentence is from",
}
LONGEST_NOTE = 300
"""Characters of what is said of a proposition beside its text."""
FEWEST = 4
"""Words of a proposition."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u061f\u0964][\"'\u2019\u201d\u00bb)]*")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Kinds of character that are not seen or that turn what stands beside them."""


def read(items: Sequence[Item]) -> list[Entry]:
    """The propositions of a pack.

    Errors: `Faulty`, with every fault of every item.
    """
    faults = [fault for at, item in enumerate(items) for fault in _faults(at, item.values)]
    faults += _twice(items, "name", "is the name of")
    faults += _twice(items, "text", "is the text of")
    if faults:
        raise Faulty(sorted(faults, key=lambda fault: fault.item))
    return [entry(_proposition(item.values)) for item in items]


def _proposition(values: Mapping[str, Json]) -> Proposition:
    said: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
    return Proposition(**{**said, "text": _words(said["text"])})


def entry(proposition: Proposition) -> Entry:
    """What a proposition's name stands for, and what is listed of it."""
    settings: dict[str, Json] = {"proposition": proposition.text}
    if proposition.truth is not None:
        settings["truth"] = proposition.truth
    said = {key: value for key, value in proposition._asdict().items() if key != "name"}
    row = {"name": proposition.name, "key": proposition.key, **said}
    return Entry(proposition.name, settings, row)


def _bank() -> list[Entry]:
    return [entry(each) for each in bank().values()]


MATERIAL = Material(
    name="propositions",
    setting="proposition",
    keys=KEYS,
    columns=("name", "key", "kind", "theme", "truth", "published_id", "hinge"),
    bank=_bank,
    read=read,
)


# --- what can be wrong with one ------------------------------------------------------------------


def _faults(at: int, values: Mapping[str, Json]) -> Iterator[Fault]:
    for key in values:
        if key not in KEYS:
            yield Fault(at, key, f"is no key of an entry; there are: {', '.join(KEYS)}")
    for key in ("name", "text"):
        if values.get(key) is None:
            yield Fault(at, "", f"{key} is missing: {KEYS[key]}")
    for key, meaning in KEYS.items():
        value = values.get(key)
        if value is None:
            continue
        expected = bool if key == "truth" else str
        if not isinstance(value, expected):
            yield Fault(at, key, f"is {_shown(value)}: expected {meaning}")
        elif isinstance(value, str):
            yield from (Fault(at, key, said) for said in _of_text(key, value))
    yield from _of_hinge(at, values.get("hinge"), values.get("text"))
    yield from _of_truth(at, values)


def _of_text(key: str, value: str) -> Iterator[str]:
    """What is wrong with one value that is a text."""
    unseen = next((each for each in value.strip() if unicodedata.category(each) in _UNSEEN), None)
    if unseen is not None:
        name = unicodedata.name(unseen, "a control character")
        yield f"holds U+{ord(unseen):04X} ({name}): expected characters that are seen, on one line"
    elif not value.strip():
        yield f"is empty: expected {KEYS[key]}"
    elif key == "name":
        yield from _of_name(value)
    elif key == "kind" and value not in KINDS:
        yield f"is {_shown(value)}: expected {KEYS[key]}"
    elif key == "text":
        yield from _of_sentence(" ".join(value.split()))
    elif len(value) > LONGEST_NOTE:
        yield f"has {len(value):,} characters: expected at most {LONGEST_NOTE}"


def _of_name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"is {_shown(name)}: expected {KEYS['name']}"
    elif name in bank():
        yield f"is {_shown(name)}, which the bank has: expected a name of its own"


def _of_sentence(text: str) -> Iterator[str]:
    same = of_key(hashed(text))
    if len(text) > LONGEST:
        yield f"has {len(text):,} characters: expected at most {LONGEST:,}"
    elif len(text.split()) < FEWEST:
        yield f"is {_shown(text)}: expected a sentence of {FEWEST} words or more"
    elif not _END.search(text[-4:]):
        yield f"ends in {_shown(text[-30:])}: expected a sentence, with its full stop"
    elif same is not None:
        yield f"is the text of {same.name}, which the bank has: name that instead"


def _of_hinge(at: int, hinge: Json, text: Json) -> Iterator[Fault]:
    if isinstance(hinge, str) and isinstance(text, str) and hinge not in _words(text):
        yield Fault(at, "hinge", f"is {_shown(hinge)}, which does not stand in the text")


def _of_truth(at: int, values: Mapping[str, Json]) -> Iterator[Fault]:
    """What is no matter of fact is not settled by facts; what is settled says where."""
    if values.get("truth") is None:
        return
    if values.get("kind") in ("normative", "mixed"):
        said = f"is given, and kind is {values['kind']}: expected only where kind is empirical"
        yield Fault(at, "truth", said)
    if values.get("source") is None:
        yield Fault(at, "truth", f"is given without source: {KEYS['source']}")


def _twice(items: Sequence[Item], key: str, said: str) -> list[Fault]:
    """Items that say what one before them says."""
    seen, found = dict[str, int](), []
    for at, item in enumerate(items):
        value = item.values.get(key)
        if isinstance(value, str) and value.strip():
            first = seen.setdefault(_words(value), at)
            if first != at:
                there = f"entry {first + 1}, line {items[first].lines.get(key, items[first].line)}"
                found.append(Fault(at, key, f"{_shown(value)} {said} {there}"))
    return found


def _words(text: Json) -> str:
    return " ".join(str(text).split())


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
