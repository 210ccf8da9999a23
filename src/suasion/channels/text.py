"""The words of an event, and words made harmless.

An environment keeps what a seat wrote under `text` in an event's data. That is what is injected
into and rewritten; every other field is a fact of the rules. Sanitising goes over all strings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from suasion.core.asks import Json

TEXT = "text"
"""The field of an event's data that holds the words somebody wrote."""

ROLES = "system|assistant|user|human|developer|tool"
_LABEL = re.compile(rf"^(?=[ \t#*]*(?:{ROLES})(?:[ \t]+(?:message|prompt))?[ \t*]*:)", re.I | re.M)
"""Where a line that begins as a turn of a conversation starts."""
_MARKER = re.compile(
    r"(?<=<)(?=\|)|(?<=\|)(?=>)"  # <|im_start|>
    rf"|(?<=<)(?=/?(?:s|sys|{ROLES})>)"  # <system>, </s>, <<SYS>>
    r"|(?<=\[)(?=/?(?:INST|SYS)\])",  # [INST]
    re.I,
)
"""Inside a marker of a chat template."""
_BREAKS = {"\r": "\n", "\N{LINE SEPARATOR}": "\n", "\N{PARAGRAPH SEPARATOR}": "\n", "\x85": "\n"}
_KEPT = "\n\t\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_UNSEEN = ("Cc", "Cf", "Cs", "Co")
"""Control and format characters, lone surrogates, private use."""


def has_words(data: Mapping[str, Json]) -> bool:
    """Whether an event holds words that somebody wrote."""
    return isinstance(data.get(TEXT), str)


def harmless(text: str) -> str:
    """Words without what only a machine sees, and without the look of a turn of a conversation.

    Control and format characters go, but for line ends, tabs and the joiners that scripts and
    emoji need. A marker of a chat template (`<|im_start|>`, `[INST]`, `<system>`) is broken by a
    space, and a line that begins as a speaker's (`System:`) is quoted. A list of known forms and
    no proof. What is harmless stays as it is. Source: ours; the forms are those of ChatML and
    Llama 2.
    """
    if text.isascii() and text.isprintable():
        seen = text
    else:
        broken = (_BREAKS.get(char, char) for char in text.replace("\r\n", "\n"))
        seen = "".join(c for c in broken if c in _KEPT or unicodedata.category(c) not in _UNSEEN)
    return _LABEL.sub("> ", _MARKER.sub(" ", seen))


def everywhere(value: Json) -> Json:
    """A JSON value with every string in it made harmless; the names of fields stay."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list):
        return [everywhere(each) for each in value]
    if isinstance(value, dict):
        return {name: everywhere(each) for name, each in value.items()}
    return value
