"""A language model that holds a seat: what it is sent grows at its end, and what it says is read.

The brief is the system message; then one user message a turn, with only what happened since and
the ask; then the model's own reply. An aside, a repair and a summary branch off and are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from suasion.agents.memory import NOTES as NOTES_ARE
from suasion.agents.memory import SUMMARISE, SUMMARY, Conversation, said, wire
from suasion.core.asks import Ask, Forfeit, Json, Parsed, Text
from suasion.core.environment import AFRESH, TOKENS, Answered, Asked, Line, Live, Reply
from suasion.core.episode import Decision
from suasion.core.events import NOTHING
from suasion.core.play import INNER
from suasion.models.faults import OUTCOMES
from suasion.models.form import Form, form, frame
from suasion.models.model import Model
from suasion.models.neutral import neutral
from suasion.models.reading import read
from suasion.models.request import Completion, Request, Wire
from suasion.models.settings import Settings

if TYPE_CHECKING:
    from suasion.models.registry import Models

UNREAD = "unread"
"""The name of a reply that could not be read, and for which another was asked."""
FRESH, NOTED = "afresh", "notes"
"""Names of the calls of what is asked afresh: that one, and the one for notes that it may need."""
REPAIRED = "asked again"
REPAIR = """\
That could not be read as an answer ({why}). Answer the same question once more, in the form that \
was asked for, and with nothing else."""
HELLO = "Say ok."
NOTES = Text(4000, "clip")
"""What a summary may be."""


def seat(agent: str, asked_with: Mapping[str, Json], models: Callable[[], Models]) -> Live:
    """A model in a seat, fresh for one episode."""
    holder = Seat(models().model(agent, asked_with), Settings(**asked_with))
    return Live(holder.ask, holder.resume, sends=True)


def first_request(agent: str, asked_with: Mapping[str, Json], models: Models) -> Request:
    """The smallest call of a model: whether it can be reached at all."""
    model = models.model(agent, asked_with)
    settings = Settings(**{**asked_with, "max_tokens": 1, "structured": "off", "logprobs": None})
    sent = frame(model, settings, form(Text(1), "off", model.provider), None)
    return Request(model, sent, (wire("user", HELLO),), HELLO, 1)


Branch = tuple[str, Sequence[Wire]]
"""The name of a call that branches off, and the messages between the acts and its own."""


class Seat:
    """One seat's conversation with one model."""

    def __init__(self, model: Model, settings: Settings) -> None:
        self.model, self.settings = model, settings
        self._conversation: Conversation | None = None
        self._late: list[tuple[str | None, str, str]] = []
        """What the record holds of acts, until there is a brief to put before them."""

    async def ask(self, asked: Asked, line: Line) -> Reply:
        """Ask the model, and read what it says."""
        if AFRESH in asked.turn.situation:
            return await self._afresh(asked, line)
        talk = self.conversation(line)
        if not asked.aside and talk.full:
            await self._summarise(asked, line, talk)
        shape = self.form(asked.turn.ask)
        told = self.told(line.told, shape)
        reply = await self._replied(asked, line, shape, told)
        if not asked.aside:
            talk.acted(told, reply.text)
        return reply

    def resume(self, asked: Asked, answered: Answered) -> None:
        """Remember an act that the record holds."""
        if asked.aside or AFRESH in asked.turn.situation:
            return
        summaries = [each.raw for each in answered.inner if called(each.aside) == SUMMARY]
        told = self.told(answered.told, self.form(asked.turn.ask))
        self._late.append((summaries[-1] if summaries else None, told, replied(answered.decision)))

    def conversation(self, line: Line) -> Conversation:
        """What has been said so far."""
        if self._conversation is None:
            self._conversation = Conversation(line.brief, self.settings, line.files)
        for notes, told, reply in self._late:
            if notes is not None:
                self._conversation.summarised(notes)
            self._conversation.acted(told, reply)
        self._late.clear()
        return self._conversation

    def form(self, ask: Ask) -> Form:
        """How the model is held to what it is asked."""
        return form(ask, self.settings.structured, self.model.provider)

    def told(self, words: str, shape: Form) -> str:
        """What is new in a prompt, as it is sent."""
        return neutral("\n\n".join(filter(None, (words, shape.words))))

    def request(
        self, asked: Asked, line: Line, shape: Form, told: str, branch: Branch = ("", ())
    ) -> Request:
        """One call: what was said in acts, what a branch puts after it, and the words to answer.

        A branch has a name, which tells apart the calls that are made for one answer.
        """
        what, between = branch
        seed = None
        if self.settings.seed is not None:
            seed = seed_of(self.settings.seed, line.episode, *map(str, asked.key), what)
        sent = frame(self.model, self.settings, shape, seed)
        talk = self.conversation(line)
        messages = talk.with_past((*between, wire("user", told)))
        digest = talk.digest(messages, sent)
        most = self.settings.max_tokens
        return Request(self.model, sent, messages, told, most, between, digest)

    async def _replied(self, asked: Asked, line: Line, shape: Form, told: str) -> Reply:
        ask = asked.turn.ask
        first = line.kept(UNREAD)
        if first is None:
            completion = await line.send(self.request(asked, line, shape, told))
            parsed = parsed_of(ask, shape, completion)
            if not self.settings.repair or not _mendable(completion, parsed):
                return Reply(completion.text, _tokens(asked, completion), parsed)
            first = completion.text
            assert isinstance(parsed.answer, Forfeit)
            line.keep(UNREAD, first, parsed.answer.reason)
        why = neutral("; ".join(read(ask, shape, first).notes) or "it is no answer")
        between = (wire("user", told), wire("assistant", said(first)))
        again = self.request(asked, line, shape, REPAIR.format(why=why), ("repair", between))
        completion = await line.send(again)
        answer, notes = parsed_of(ask, shape, completion)
        kept = _tokens(asked, completion)
        return Reply(completion.text, kept, Parsed(answer, (REPAIRED, *notes)))

    async def _afresh(self, asked: Asked, line: Line) -> Reply:
        """Ask the model as one that was told nothing before, or nothing but its own notes."""
        ask, then, told = asked.turn.ask, asked.turn.situation[AFRESH], line.told
        if then:
            shape = form(NOTES, "off", self.model.provider)
            request = self.request(asked, line, shape, self.told(told, shape), (NOTED, ()))
            notes = parsed_of(NOTES, shape, await line.send(request, NOTED))
            if isinstance(notes.answer, Forfeit):
                return Reply("", read=notes)
            told = f"{NOTES_ARE}{said(notes.answer)}\n\n{then}"
        shape = self.form(ask)
        request = self._alone(asked, line, shape, self.told(told, shape))
        completion = await line.send(request, FRESH)
        return Reply(completion.text, read=parsed_of(ask, shape, completion))

    def _alone(self, asked: Asked, line: Line, shape: Form, told: str) -> Request:
        """A call of these words alone."""
        made = self.request(asked, line, shape, told, (FRESH, ()))
        return made._replace(messages=(wire("user", told),), digest=None)

    async def _summarise(self, asked: Asked, line: Line, talk: Conversation) -> None:
        """An inner call that makes the notes which stand for earlier turns."""
        shape = form(NOTES, "off", self.model.provider)
        request = self.request(asked, line, shape, SUMMARISE, (SUMMARY, ()))
        talk.summarised((await line.send(request, SUMMARY)).text)


