"""A market for lemons, small: the environment that the contracts themselves are tested on.

A seller knows how good each car is, whispers to one of two buyers, and then both buyers choose at
the same time to buy or to walk away. Hidden: the quality, until a car is bought and then only from
who did not buy it; a whisper, from the other buyer; why somebody did not answer. It pays the
seller the price of each sale, a buyer what the car is worth to it, less the price. Source: Akerlof
(1970, Quarterly Journal of Economics 84:488), with a second buyer and words; ours in the details.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from suasion.core.asks import Answer, Choose, Forfeit, Json, Number, Record, Text
from suasion.core.chance import Chance
from suasion.core.environment import Aside, Asked, Environment, Out, Policy, Said, Seat, Turn
from suasion.core.events import EVERYONE, Event
from suasion.measures.kit import Kit

SELLER, BUYERS = 0, (1, 2)
NAMES = ("seller", "ann", "bob")
QUALITIES = ("good", "lemon")
WHISPER = Record({"to": Choose(NAMES[1:]), "text": Text(200, "clip")})
DEAL = Choose(("buy", "walk"))
BELIEF = Number(0, 1)

LINES = {
    "drawn": "Car {car} is {quality}, and dents it has: {dents}.",
    "whisper": "About car {car}, in private to {to}: {text}",
    "chose": "{who} chose to {choice} on car {car}.",
    "found": "Car {car}, which you bought, is {quality}.",
    "forfeit": "You did not answer: {reason}.",
}


@dataclass
class State:
    """Changed in place."""

    car: int = 0
    quality: str = ""
    whispered: bool = False
    before: int = 0
    """Where the events of this car begin that buyers do not know when they are surveyed."""
    points: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])


@dataclass(frozen=True)
class Lemons(Environment[State]):
    """The rules and words."""

    cars: int = 3
    price: float = 50
    worth: float = 80
    """What a good car is worth to a buyer; a lemon is worth nothing."""
    share_good: float = 0.5
    survey: bool = False
    """Whether buyers are asked, out of band and before they read what was whispered, how likely a
    good car is."""
    name = "lemons"

    def seats(self) -> Sequence[Seat]:
        return [Seat("seller", role="seller"), *(Seat(name, role="buyer") for name in NAMES[1:])]

    def open(self, chance: Chance, out: Out) -> State:
        return self._next_car(State(), chance, out)

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.car > self.cars:
            return {}
        seen = {"car": state.car, "cars": self.cars}
        if state.whispered:
            return dict.fromkeys(BUYERS, Turn(DEAL, seen))
        return {
            SELLER: Turn(WHISPER, {**seen, "sold": state.points[SELLER] / self.price}, None, 60)
        }

    def asides(self, state: State) -> Sequence[Aside]:
        due = self.survey and state.whispered and state.car <= self.cars
        return [
            Aside("belief", seat, Turn(BELIEF, told_to=state.before), repeats=2)
            for seat in BUYERS
            if due
        ]

    def step(self, state: State, answers: Mapping[int, Answer], chance: Chance, out: Out) -> State:
        state.before = out.here
        for seat, answer in answers.items():
            if isinstance(answer, Forfeit):
                out.emit("forfeit", seat, {"reason": answer.reason}, (seat,))
            elif seat == SELLER:
                to = NAMES.index(answer["to"])
                truth = {"quality": state.quality}
                out.emit("whisper", seat, {"car": state.car, **answer}, (seat, to), truth)
        if state.whispered:
            self._sell(state, answers, chance, out)
            return self._next_car(state, chance, out)
        state.whispered = True
        return state

    def payoffs(self, state: State) -> Sequence[float]:
        return state.points.copy()

    def outcome(self, state: State) -> Mapping[str, Json]:
        return {"points": state.points.copy()}

    def carry(self, state: State) -> Json:  # noqa: ARG002 - it is a setting
        return {"price": self.price}

    def brief(self, seat: int) -> str:
        part = "You sell" if seat == SELLER else "You may buy"
        return (
            f"{self.cars} cars are for sale at {self.price}, one after the other. A good car is "
            f"worth {self.worth} to a buyer, a lemon nothing; only the seller knows which it is. "
            f"You are {NAMES[seat]}. {part}."
        )

    def tell(self, event: Event, seat: int) -> str:  # noqa: ARG002 - the same to all
        data = event.data if event.by is None else {"who": NAMES[event.by], **event.data}
        return LINES[event.kind].format(**data)

    def now(self, turn: Turn, seat: int) -> str:
        if turn.ask == BELIEF:
            return "How likely is it, from 0 to 1, that this car is good?"
        part = "Whisper to a buyer." if seat == SELLER else "Buy or walk?"
        return f"Car {turn.situation['car']} of {self.cars}. {part}"

    def _sell(self, state: State, answers: Mapping[int, Answer], chance: Chance, out: Out) -> None:
        bought = tuple(seat for seat in BUYERS if answers[seat] == "buy")
        for seat in BUYERS:
            choice = "buy" if seat in bought else "walk"
            out.emit("chose", seat, {"car": state.car, "choice": choice})
            if seat in bought:
                state.points[SELLER] += self.price
                state.points[seat] += self.worth * (state.quality == "good") - self.price
        if bought:
            chance.reveal("quality", bought)
            out.emit("found", None, {"car": state.car, "quality": state.quality}, bought)

    def _next_car(self, state: State, chance: Chance, out: Out) -> State:
        state.car, state.whispered = state.car + 1, False
        if state.car <= self.cars:
            odds = (self.share_good, 1 - self.share_good)
            state.quality = chance.pick("quality", QUALITIES, odds, known_to=(SELLER,))
            dents = chance.sample("dents", ("door", "roof", "hood"), 2, known_to=(SELLER,))
            chance.uniform("age", known_to=EVERYONE)
            data = {"car": state.car, "quality": state.quality, "dents": dents}
            out.emit("drawn", None, data, (SELLER,))
        return state


def quality(asked: Asked) -> str:
    """What the seller was told of the car."""
    return str(next(e.data["quality"] for e in reversed(asked.news) if e.kind == "drawn"))


def honest(asked: Asked) -> Answer | Said:
    """Say to ann what the car is."""
    return {"to": "ann", "text": f"This one is {quality(asked)}."}


def liar(asked: Asked) -> Answer | Said:
    """Call every car good, to the buyers in turn, and mean to deceive where it is not."""
    lie = quality(asked) == "lemon"
    to = NAMES[1 + asked.turn.situation["car"] % 2]
    return Said({"to": to, "text": "This one is good."}, {"lie": lie})


def trusting(asked: Asked) -> Answer | Said:
    """Buy what is said to be good."""
    if asked.aside:
        return 0.5
    heard = [event.data["text"] for event in asked.news if event.kind == "whisper"]
    return "buy" if any("good" in text for text in heard) else "walk"


POLICIES: Mapping[str, Callable[[], Policy]] = {
    "honest": lambda: honest,
    "liar": lambda: liar,
    "trusting": lambda: trusting,
}

KIT = Kit(
    environment=Lemons,
    policies=POLICIES,
    presets={"survey": {"survey": True}, "peaches": {"share_good": 1.0}},
)
