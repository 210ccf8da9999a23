"""What holds for every environment there is, and that the contract itself can fail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import random
from typing import Any, ClassVar

import pytest

from suasion import catalogue
from suasion.core.asks import Ask, Choose, Forfeit, Json, Parsed
from suasion.core.chance import Chance
from suasion.core.environment import Environment, Out, Seat, Turn
from suasion.core.events import Event
from suasion.core.play import Play, drive
from suasion.testing import anyone, conforms, contract, hides, survivors
from suasion.testing import lemons as market
from suasion.testing.lemons import BUYERS, DEAL, SELLER, WHISPER, Lemons, State

OTHERWISE: Mapping[str, Sequence[Mapping[str, Json]]] = {
    "influence": [
        {"size": 2, "rounds": 1, "slots": 1},
        {"size": 3, "topology": "ring", "credit": "off", "overflow": "clip", "message_limit": 9},
        {"size": 4, "messages": False, "personas": ("attacker", "neutral", "Be kind.", "x")},
    ],
}
"""Further settings to hold an environment to, beside its presets."""
LARGE = {"arena", "arena_ring"}
"""Presets with so many seats that fewer twins are tried."""


def cases() -> Iterator[Any]:
    for name in catalogue.bundled():
        presets = catalogue.kit(name).presets
        for preset in (None, *(known for known, settings in presets.items() if settings)):
            yield pytest.param(name, preset, {}, id=f"{name}-{preset}")
        for number, settings in enumerate(OTHERWISE.get(name, [])):
            yield pytest.param(name, None, settings, id=f"{name}-{number}")


@pytest.mark.parametrize(("name", "preset", "settings"), [*cases()])
def test_an_environment_of_the_catalogue_keeps_the_contract(
    name: str, preset: str | None, settings: Mapping[str, Json]
) -> None:
    env = catalogue.make(name, preset, settings)
    many = 2 if preset in LARGE else 12
    conforms(env, episodes=1, twins=many, cuts=many)


@pytest.mark.parametrize("shift", range(4))
def test_the_contract_holds_with_scripts_that_reach_deeper(shift: int) -> None:
    kit = catalogue.kit("influence")
    names = [*kit.policies][shift * 2 :] + [*kit.policies][: shift * 2]
    conforms(
        catalogue.make("influence"),
        lambda: [kit.policies[name]() for name in names[:5]],
        episodes=1,
        twins=10,
    )


test_the_market_for_lemons_keeps_the_contract = contract(
    market.KIT,
    {"cars": 1, "worth": 0.5},
    line_ups=[("honest", "trusting", "trusting"), ("liar", "trusting", "trusting")],
)


# --- and it can fail ---


@dataclass(frozen=True)
class Shown(Lemons):
    """Shows the buyers what the car is."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {"car": state.car, "quality": state.quality, "sold": 0}
        return {s: turn._replace(situation=shown) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Ordered(Lemons):
    """Asks the buyers in an order that depends on what the car is."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        options = ("buy", "walk") if state.quality == "good" else ("walk", "buy")
        turns = super().turns(state)
        return {
            s: turn._replace(ask=Choose(options)) if s in BUYERS else turn
            for s, turn in turns.items()
        }


@dataclass(frozen=True)
class Hurried(Lemons):
    """Gives buyers of a lemon less time."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        seconds = 9.0 if state.quality == "lemon" else 60.0
        return {s: turn._replace(seconds=seconds) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Found(Lemons):
    """Tells both buyers what the one who bought it found, and says that it may."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        if state.whispered and "buy" in answers.values():
            out.emit("found", None, {"car": state.car, "quality": state.quality}, BUYERS)
        return super().step(state, answers, chance, out)


@dataclass(frozen=True)
class Dented(Lemons):
    """Shows which dents there are, though not in which order they were found."""

    dents: ClassVar[list[str]] = []

    def open(self, chance: Chance, out: Out) -> State:
        state = super().open(chance, out)
        self.dents[:] = sorted(chance.sample("more dents", "abcd", 2, known_to=(SELLER,)))
        return state

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {"car": state.car, "sold": 0, "dents": "".join(self.dents)}
        return {s: turn._replace(situation=shown) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Overheard(Lemons):
    """Lets the other buyer hear how long the whisper was."""

    length: ClassVar[list[int]] = [0]

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        if not state.whispered and not isinstance(answers[SELLER], Forfeit):
            self.length[0] = len(answers[SELLER]["text"])
        return super().step(state, answers, chance, out)

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {"car": state.car, "sold": 0, "heard": self.length[0] if state.whispered else 0}
        return {s: turn._replace(situation=shown) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Retold(Lemons):
    """Tells everyone at the end of a round what was whispered to one."""

    last: ClassVar[list[str]] = [""]

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        if not state.whispered and not isinstance(answers[SELLER], Forfeit):
            self.last[0] = answers[SELLER]["text"]
        if state.whispered:
            out.emit("retold", None, {"text": self.last[0]})
        return super().step(state, answers, chance, out)

    def tell(self, event: Event, seat: int) -> str:
        return event.data["text"] + "." if event.kind == "retold" else super().tell(event, seat)


@dataclass(frozen=True)
class Addressed(Lemons):
    """Lets both buyers see to whom the seller whispered."""

    to: ClassVar[list[str]] = [""]

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        if not state.whispered:
            lost = isinstance(answers[SELLER], Forfeit)
            self.to[0] = "" if lost else answers[SELLER]["to"]
        return super().step(state, answers, chance, out)

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {"car": state.car, "sold": 0, "to": self.to[0] if state.whispered else ""}
        return {s: turn._replace(situation=shown) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Blamed(Lemons):
    """Lets everyone see why somebody did not answer."""

    reasons: ClassVar[list[str]] = []

    def open(self, chance: Chance, out: Out) -> State:
        self.reasons.clear()
        return super().open(chance, out)

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        lost = [a.reason for a in answers.values() if isinstance(a, Forfeit)]
        self.reasons.extend(lost)
        return super().step(state, answers, chance, out)

    def now(self, turn: Turn, seat: int) -> str:
        return f"{super().now(turn, seat)} {self.reasons}"


@dataclass(frozen=True)
class Surveyed(Lemons):
    """Tells buyers what they said out of band."""

    survey: bool = True
    said: ClassVar[list[Any]] = []

    def open(self, chance: Chance, out: Out) -> State:
        board: Any = out
        self.said[:] = [board]
        return super().open(chance, out)

    def now(self, turn: Turn, seat: int) -> str:
        told = [e.data for e in self.said[0].events if e.kind == "aside"]
        return f"{super().now(turn, seat)} {told}"


@dataclass(frozen=True)
class Telepathic(Lemons):
    """Sells cheaper to whoever the seller means to deceive."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        board: Any = out
        if any(meant.get("lie") for meant in board.meant.values()):
            out.emit("forfeit", None, {"reason": "a lie"}, (1,))
        return super().step(state, answers, chance, out)


@dataclass(frozen=True)
class Moody(Lemons):
    """Keeps something between plays."""

    calls: ClassVar[list[int]] = []

    def turns(self, state: State) -> Mapping[int, Turn]:
        self.calls.append(1)
        shown = {"car": state.car, "sold": 0, "mood": len(self.calls)}
        return {s: turn._replace(situation=shown) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Wordy(Lemons):
    """Never tells the same in the same words."""

    calls: ClassVar[list[int]] = []

    def tell(self, event: Event, seat: int) -> str:
        self.calls.append(1)
        return f"{super().tell(event, seat)} ({len(self.calls)})"


@dataclass(frozen=True)
class Erratic(Lemons):
    """Draws from somewhere else."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        out.emit("noise", None, {"text": str(random())})
        return super().step(state, answers, chance, out)

    def tell(self, event: Event, seat: int) -> str:
        return "Noise." if event.kind == "noise" else super().tell(event, seat)


@dataclass(frozen=True)
class Restless(Lemons):
    """Plays on when it is only looked at."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.points[SELLER] > 0 and state.car < self.cars:
            state.car += 1
        return super().turns(state)


@dataclass(frozen=True)
class Dumb(Lemons):
    """Has no words for what it tells."""

    def tell(self, event: Event, seat: int) -> str:
        return "" if event.kind == "whisper" else super().tell(event, seat)


@dataclass(frozen=True)
class Mute(Lemons):
    """Has no words for a turn, and nothing new to tell."""

    def now(self, turn: Turn, seat: int) -> str:
        return "" if seat in BUYERS else super().now(turn, seat)


@dataclass(frozen=True)
class Unruly(Lemons):
    """Tells no rules."""

    def brief(self, seat: int) -> str:
        return ""


@dataclass(frozen=True)
class Nameless(Lemons):
    """Has two seats of one name."""

    def seats(self) -> Sequence[Seat]:
        return [Seat("seller"), Seat("ann"), Seat("ann")]


@dataclass(frozen=True)
class Living(Lemons):
    """Tells a list that it goes on changing."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        out.emit("points", None, {"all": state.points})
        return super().step(state, answers, chance, out)

    def tell(self, event: Event, seat: int) -> str:
        return "Points." if event.kind == "points" else super().tell(event, seat)


@dataclass(frozen=True)
class Glass(Lemons):
    """Shows the state itself, and no copy."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {"car": state.car, "sold": 0, "points": state.points}
        return {s: turn._replace(situation=shown) for s, turn in super().turns(state).items()}


@dataclass(frozen=True)
class Tupled(Lemons):
    """Tells what JSON would change."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        out.emit("points", None, {"all": (1, 2)})
        return super().step(state, answers, chance, out)

    def tell(self, event: Event, seat: int) -> str:
        return "Points." if event.kind == "points" else super().tell(event, seat)


@dataclass(frozen=True)
class Twice(Lemons):
    """Tells one seat twice."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        out.emit("forfeit", None, {"reason": "none"}, (1, 1))
        return super().step(state, answers, chance, out)


@dataclass(frozen=True)
class Unpaid(Lemons):
    """Does not pay everyone."""

    def payoffs(self, state: State) -> Sequence[float]:
        return state.points[:2]


@dataclass(frozen=True)
class Priceless(Lemons):
    """Pays what is no number."""

    def payoffs(self, state: State) -> Sequence[float]:
        return [True, 0, 0]


@dataclass(frozen=True)
class Endless(Lemons):
    """Asks the seller for ever."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        return {SELLER: Turn(WHISPER, {"car": state.car, "sold": 0})}

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        return state


@dataclass(frozen=True)
class Strict(Lemons):
    """Cannot go on when a buyer does not answer."""

    def step(self, state: State, answers: Any, chance: Chance, out: Out) -> State:
        if state.whispered:
            [answers[seat].upper() for seat in BUYERS]
        return super().step(state, answers, chance, out)


@dataclass(frozen=True)
class Loud(Ask):
    """Reads whatever it is given, and allows less."""

    def check(self, value: Json) -> Parsed:
        return Parsed(value if isinstance(value, str) else Forfeit(""))

    def allows(self, action: Json) -> bool:
        return action in DEAL.options

    def schema(self) -> Json:
        return DEAL.schema()


@dataclass(frozen=True)
class Shouting(Lemons):
    """Has an ask whose reader and check differ."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        turns = super().turns(state)
        return {s: turn._replace(ask=Loud()) if s in BUYERS else turn for s, turn in turns.items()}


@dataclass(frozen=True)
class Formless(Lemons):
    """Has a schema that its own answers do not keep."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        ask = type("Numbered", (Choose,), {"schema": lambda _: {"type": "number"}})(DEAL.options)
        turns = super().turns(state)
        return {s: turn._replace(ask=ask) if s in BUYERS else turn for s, turn in turns.items()}


BROKEN: list[tuple[Environment[Any], str]] = [
    (Shown(), "situation, ask and seconds"),
    (Ordered(), "of what chance drew as 'quality'"),
    (Hurried(), "of what chance drew as 'quality'"),
    (Found(), "of what chance drew as 'quality'"),
    (Dented(), "of what chance drew as 'more dents'"),
    (Overheard(), "of the words of seat 0"),
    (Retold(), "of the words of seat 0"),
    (Addressed(), "of the answer of seat 0"),
    (Blamed(), "of the answer of seat 0"),
    (Surveyed(), r"of the words of seat 2 in step 3, which went to \[\] only"),
    (Moody(), "changes when looked at"),
    (Wordy(), "in other words each time"),
    (Erratic(), "seed 0 does not repeat"),
    (Restless(cars=9), "changes when looked at"),
    (Dumb(), "whisper: no words for seat"),
    (Mute(), "is asked without a word"),
    (Unruly(), "seat 0 is told no rules"),
    (Nameless(), "two seats have one name"),
    (
        Living(),
        "it is the state, and no copy|does not survive JSON|the record alone|does not repeat",
    ),
    (Glass(), "it is the state, and no copy"),
    (Tupled(), "does not survive JSON"),
    (Twice(), "a seat twice"),
    (Unpaid(), "2 seats are paid, and there are 3"),
    (Priceless(), "payoffs are finite numbers"),
    (Shouting(), "gives no reason"),
    (Formless(), "its schema does not"),
]


@pytest.mark.parametrize(("broken", "blame"), BROKEN, ids=[type(b).__name__ for b, _ in BROKEN])
def test_a_broken_environment_is_caught_for_what_is_broken(
    broken: Environment[Any], blame: str
) -> None:
    with pytest.raises(AssertionError, match=blame):
        conforms(broken)


def test_rules_that_know_what_a_script_meant_are_caught() -> None:
    with pytest.raises(AssertionError, match="depend on more than answers and draws"):
        conforms(Telepathic(), lambda: [market.liar, market.trusting, market.trusting])


def test_an_episode_that_never_ends_is_caught() -> None:
    with pytest.raises(AssertionError, match="no end after 500 decisions"):
        conforms(Endless(), longest=500)


def test_an_environment_that_can_be_changed_is_caught() -> None:
    class Thawed(Lemons):
        __setattr__ = object.__setattr__

    with pytest.raises(AssertionError, match="an environment is frozen"):
        conforms(Thawed())


def test_rules_that_cannot_go_on_without_an_answer_are_caught() -> None:
    with pytest.raises(AttributeError, match="'Forfeit' object has no attribute 'upper'"):
        conforms(Strict())


def test_the_contract_alone_finds_every_leak_but_what_one_seat_told_another() -> None:
    assert survivors(Lemons(survey=True), hides) == [
        "forfeit told to everyone",
        "forfeit told to one seat more",
        "whisper told to everyone",
        "whisper told to one seat more",
    ]


def test_the_facts_of_the_environment_find_the_rest() -> None:
    def check(env: Environment[Any]) -> None:
        whispers_go_to_two_and_reasons_to_one(env)
        hides(env)

    assert survivors(Lemons(survey=True), check) == []


def whispers_go_to_two_and_reasons_to_one(env: Environment[Any]) -> None:
    for seed in range(5):
        episode = drive(Play(env, seed), [anyone] * 3)
        for _, event in episode.of("forfeit"):
            assert event.to == (event.by,)
        for _, event in episode.of("whisper"):
            assert event.to == (SELLER, market.NAMES.index(event.data["to"]))


def test_a_suite_that_fails_on_the_rules_themselves_says_so() -> None:
    with pytest.raises(AssertionError, match="of what chance drew"):
        survivors(Shown(), hides)
