"""Takes keys out of text before it is written or shown, however they are spelled.

Servers repeat the keys that they are sent: in errors, in headers, in replies. What comes back from
one is a record for years, so every text from outside passes here at the edge. Keys are looked for
as they are, in base64 at any alignment, in hex, and with any character written as URLs, JSON or
HTML may write it, also where white space or what nobody sees is put between.
"""

from __future__ import annotations

import re
import sys
import threading
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Literal, NamedTuple, NoReturn

SHORTEST = 8
"""Characters of a key that is looked for: a shorter one, such as `none`, is a word like others."""

_UNSEEN = (
    *((0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x180E, 0x180E)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
)
"""Characters that nobody sees, from first to last."""
_GONE = dict.fromkeys(
    [
        *(c for first, last in _UNSEEN for c in range(first, last + 1)),
        *(c for c in range(0x3001) if chr(c).isspace()),
    ]
)
_SEEN_AS_NOTHING = "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSEEN)
_GONE_OR_BLANK = re.compile(rf"[\s{_SEEN_AS_NOTHING}]|\\\\{{0,7}}[nrtfv]")
"""What may stand between the characters of a key, also as JSON writes it."""
_BLANK = (r"\n", r"\r", r"\t", r"\f", r"\v")
_BACKSLASHES = re.compile(r"\\+")
_ESCAPED = re.compile(
    r"\\\\{0,7}u([0-9a-fA-F]{4})|\\\\{0,7}u\{([0-9a-fA-F]{1,6})\}|\\\\{0,7}x([0-9a-fA-F]{2})"
    r"|%([0-9a-fA-F]{2})|&#[xX]([0-9a-fA-F]{2,6});|&#([0-9]{1,7});|\\\\{0,7}([0-7]{3})"
    r"|&(?:nbsp|shy|ZeroWidthSpace);"
)
"""A character that is written as something else: by its number in hex, decimal or octal."""
_BASES = (16, 16, 16, 16, 16, 10, 8)
_LAYERS = 5
"""How often what is escaped may be escaped again."""
_STANDARD = str.maketrans("-_", "+/")
"""From the base64 of URLs to the other."""
_DIVIDERS = re.compile(r"0x|\\{1,8}x|[:,.-]")
"""What stands between the bytes of something in hex."""
_DIVIDING = dict.fromkeys(map(ord, ":,.-"))
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


class Redactor:
    """Takes the values of variables out of texts, and leaves the variables' names."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` are values by the names that stand in their place."""
        longest = sorted(keys.items(), key=lambda item: -len(item[1]))
        self._keys = {name: key for name, key in longest if len(key) >= SHORTEST}

    def __repr__(self) -> str:
        return f"Redactor({', '.join(self._keys)})"

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("what takes keys out of texts holds them, and is not written anywhere")

    def __call__(self, text: str) -> str:
        """A text without the keys."""
        if not self._keys or not self._suspect(text):
            return text
        told, end = [], 0
        for span in _merged(self._spans(text)):
            told += [text[end : span.start], f"[key removed: {span.name}]"]
            end = span.end
        return "".join((*told, text[end:]))

    def bytes(self, content: bytes) -> bytes:
        """Bytes without the keys, whatever else is in them."""
        text = content.decode("utf-8", "surrogateescape")
        found = self(text)
        return content if found is text else found.encode("utf-8", "surrogateescape")

    def _suspect(self, text: str) -> bool:
        """Whether a key may be in a text: ordinary text is told apart by plain comparisons."""
        if self._plain_keys and not text.isascii():
            text = text.encode("ascii", "ignore").decode()
        plain = text.translate(_GONE)
        if "\\" in plain:
            for code in _BLANK:
                plain = plain.replace(code, "")
        if self._holds(plain):
            return True
        escaped = any(mark in plain for mark in "\\%&") and _ESCAPED.search(plain) is not None
        return escaped and self._holds(_decoded(plain))

    def _holds(self, plain: str) -> bool:
        text = plain.replace("\\", "")
        digits = text.lower().translate(_DIVIDING).replace("0x", "")
        within = {"plain": text, "base64": text.translate(_STANDARD), "hex": digits}
        return any(needle.text in within[needle.kind] for needle in self._needles)

    @cached_property
    def _plain_keys(self) -> bool:
        """Whether no key has other characters than ASCII, so that others can be passed over."""
        return all(map(str.isascii, self._keys.values()))

    @cached_property
    def _needles(self) -> tuple[_Needle, ...]:
        return tuple(each for name, key in self._keys.items() for each in _needles(name, key))

    def _spans(self, text: str) -> Iterator[_Span]:
        """Where keys are: in the text as it is, and as it reads where its escapes are undone."""
        read = _Read.of(text)
        for _ in range(_LAYERS):
            seen = read.without(_GONE_OR_BLANK)
            plain, digits = seen.without(_BACKSLASHES), seen.without(_DIVIDERS)
            for needle in self._needles:
                yield from (digits if needle.kind == "hex" else plain).find(needle)
            if (further := read.decoded()) is read:
                return
            read = further


class _Needle(NamedTuple):
    """One spelling of a key, which is looked for letter by letter."""

    name: str
    kind: Literal["plain", "base64", "hex"]
    text: str


class _Span(NamedTuple):
    """Where a key is in a text."""

    start: int
    end: int
    name: str


class _Read(NamedTuple):
    """A text as it reads, and where each of its characters stands in the text as it is."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> _Read:
        """A text that reads as it is."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def replaced(self, pattern: re.Pattern[str], meant: Callable[[re.Match[str]], str]) -> _Read:
        """The same with some parts read as a character each, or as none."""
        text, starts, ends, at = [], [], [], 0
        for found in pattern.finditer(self.text):
            first, last = found.span()
            text += [self.text[at:first], character := meant(found)]
            starts += [*self.starts[at:first], *([self.starts[first]] if character else ())]
            ends += [*self.ends[at:first], *([self.ends[last - 1]] if character else ())]
            at = last
        if not at:
            return self
        whole = "".join((*text, self.text[at:]))
        return _Read(whole, [*starts, *self.starts[at:]], [*ends, *self.ends[at:]])

    def without(self, pattern: re.Pattern[str]) -> _Read:
        """The same without some parts."""
        return self.replaced(pattern, lambda _: "")

    def decoded(self) -> _Read:
        """The same with its escapes undone, once."""
        return self.replaced(_ESCAPED, _meant)

    def find(self, needle: _Needle) -> Iterator[_Span]:
        """Where a spelling of a key stands; what base64 shares with it on both sides goes along."""
        text = _AS[needle.kind](self.text)
        first = text.find(needle.text)
        while first >= 0:
            last = first + len(needle.text)
            if needle.kind == "base64":
                first -= first > 0 and self._next_to(first - 1) and text[first - 1] in _BASE64
                for shared in (_BASE64, "=", "="):
                    last += self._next_to(last - 1) and text[last] in shared
            yield _Span(self.starts[first], self.ends[last - 1], needle.name)
            first = text.find(needle.text, last)

    def _next_to(self, at: int) -> bool:
        """Whether a character and the one after it stand side by side in the text as it is."""
        return at + 1 < len(self.text) and self.ends[at] == self.starts[at + 1]


_AS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda text: text.translate(_STANDARD),
    "hex": str.lower,
}
"""How a text is read for each kind of spelling; its length stays."""


