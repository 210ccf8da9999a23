"""The rules of Delegated Influence: who acts when, what an action does, who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

from suasion.core.asks import Answer, Ask, Choose, Forfeit, Json, OneOf, Parsed, Record, Text
from suasion.core.chance import Chance
from suasion.core.environment import BadSetting, Belief, Environment, Out, Seat, Turn
from suasion.core.events import EVERYONE, Event
from suasion.environments.influence import belief, words
from suasion.environments.influence.wordings import WORDINGS

LATER = "this rule is not played yet; games that others played with it can be imported"


SHORT = Text(words.CLAIM_LIMIT)


@dataclass(frozen=True)
class Claim(Ask):
    """A seat that is said to have brokered a pull, or null; a claim that names none stands.

    A credit can be wrong and the pull is still made (§1.2: such a credit is "recorded as null"),
    so any short text is read as the claim it is.
    """

    names: tuple[str, ...]

    def check(self, value: Json) -> Parsed:
        return Parsed(value) if self.allows(value) else Parsed(None, ("claim ignored",))

    def allows(self, action: Json) -> bool:
        return action is None or SHORT.allows(action)

    def schema(self) -> Json:
        return {"enum": [*self.names, None]}


@dataclass
class State:
    """Changed in place."""

    round: int
    slot: int
    order: list[int]
    """Seats of this slot, in the order they act."""
    acted: int
    """How many of them have."""
    scores: list[int]
    asks: tuple[Ask, ...]
    letters: set[tuple[int, int]]
    """(sender, recipient) of every message so far."""
    counts: dict[str, list[int]]
    """Pulls, messages and forfeits by seat."""


@dataclass(frozen=True)
class Influence(Environment[State]):
    """Settings of one game; the defaults are the published ones (§1.1)."""

    size: int = 5
    """Seats."""
    rounds: int = 5
    """Rounds; every seat knows how many."""
    slots: int = 5
    """Actions of every seat in a round."""
    topology: Literal["complete", "ring"] = "complete"
    """Who may message whom; pulls are never restricted."""
    messages: bool = True
    """Whether seats may write to one another, one private message an action."""
    message_limit: int = 800
    """Unicode characters (code points) in one message."""
    overflow: Literal["forfeit", "clip"] = "forfeit"
    """What becomes of a longer one."""
    credit: Literal["off", "plain"] = "plain"
    """Whether a pull may name who brokered it."""
    personas: str | tuple[str, ...] = "neutral"
    """`neutral`, `attacker`, or any text; one for all seats, or one a seat."""
    remember: bool = False
    """Whether the next game of a chain is told what each seat gave and got in this one. Ours."""
    reputation: tuple[tuple[int, int], ...] = ()
    """Pulls made for others and points received by each seat in the games before; none: empty."""

    name: ClassVar[str] = "influence"
    version: ClassVar[str] = "1"
    wordings: ClassVar[int] = len(WORDINGS)
    postponed: ClassVar[Mapping[str, str]] = {
        "economy": LATER,
        "self_pull_payoff": LATER,
        "public_chat": LATER,
        "intents": LATER,
        "favours": LATER,
        "credit=payback_clause": LATER,
    }

    def __post_init__(self) -> None:
        for name, least in (("size", 2), ("rounds", 1), ("slots", 1), ("message_limit", 1)):
            if getattr(self, name) < least:
                raise BadSetting(name, getattr(self, name), f"a whole number from {least} up")
        if isinstance(self.personas, tuple) and len(self.personas) != self.size:
            raise BadSetting("personas", list(self.personas), f"one, or {self.size}, one a seat")
        if self.reputation and len(self.reputation) != self.size:
            raise BadSetting("reputation", self.reputation, f"none, or {self.size}, one a seat")
        if any(count < 0 for record in self.reputation for count in record):
            raise BadSetting("reputation", self.reputation, "counts from 0 up")
        if not all(persona.strip() for persona in self.each_persona):
            raise BadSetting("personas", self.personas, "neutral, attacker, or some text")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What seats are called: P1, P2, …"""
        return tuple(f"P{seat + 1}" for seat in range(self.size))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The number of each name."""
        return {name: seat for seat, name in enumerate(self.names)}

    @cached_property
    def each_persona(self) -> tuple[str, ...]:
        """The persona of each seat."""
        personas = self.personas
        return (personas,) * self.size if isinstance(personas, str) else personas

    def seats(self) -> Sequence[Seat]:
        return [Seat(name) for name in self.names]

    def open(self, chance: Chance, out: Out) -> State:  # noqa: ARG002 - nothing happens yet
        reach = self._reach(chance)
        asks = tuple(self._ask(seat, reach[seat]) for seat in range(self.size))
        counts = {kind: [0] * self.size for kind in ("pull", "message", "forfeit")}
        return State(1, 1, self._order(chance), 0, [0] * self.size, asks, set(), counts)

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.round > self.rounds:
            return {}
        seat = state.order[state.acted]
        situation: dict[str, Json] = {
            "round": state.round,
            "rounds": self.rounds,
            "slot": state.slot,
            "left": (self.rounds - state.round + 1) * self.slots - state.slot + 1,
            "scores": state.scores.copy(),
        }
        if self.reputation:
            situation["reputation"] = self.reputation
        return {seat: Turn(state.asks[seat], situation)}

    def step(self, state: State, answers: Mapping[int, Answer], chance: Chance, out: Out) -> State:
        [(seat, answer)] = answers.items()
        at = {"round": state.round, "slot": state.slot}
        if isinstance(answer, Forfeit):
            kind = "forfeit"
            out.emit("forfeit", seat, {**at, "reason": answer.reason}, (seat,))
        elif answer["action"] == "pull":
            kind = "pull"
            self._pull(state, seat, answer, out)
        else:
            kind = "message"
            to = self.places[answer["to"]]
            state.letters.add((seat, to))
            out.emit("message", seat, {**at, "to": to, "text": answer["text"]}, (seat, to))
        state.counts[kind][seat] += 1
        state.acted += 1
        if state.acted == self.size:
            self._next_slot(state, chance)
        return state

    def payoffs(self, state: State) -> Sequence[float]:
        return state.scores.copy()

    def outcome(self, state: State) -> Mapping[str, Json]:
        counts = state.counts
        return {
            "scores": state.scores.copy(),
            "pulls_made": counts["pull"].copy(),
            "messages_sent": counts["message"].copy(),
            "forfeits": counts["forfeit"].copy(),
        }

    def carry(self, state: State) -> Json:
        if not self.remember:
            return None
        before = self.reputation or ((0, 0),) * self.size
        now = zip(state.counts["pull"], state.scores, strict=True)
        return {
            "reputation": [
                [gave + given, got + score]
                for (gave, got), (given, score) in zip(before, now, strict=True)
            ]
        }

    def belief(self, state: State, seat: int) -> Belief:  # noqa: ARG002 - asked the same always
        return belief.of(self.names, seat)

    def brief(self, seat: int) -> str:
        return words.brief(self, seat)

    def tell(self, event: Event, seat: int) -> str:
        return words.tell(self.names, event, seat)

    def now(self, turn: Turn, seat: int) -> str:
        return words.now(self, turn, seat)

    def _pull(self, state: State, seat: int, answer: Json, out: Out) -> None:
        """One point; the claim is published if its broker wrote to the puller before."""
        to = self.places[answer["beneficiary"]]
        state.scores[to] += 1
        data = {"round": state.round, "slot": state.slot, "beneficiary": to, "credit": None}
        if self.credit == "off":
            out.emit("pull", seat, data)
            return
        claimed = answer["credit"]
        broker = self.places.get(claimed)
        if broker is not None and broker != to and (broker, seat) in state.letters:
            data["credit"] = broker
        out.emit("pull", seat, data, EVERYONE, {"claimed": claimed})

    def _next_slot(self, state: State, chance: Chance) -> None:
        state.acted = 0
        if state.slot < self.slots:
            state.slot += 1
        else:
            state.round, state.slot = state.round + 1, 1
        if state.round <= self.rounds:
            state.order = self._order(chance)

    def _order(self, chance: Chance) -> list[int]:
        return chance.shuffle("order", range(self.size), known_to=EVERYONE)

    def _reach(self, chance: Chance) -> list[list[int]]:
        """Whom each seat may message; on a ring, its two neighbours in a drawn order."""
        seats = range(self.size)
        if self.topology == "complete":
            return [[other for other in seats if other != seat] for seat in seats]
        circle = chance.shuffle("circle", seats, known_to=EVERYONE)
        place = {seat: at for at, seat in enumerate(circle)}
        return [
            sorted({circle[place[seat] - 1], circle[(place[seat] + 1) % self.size]})
            for seat in seats
        ]

    def _ask(self, seat: int, reach: Sequence[int]) -> Ask:
        others = tuple(name for name in self.names if name != self.names[seat])
        pull: dict[str, Ask] = {"beneficiary": Choose(others)}
        if self.credit != "off":
            pull["credit"] = Claim(others)
        options = {"pull": Record(pull)}
        if self.messages:
            to = Choose(tuple(self.names[other] for other in reach))
            text = Text(self.message_limit, self.overflow)
            options["message"] = Record({"to": to, "text": text})
        return OneOf("action", options)
