"""`agent/http@URL`: a foreign agent, in any language, that is sent its turns over HTTP.

It is sent what a model would be told, what its answer must fit, and nothing more: an episode is
known to it by a number of ours, because its name says which arm of a study it is in. It keeps its
own memory. The protocol is `docs/how-to/write-an-agent-in-any-language.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from uuid import uuid4

from suasion.agents import Registry, UnknownAgent
from suasion.agents.memory import wire
from suasion.core.asks import Ask, Forfeit, Json, Parsed
from suasion.core.environment import AFRESH, CANNOT_FORGET, Asked, Line, Live, Reply
from suasion.measures.kit import Kit
from suasion.models.faults import OUTCOMES
from suasion.models.foreign import ANSWER, PROTOCOL, TEXT
from suasion.models.foreign_json import foreign
from suasion.models.form import OFF
from suasion.models.free_words import WRONG_SCHEMA
from suasion.models.ids import BadModel
from suasion.models.model import Model
from suasion.models.neutral import neutral
from suasion.models.parts import shown
from suasion.models.reading import read
from suasion.models.request import Completion, Request
from suasion.models.settings import Settings

HTTP = "http@"
DIGITS = 32
"""Of the number that an episode is known by."""


def hold(name: str, kit: Kit, asked_with: Mapping[str, Json], models: Registry) -> Live:
    """A foreign agent in a seat."""
    url = name.removeprefix(HTTP)
    if not name.startswith(HTTP) or not url:
        raise UnknownAgent(
            f"no agent 'agent/{name[:80]}': expected agent/http@URL, such as "
            "agent/http@http://localhost:9000"
        )
    try:
        model = models().model(f"agent/{name}", {"base_url": url})
    except BadModel as bad:
        raise UnknownAgent(str(bad)) from None
    return Live(Away(model, kit.environment.name, Settings(**asked_with)).ask, sends=True)


class Away:
    """A seat whose holder is elsewhere."""

    def __init__(self, model: Model, environment: str, settings: Settings) -> None:
        self.model, self.environment, self.settings = model, environment, settings
        self._unrecorded = uuid4().hex
        """Tells apart plays that no record has a name for."""

    async def ask(self, asked: Asked, line: Line) -> Reply:
        """Send the turn, and read what comes back."""
        if AFRESH in asked.turn.situation:
            return Reply("", read=Parsed(Forfeit(CANNOT_FORGET)))
        request = self.request(asked, line)
        completion: Completion = await line.send(request)
        return Reply(completion.text, read=parsed(asked.turn.ask, completion))

    def request(self, asked: Asked, line: Line) -> Request:
        """The turn: what is always the same in the frame, the words as messages."""
        step, _, aside, repeat = asked.key
        frame = {
            "protocol": PROTOCOL,
            "episode": number(line.episode or self._unrecorded),
            "environment": self.environment,
            "seat": line.name,
            "step": step,
            "aside": aside,
            "repeat": repeat,
            "schema": asked.turn.ask.schema(),
        }
        told = neutral(line.told)
        words = wire("system", shown(line.brief, line.files, False).text), wire("user", told)
        body = json.dumps(frame, separators=(",", ":"), allow_nan=False).encode()
        return Request(self.model, body, words, told, self.settings.max_tokens)


def number(episode: str) -> str:
    """What an episode is known by elsewhere: the same at every resume, and says nothing."""
    return sha256(episode.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def parsed(ask: Ask, completion: Completion) -> Parsed:
    """What an agent's words became."""
    if completion.outcome in OUTCOMES:
        return Parsed(Forfeit(completion.outcome))
    said = foreign(completion.text.encode("utf-8", "surrogatepass")).value
    if TEXT in said:
        return read(ask, OFF, said[TEXT])
    answer, notes = ask.check(said[ANSWER])
    if isinstance(answer, Forfeit):
        return Parsed(Forfeit(WRONG_SCHEMA), (answer.reason, *notes))
    return Parsed(answer, notes)
