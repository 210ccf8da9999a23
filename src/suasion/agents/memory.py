"""What a model is sent of what it was told before: only ever more at the end, or less by setting.

The same rules make a prompt while a seat is played and again from its record.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from suasion.core.events import NOTHING
from suasion.models.neutral import neutral
from suasion.models.parts import Files, opened, shown
from suasion.models.request import CLOSES, OPENS, Wire
from suasion.models.settings import Settings

NO_ANSWER = "(no answer)"
"""What stands where a model said nothing: an empty turn is refused by some servers."""
SUMMARY = "summary"
"""The name of the inner call that makes a summary."""
SUMMARISE = """\
Before you go on: write down, in at most 200 words, what you need to remember of everything so \
far, what others did and said, what you promised and were promised, and what you meant to do. \
Answer with these notes alone; they will stand in place of the earlier turns."""
MESSAGES = 2
"""Of one act."""
NOTES = "Your notes on what happened before:\n"

_encode = msgspec.json.Encoder().encode


def wire(role: str, content: str) -> Wire:
    """A message as it is sent."""
    return _encode({"role": role, "content": content})


def said(reply: str) -> str:
    """A model's own reply as it is sent back to it."""
    return neutral(reply) if reply.strip() else NO_ANSWER


class Conversation:
    """What one seat has been told and has said, as it is sent."""

    def __init__(self, brief: str, settings: Settings, files: Files = NOTHING) -> None:
        """`files` are those that the brief may show, by hash."""
        self.brief, self._pictures = shown(brief, files, settings.pictures)
        self.settings = settings
        self._system = wire("system", self.brief)
        self._turns: list[Wire] = []
        """Of every act that is remembered word for word: what was asked, then the reply."""
        self._hashed, self._many = sha256(OPENS), 0
        """The hash of all bodies that begin with what stands here, as far as it was made."""

    def with_past(self, further: Sequence[Wire]) -> Sequence[Wire]:
        """All messages of a call: the past, then these."""
        return (self._system, *self._opened((*self._turns, *further)))

    def _opened(self, messages: Sequence[Wire]) -> Sequence[Wire]:
        """The same with the pictures of the brief in the first, which is the user's.

        Most endpoints take pictures from a user alone, and many templates refuse a message of
        theirs after another; so they are in one that is sent anyway.
        """
        if not self._pictures or not messages:
            return messages
        return (opened(messages[0], self._pictures), *messages[1:])

    def digest(self, messages: Sequence[Wire], frame: bytes) -> str:
        """SHA-256, in hex, of the body with these messages, of which those that stay are hashed
        once.
        """
        stays = 1 + len(self._turns)
        for message in messages[self._many : stays]:
            self._hashed.update(b"," + message if self._many else message)
            self._many += 1
        whole = self._hashed.copy()
        for message in messages[stays:]:
            whole.update(b"," + message)
        whole.update(CLOSES + frame[1:])
        return whole.hexdigest()

    @property
    def full(self) -> bool:
        """Whether it is time for a summary: as many turns came again as are kept."""
        most = 2 * max(1, self.settings.window)
        return self.settings.memory == "summary" and len(self._turns) >= MESSAGES * most

    def acted(self, told: str, reply: str) -> None:
        """An act is over: what was asked, as it was sent, and what the model said."""
        if self.settings.memory == "none":
            return
        self._turns += wire("user", told), wire("assistant", said(reply))
        if self.settings.memory == "window":
            self._keep_newest()

    def summarised(self, notes: str) -> None:
        """Notes stand in place of all turns but the newest."""
        self._system = wire("system", f"{self.brief}\n\n{NOTES}{said(notes)}")
        self._keep_newest()

    def _keep_newest(self) -> None:
        self._hashed, self._many = sha256(OPENS), 0
        del self._turns[: max(0, len(self._turns) - MESSAGES * self.settings.window)]