def parsed_of(ask: Ask, shape: Form, completion: Completion) -> Parsed:
    """What a reply became; one that the server itself calls no answer is a forfeit by that name."""
    if completion.outcome in OUTCOMES:
        return Parsed(Forfeit(completion.outcome))
    return read(ask, shape, completion.text)


def _tokens(asked: Asked, completion: Completion) -> Mapping[str, Json]:
    """The log-probabilities of an answer's tokens, where they are to be kept as part of it."""
    if TOKENS not in asked.turn.situation or completion.logprobs is None:
        return NOTHING
    return {TOKENS: completion.logprobs}


def seed_of(seed: int, *parts: str) -> int:
    """A sampling seed for one call: of the seat's seed, the episode and the place in it."""
    digest = sha256("/".join((str(seed), *parts)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4]) >> 1


def in_words(answer: Json) -> str:
    """An answer that nobody said, as a model would have said it."""
    import json

    if isinstance(answer, Forfeit):
        return ""
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def replied(decision: Decision) -> str:
    """What a model said or, where a fork has put another answer in its place, would have said."""
    return in_words(decision.answer) if decision.raw is None else decision.raw


def _mendable(completion: Completion, parsed: Parsed) -> bool:
    return completion.outcome == "answered" and isinstance(parsed.answer, Forfeit)


def called(aside: str) -> str:
    """The name of an inner call; empty for what is none."""
    parts = aside.split(INNER)
    return parts[1] if len(parts) > 1 else ""
