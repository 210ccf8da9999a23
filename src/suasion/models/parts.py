"""Files among the words of a prompt: each is named by its hash and said in words by its alt text.

What a seat is told is text. A file in it is a reference, `![ALT TEXT](sha256:HEX)`, which people
and scripts read as it stands. A model that takes pictures is sent the picture too, and any other
the alt text and nothing else.

Only a brief shows files, since settings alone write it. What seats say reaches others as words of a
turn, or as notes behind a brief; a reference there is never looked up, so nobody can put a picture
before somebody else by naming it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

import msgspec

from suasion.core.asks import Json
from suasion.models.neutral import neutral
from suasion.models.request import Wire

ALT = r"[^\[\]\n]{1,1000}"
REFERENCE = re.compile(rf"!\[({ALT})\]\(sha256:([0-9a-f]{{64}})\)")
"""A file in a text: its alt text, and its SHA-256 in hex."""
HASH = re.compile(r"[0-9a-f]{64}")

MAGIC = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("application/pdf", re.compile(rb"%PDF-[12]\.")),
)
"""Media types, and what files of each begin with."""
TEXT = "text/plain"
_UNPRINTED = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
TYPES = (*(media for media, _ in MAGIC), TEXT)
PICTURES = "image/"

_encode = msgspec.json.Encoder().encode


def media_type(data: bytes) -> str | None:
    """What kind of file it is, by its own bytes and never by its name; None for any other kind."""
    for media, begins in MAGIC:
        if begins.match(data):
            return media
    if not data or _UNPRINTED.search(data):
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return TEXT


@dataclass(frozen=True)
class File:
    """A file that a brief may show."""

    data: bytes
    media: str

    @property
    def picture(self) -> bool:
        """Whether models that take pictures take it."""
        return self.media.startswith(PICTURES)

    @cached_property
    def part(self) -> bytes:
        """It as a part of a message, encoded once for all prompts that show it."""
        data = b64encode(self.data)
        url = b"data:%b;base64,%b" % (self.media.encode(), data)
        return b'{"type":"image_url","image_url":{"url":"%b"}}' % url


Files = Mapping[str, File]
"""By SHA-256, in hex."""


def file(data: bytes) -> File | None:
    """A file, if it is of a kind that can be shown."""
    media = media_type(data)
    return None if media is None else File(data, media)


def hash_of(data: bytes) -> str:
    """What a file is named by."""
    return sha256(data).hexdigest()


def named(value: Json) -> Iterator[str]:
    """The hashes of all references in the texts of a JSON value."""
    if isinstance(value, str):
        yield from (found[2] for found in REFERENCE.finditer(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from named(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from named(each)


def own(settings: Mapping[str, Json], inherited: Collection[str]) -> frozenset[str]:
    """The hashes that an episode's own settings name.

    What a link of a chain inherits was made of what seats did and said: it names none.
    """
    return frozenset(named({key: v for key, v in settings.items() if key not in inherited}))


class Shown(NamedTuple):
    """A brief as a model is sent it."""

    text: str
    """The alt text in place of each file; pictures are numbered where they are sent too."""
    parts: tuple[bytes, ...] = ()
    """Of the first message of the user, what stands before its words: of every picture its number
    and alt text, then itself."""


def shown(brief: str, files: Files, pictures: bool | None) -> Shown:
    """A brief with the files that are among `files`; `pictures`: whether the model takes them.

    References to any other file stay text.
    """
    if not files:
        return Shown(neutral(brief))
    parts, numbers = list[bytes](), dict[str, int]()

    def words(found: re.Match[str]) -> str:
        alt, held = found[1], files.get(found[2])
        if held is None or not held.picture or not pictures:
            return found[0] if held is None else alt
        if found[2] not in numbers:
            number = numbers[found[2]] = len(numbers) + 1
            parts.extend((text_part(f"Picture {number}: {alt}"), held.part))
        return f"{alt} (picture {numbers[found[2]]})"

    text = REFERENCE.sub(words, brief)
    return Shown(neutral(text), tuple(parts))


def text_part(words: str) -> bytes:
    """Words as a part of a message."""
    return _encode({"type": "text", "text": neutral(words)})


_BEFORE, _AFTER = b'{"role":"user","content":', b"}"


def opened(message: Wire, parts: tuple[bytes, ...]) -> Wire:
    """A message of the user, of words alone, with these parts before its words."""
    assert message.startswith(_BEFORE + b'"')
    words = b'{"type":"text","text":%b}' % message[len(_BEFORE) : -len(_AFTER)]
    return b"".join((_BEFORE, b"[", b",".join((*parts, words)), b"]", _AFTER))


_DATA = re.compile(rb'\{"type":"image_url","image_url":\{"url":"data:[^"\\]*"\}\}')
PICTURE = 6_400
"""Bytes that a picture is taken for in an estimate: about 1,600 tokens, the most that one takes
at providers that say so (Anthropic: platform.claude.com/docs, vision; OpenAI's tiles take fewer).
"""


def weight(message: Wire) -> int:
    """Bytes of a message, in which a picture counts by what it costs and not by its length."""
    if not message.startswith(_BEFORE + b"["):
        return len(message)
    found = [each.end() - each.start() for each in _DATA.finditer(message)]
    return len(message) - sum(found) + PICTURE * len(found)
