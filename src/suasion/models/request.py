"""What goes to a model and what comes back: plain values, the same for every client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from suasion.core.asks import Json
from suasion.core.events import NOTHING

if TYPE_CHECKING:
    from suasion.models.model import Model

Wire = bytes
"""One message as it is sent: a JSON object with `role` and `content`, UTF-8, no spaces."""


OPENS, CLOSES = b'{"messages":[', b"],"
"""Around the messages in a body. They stand first, so that of a conversation that only grows the
hash can grow too; what follows them may be another in every call."""


def body(messages: Iterable[Wire], frame: bytes) -> bytes:
    """The messages and what stands beside them, as they are sent."""
    return b"".join((OPENS, b",".join(messages), CLOSES, frame[1:]))


class Request(NamedTuple):
    """One call of a model, before it is sent; the body is the frame with the messages in it."""

    model: Model
    frame: bytes
    """The body without its messages: a JSON object, keys in the order they are sent."""
    messages: Sequence[Wire]
    told: str
    """What is new in it: the content of the last message, which goes on record."""
    max_tokens: int
    """The most tokens that may come back, for the reservation."""
    branch: Sequence[Wire] = ()
    """Of the messages, those before the last that are no part of what the seat was told and said
    in its acts: a call that branches off has them, and they go on record with it."""
    digest: str | None = None
    """SHA-256 of the body, in hex, where whoever made the request knows it already."""

    @property
    def body(self) -> bytes:
        """The bytes that are sent."""
        return body(self.messages, self.frame)

    @property
    def size(self) -> int:
        """Bytes of the prompt: of all messages as they are sent."""
        return sum(map(len, self.messages))


class Usage(NamedTuple):
    """Tokens as the server counts them; `None` where it does not say, or says what cannot be."""

    read: int | None = None
    written: int | None = None
    """Reasoning included."""
    cached: int | None = None
    """Of those read, how many came from a cache."""
    reasoning: int | None = None


class Completion(NamedTuple):
    """What a model said: a reply that arrived, whether or not it can be an answer."""

    text: str
    """The answer, reasoning apart; in tool mode the arguments as JSON."""
    outcome: str = "answered"
    """`answered`, or why it cannot be read as an answer: `empty`, `truncated`, `refused`."""
    finish: str | None = None
    """Why the server says it stopped, in its own word."""
    reasoning: str | None = None
    usage: Usage = Usage()
    logprobs: Json = None
    served: str | None = None
    """The model that the server says it was."""
    beside: Mapping[str, Json] = NOTHING
    """What else is kept: request id, fingerprint, unknown values shown as they came."""


class Client(Protocol):
    """Speaks to one endpoint; one attempt, no retries."""

    async def complete(self, request: Request, seconds: float) -> Completion:
        """What came back within `seconds`.

        Errors: `Fault`, by its name.
        """

    async def close(self) -> None:
        """Let go of its connections."""
