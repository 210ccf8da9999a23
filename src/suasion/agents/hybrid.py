"""A seat whose beliefs follow rules, while a model reads and phrases.

`hybrid/POLICY?model=PROVIDER/MODEL&key=value` is a policy of the environment with its parameters.
The policy decides; what it believes and means goes on record as what it meant, which no seat is
told. The model has two tasks. Where the policy's rules take a reading of others' words (as those of
`listener` in persuasion do), the model reads them into the numbers that the rules take. And the
words that the policy would say, it puts into words of its own; what else is in an answer stays as
the policy gave it. An aside that the policy has no answer for, the model answers.

Each call is on record, begins with the prompt of the act or aside and is never kept. A reading is
made once, whoever asks first for it, and holds from then on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final

from suasion.agents import Registry, UnknownAgent, policy
from suasion.agents.language import Seat, called, in_words, parsed_of, replied
from suasion.agents.memory import NO_ANSWER, SUMMARY, wire
from suasion.agents.named import inner_model
from suasion.agents.skinned import in_its_words, plainly
from suasion.core.asks import Answer, Ask, Forfeit, Json, Maybe, OneOf, Parsed, Record, Text, UpTo
from suasion.core.environment import (
    AFRESH,
    Answered,
    Asked,
    Group,
    Line,
    Live,
    Policy,
    Reply,
    Said,
    is_standard,
)
from suasion.core.events import NOTHING, Event
from suasion.measures.kit import Kit
from suasion.measures.policy import ASKS, JOINS
from suasion.measures.reading import Question, Reads
from suasion.models.form import OFF, Form
from suasion.models.model import Model
from suasion.models.request import Completion
from suasion.models.settings import Settings

READ, PHRASE = "read", "phrase"
"""Names of inner calls."""
MODEL: Final = "model="
SAYS: Final = ("text", "message", "post")
"""Parts of an answer that are words to others: a model phrases them, and no other part."""
ACTED: Final = "{told}\n\nYou answered: {answer}"
PHRASING: Final = """\
You have decided what to say now. Put it into words of your own, to whoever will read it and in \
keeping with all that was said: everything that stands here, and nothing that goes beyond it.

{words}