def _needles(name: str, key: str) -> Iterator[_Needle]:
    yield _Needle(name, "plain", key.translate(_GONE).replace("\\", ""))
    for part in in_base64(key):
        yield _Needle(name, "base64", part)
    yield _Needle(name, "hex", key.encode().hex())


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    """Spans in order, those that overlap as one, by the name of the longest."""
    held: list[_Span] = []
    for span in sorted(spans):
        if not held or span.start >= held[-1].end:
            held.append(span)
            continue
        last = held.pop()
        longest = max(last, span, key=lambda each: each.end - each.start)
        held.append(_Span(last.start, max(last.end, span.end), longest.name))
    return held


def _decoded(text: str) -> str:
    """A text with its characters as they are, and without those that nobody sees."""
    for _ in range(_LAYERS):
        text, found = _ESCAPED.subn(_meant, text)
        if not found:
            break
    return _GONE_OR_BLANK.sub("", text)


def _meant(found: re.Match[str]) -> str:
    for code, base in zip(found.groups(), _BASES, strict=True):
        if code is not None and int(code, base) <= sys.maxunicode:
            return chr(int(code, base))
    return ""


def in_base64(key: str) -> Iterator[str]:
    """What base64 makes of a key inside of other bytes: the characters that those leave alone.

    There are three, by the number of bytes before it.
    """
    for before in range(3):
        coded = b64encode(b"\0" * before + key.encode()).decode().rstrip("=")
        whole = (before + len(key.encode())) * 8 // 6
        yield coded[-(-before * 8 // 6) : whole]


def traceback_of(error: BaseException, redact: Callable[[str], str]) -> str:
    """A traceback as Python writes it, without keys."""
    return redact("".join(traceback.format_exception(error)))


def guard(redact: Callable[[str], str]) -> None:
    """From now on, what ends this process or a thread of it is told without keys."""

    def told(
        _: type[BaseException], error: BaseException | None, __: TracebackType | None = None
    ) -> None:
        if error is not None and not isinstance(error, SystemExit):
            sys.stderr.write(traceback_of(error, redact))

    sys.excepthook = told
    threading.excepthook = lambda args: told(args.exc_type, args.exc_value)
