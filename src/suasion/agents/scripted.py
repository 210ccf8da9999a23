"""`scripted/NAME`: a test model in a seat, behind all that stands between a seat and a model.

`scripted/policy?name=NAME` plays a policy of the environment (parameters follow: `&key=value`) and
says its answers as a model does; the others are those of `suasion.models.scripted`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from suasion.agents import Registry, UnknownAgent, policy
from suasion.agents.language import Seat, in_words
from suasion.agents.skinned import in_its_words, plainly
from suasion.agents.through import Through
from suasion.core.asks import Forfeit, Json
from suasion.core.environment import (
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
from suasion.core.events import NOTHING
from suasion.measures.kit import Kit
from suasion.measures.policy import JOINS, BadPolicy
from suasion.models.request import Completion, Request
from suasion.models.scripted import Heard, Script, Scripted, model, valid
from suasion.models.settings import Settings

POLICY, NAME = "policy", "name="
ACTS = Script(lambda _: "")
"""Stands in until a policy is asked."""


def hold(name: str, kit: Kit, asked_with: Mapping[str, Json], models: Registry) -> Live:  # noqa: ARG001 - in process
    """A test model in a seat, fresh for one episode."""
    settings = Settings(**asked_with)
    bare, _, given = name.partition("?")
    if bare == POLICY:
        holder: TestModel = Acting(_script(given, kit), name, settings)
    else:
        try:
            holder = TestModel(name, settings)
        except BadPolicy as bad:
            raise UnknownAgent(str(bad)) from None
    return Live(holder.ask, holder.resume, sends=True)


class TestModel(Seat):
    """A seat whose model is asked here, where it can also know which ask of which episode it is."""

    __test__ = False  # what tests collect is named so, too

    def __init__(self, name: str, settings: Settings, script: Script | None = None) -> None:
        super().__init__(model(name, script), settings)

    async def ask(self, asked: Asked, line: Line) -> Reply:
        """As any model, by a client that knows its place."""
        return await super().ask(asked, At(line, self.client(asked, line)))

    def client(self, asked: Asked, line: Line) -> Scripted:
        """Who answers this."""
        client = self.model.client
        assert isinstance(client, Scripted)
        place = "/".join((line.episode, *map(str, asked.key)))
        return client.at(asked.turn.ask.schema(), place)


class Acting(TestModel):
    """A model that plays a policy: its answers come as text, and have to be read."""

    def __init__(self, script: Policy, name: str, settings: Settings) -> None:
        super().__init__(name, settings, ACTS)
        self._script = script
        self._meant: Mapping[str, Json] = NOTHING

    async def ask(self, asked: Asked, line: Line) -> Reply:
        """The policy's answer, and the truth of what it meant; what it holds, any model can say."""
        if is_standard(asked):
            place = f"{line.episode}/{asked.key}"
            client = Scripted(valid()).at(asked.turn.ask.schema(), place)
            return await Seat.ask(self, asked, At(line, client))
        said = self._script(plainly(asked))
        answer, meant = said if isinstance(said, Said) else (said, NOTHING)

        def say(heard: Heard) -> str:
            if isinstance(answer, Forfeit):
                return ""
            worn = in_its_words(asked, answer)
            return heard.said(worn) if heard.wrapped else in_words(worn)

        reply = await Seat.ask(self, asked, At(line, Scripted(Script(say))))
        return reply._replace(meant=meant)

    def resume(self, asked: Asked, answered: Answered) -> None:
        """Remember an answer, and let the policy remember it."""
        if not is_standard(asked):
            self._script(plainly(asked))
        super().resume(asked, answered)


@dataclass(frozen=True)
class At(Through):
    """A line whose calls are answered by one client."""

    client: Scripted

    def send(self, request: Request, name: str = "") -> Awaitable[Completion]:
        """The same call of that client."""
        model = replace(request.model, client=self.client)
        return super().send(request._replace(model=model), name)


def _script(given: str, kit: Kit) -> Policy:
    """The policy that `name=NAME&key=value` names."""
    parts = given.split(JOINS)
    names = [part.removeprefix(NAME) for part in parts if part.startswith(NAME)]
    if len(names) != 1 or not names[0]:
        there = " or ".join(f"scripted/policy?name={known}" for known in list(kit.policies)[:3])
        raise UnknownAgent(f"scripted/policy is given {given[:80]!r}: expected {there}")
    beside = [part for part in parts if not part.startswith(NAME)]
    script: Any = policy(names[0] + ("?" + JOINS.join(beside) if beside else ""), kit)
    if not isinstance(script, Group):
        made: Policy = script
        return made
    if script.alone is None:
        raise UnknownAgent(f"policy/{names[0]} answers only for many seats: it cannot be a model")
    return script.alone