Write these words and nothing else, in at most {limit} characters."""


def hold(name: str, kit: Kit, asked_with: Mapping[str, Json], models: Registry) -> Live:
    """A hybrid in a seat, fresh for one episode."""
    bare, _, given = name.partition(ASKS)
    parts = given.split(JOINS)
    ids = [part.removeprefix(MODEL) for part in parts if part.startswith(MODEL)]
    if len(ids) != 1 or not ids[0]:
        form_ = f"hybrid/{bare or 'POLICY'}?model=PROVIDER/MODEL"
        raise UnknownAgent(f"hybrid/{name[:80]} names no model, or two: expected {form_}")
    beside = [part for part in parts if not part.startswith(MODEL)]
    script = policy(bare + (ASKS + JOINS.join(beside) if beside else ""), kit)
    if isinstance(script, Group):
        if script.alone is None:
            raise UnknownAgent(f"policy/{bare} answers only for many seats: it cannot be a hybrid")
        script = script.alone
    model = inner_model(ids[0], asked_with, models)
    holder = Hybrid(model, Settings(**asked_with), script)
    return Live(holder.ask, holder.resume, sends=True)


class Hybrid(Seat):
    """One seat: a script that decides, and a model that reads and speaks for it."""

    def __init__(self, model: Model, settings: Settings, script: Policy) -> None:
        super().__init__(model, settings)
        self._script = script
        self._reading = asyncio.Lock()
        self._calls = 0
        """Questions that were put to the model for acts."""
        self._unheard: list[str] = []
        """Acts since it was last asked for one: it hears of them with the next."""

    async def ask(self, asked: Asked, line: Line) -> Reply:
        """What the script decides, in the model's words."""
        talk, calls = self.conversation(line), self._calls
        told = self._told(line.told, OFF)  # its answer is put together here, and has no form
        async with self._reading:  # asides of one moment are asked together, and read once
            await self._read(asked, line, told)
        if is_standard(asked):
            return await super().ask(asked, line)
        said = self._script(plainly(asked))
        answer, meant = said if isinstance(said, Said) else (said, NOTHING)
        if asked.aside and isinstance(answer, Forfeit):
            if AFRESH in asked.turn.situation:
                return await self._afresh(asked, line)
            shape = self.form(asked.turn.ask)
            return await self._replied(asked, line, shape, self._told(line.told, shape))
        reply = await self._phrased(asked, line, told, answer)
        if asked.aside or AFRESH in asked.turn.situation:
            return reply._replace(meant=meant)
        if self._calls > calls:
            talk.acted(told, reply.text)
            self._unheard.clear()
        else:
            self._unheard.append(ACTED.format(told=line.told, answer=reply.text))
        return reply._replace(meant=meant)

    def resume(self, asked: Asked, answered: Answered) -> None:
        """Take in what the record holds: readings first, so that the script does as it did."""
        calls = [each for each in answered.inner if called(each.aside) == READ]
        for (event, question), call in zip(self._unread(asked), calls, strict=False):
            said = Completion(call.raw or "", call.notes[0] if call.notes else "answered")
            self._learn(event, parsed_of(question.ask, self.form(question.ask), said).answer)
        if is_standard(asked):
            return
        self._script(plainly(asked))
        if asked.aside or AFRESH in asked.turn.situation:
            return
        text = replied(answered.decision)
        names = [called(each.aside) for each in answered.inner]
        if READ not in names and PHRASE not in names:
            self._unheard.append(ACTED.format(told=answered.told, answer=text))
            return
        notes = [each.raw for each in answered.inner if called(each.aside) == SUMMARY]
        told = self._told(answered.told, OFF)
        self._late.append((notes[-1] if notes else None, told, text))
        self._unheard.clear()

    def _told(self, words: str, shape: Form) -> str:
        """What is new to the model, as it is sent: also the acts that it was not asked for."""
        return self.told("\n\n".join((*self._unheard, words)), shape)

    async def _read(self, asked: Asked, line: Line, told: str) -> None:
        """Have the model read what the script's rules take a reading of."""
        for event, question in self._unread(asked):
            worn = question._replace(words=in_its_words(asked, question.words))
            self._learn(event, await self._asked(asked, line, told, worn, READ))

    def _unread(self, asked: Asked) -> Iterator[tuple[Event, Question]]:
        """Events that nobody has read yet, one by one: the same words are read once."""
        if not isinstance(self._script, Reads):
            return
        for event in plainly(asked).news:
            question = self._script.to_read(event, asked.seat)
            if question is not None:
                yield event, question

    def _learn(self, event: Event, answer: Answer) -> None:
        assert isinstance(self._script, Reads)
        self._script.understood(event, None if isinstance(answer, Forfeit) else answer)

    async def _phrased(self, asked: Asked, line: Line, told: str, answer: Answer) -> Reply:
        """The answer with its words put by the model; a forfeit where the model has none."""
        if isinstance(answer, Forfeit) or asked.aside:
            return Reply(in_words(answer), read=Parsed(answer))
        for path, part in texts(plainly(asked).turn.ask, answer):
            own = in_its_words(asked, at(answer, path))
            words = PHRASING.format(words=own, limit=part.limit)
            said = await self._asked(asked, line, told, Question(words, part), PHRASE)
            if isinstance(said, Forfeit):
                return Reply("", read=Parsed(said, ("the model gave no words for it",)))
            answer = put(answer, path, in_its_words(asked, said))
        worn = in_its_words(asked, answer)
        return Reply(in_words(worn), read=asked.turn.ask.check(worn))

    async def _asked(
        self, asked: Asked, line: Line, told: str, question: Question, name: str
    ) -> Answer:
        """The answer to a question of ours, which the conversation does not keep."""
        talk = self.conversation(line)
        if not asked.aside and talk.full:  # of an act that needs no call nothing is summarised
            await self._summarise(asked, line, talk)
        self._calls += not asked.aside
        shape = self.form(question.ask)
        words = self.told(question.words, shape)
        branch = f"{name} {words}", (wire("user", told), wire("assistant", NO_ANSWER))
        completion = await line.send(self.request(asked, line, shape, words, branch), name)
        return parsed_of(question.ask, shape, completion).answer


Path = tuple[str | int, ...]


def texts(ask: Ask, answer: Json) -> Iterator[tuple[Path, Text]]:
    """Where in an answer there are words to others, and how long they may be."""
    match ask:
        case Text():
            yield (), ask
        case Maybe(of) if answer is not None:
            yield from texts(of, answer)
        case Record(fields):
            yield from _within(fields, answer)
        case OneOf(tag, options):
            yield from _within(options[answer[tag]].fields, answer)
        case UpTo(_, of) if not isinstance(of, Text):
            for number, item in enumerate(answer):
                yield from (((number, *path), part) for path, part in texts(of, item))


def _within(fields: Mapping[str, Ask], answer: Json) -> Iterator[tuple[Path, Text]]:
    for name, part in fields.items():
        if not isinstance(part, Text) or name in SAYS:
            yield from (((name, *path), text) for path, text in texts(part, answer[name]))


def at(answer: Json, path: Path) -> Json:
    """The part of an answer at a place in it."""
    for step in path:
        answer = answer[step]
    return answer


def put(answer: Json, path: Path, words: str) -> Json:
    """The same answer with other words at a place in it."""
    if not path:
        return words
    changed = answer.copy()
    changed[path[0]] = put(answer[path[0]], path[1:], words)
    return changed
