"""The rules of social spread: who meets whom, who is told what, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.chance import Chance
from suasion.core.environment import BadSetting, Belief, Environment, Out, Seat, Turn
from suasion.core.events import EACH, EVERYONE, NOBODY, Event
from suasion.environments.social import belief, words
from suasion.environments.social.meetings import others
from suasion.environments.social.opinion import BELIEVE, Opinion
from suasion.environments.social.wordings import WORDINGS

LATER = "contacts are drawn at random so far"
NEWS = "All large bank deposits must come with proof of where the money is from, starting Monday."
CORRECTION = "The central bank states that it has made no such rule and plans none."
LONGEST = 2000
"""Characters of the news and of its correction."""


@dataclass
class State:
    """Changed in place: an entry for each seat."""

    belief: list[int]
    """1 where a seat believes now."""
    ever: list[int]
    """1 where it has ever believed."""
    posts: dict[int, str] = field(default_factory=dict)
    """What seats that posted with their latest answer said."""
    day: int = 0
    last: int = -1
    """The last day that ended with a believer; 0 is the opening."""
    met: list[list[int]] = field(default_factory=list)
    """Whom each seat meets today."""
    order: list[int] = field(default_factory=list)
    """In `async`: seats that have still to answer today, the next one last."""
    over: bool = False


@dataclass(frozen=True)
class Social(Environment[State]):
    """Settings of one population; the defaults are those of FPS."""

    size: int = 30
    """Seats."""
    seeds: int = 2
    """How many believe at first: the last seats."""
    contacts: Literal["random-k"] = "random-k"
    """How seats meet: `contact_rate` others each day, drawn anew for each seat."""
    contact_rate: int = 3
    """Others whose belief a seat is told on a day."""
    days: int = 15
    """Days at most."""
    updates: Literal["sync", "async"] = "sync"
    """Whether all answer at once on what was believed in the morning, or one after the other, in
    an order drawn each day, on what is believed by then."""
    quiet_days: int | None = 2
    """Days played after the first that ends without a believer; null: always all `days`."""
    correction_day: int = 0
    """The day of the first official correction; 0: there is none."""
    correction_every: int = 0
    """Days from one correction to the next; 0: there is one only."""
    post_limit: int = 280
    """Unicode characters (code points) in a post; longer ones are cut. 0: no posts."""
    news: str = NEWS
    """The false news."""
    correction: str = CORRECTION
    """What the official correction says."""

    name: ClassVar[str] = "social"
    version: ClassVar[str] = "1"
    wordings: ClassVar[int] = len(WORDINGS)
    postponed: ClassVar[Mapping[str, str]] = {
        "contacts=feed": LATER,
        "contacts=group": LATER,
        "graph": LATER,
        "recsys": LATER,
    }

    def __post_init__(self) -> None:
        for name, least in (
            *(("size", 2), ("days", 1), ("contact_rate", 1), ("seeds", 0), ("post_limit", 0)),
            *(("correction_day", 0), ("correction_every", 0), ("quiet_days", 0)),
        ):
            value = getattr(self, name)
            if value is not None and value < least:
                raise BadSetting(name, value, f"a whole number from {least} up")
        if self.contact_rate >= self.size:
            raise BadSetting("contact_rate", self.contact_rate, f"fewer than the {self.size} seats")
        if self.seeds > self.size:
            raise BadSetting("seeds", self.seeds, f"at most the {self.size} seats")
        for name in ("news", "correction"):
            if not 0 < len(getattr(self, name).strip()) <= LONGEST:
                raise BadSetting(name, getattr(self, name), f"1 to {LONGEST} characters")

    @cached_property
    def turn(self) -> Turn:
        """The one question, shared by all seats and days."""
        return Turn(Opinion(self.post_limit))

    def seats(self) -> Sequence[Seat]:
        return [Seat(words.name(seat)) for seat in range(self.size)]

    def open(self, chance: Chance, out: Out) -> State:
        belief = [0] * (self.size - self.seeds) + [1] * self.seeds
        state = State(belief, belief.copy(), last=0 if self.seeds else -1)
        self._dawn(state, chance, out)
        return state

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.over:
            return {}
        asked = range(self.size) if self.updates == "sync" else state.order[-1:]
        return dict.fromkeys(asked, self.turn)

    def step(self, state: State, answers: Mapping[int, Answer], chance: Chance, out: Out) -> State:
        for seat, answer in answers.items():
            if answer == BELIEVE:
                state.belief[seat] = state.ever[seat] = 1
            elif isinstance(answer, str):
                state.belief[seat] = 0
            else:
                self._take(state, seat, answer, out)
                continue
            if state.posts:
                state.posts.pop(seat, None)
        if self.updates == "async":
            state.order.pop()
            if state.order:
                self._tell(state, state.order[-1:], out)
                return state
        self._dusk(state, out)
        if not state.over:
            self._dawn(state, chance, out)
        return state

    def payoffs(self, state: State) -> Sequence[float]:
        return [float(belief) for belief in state.belief]

    def outcome(self, state: State) -> Mapping[str, Json]:
        return {**self._count(state), "days": state.day}

    def belief(self, state: State, seat: int) -> Belief:  # noqa: ARG002 - asked the same always
        return belief.of(self.news)

    def brief(self, seat: int) -> str:  # noqa: ARG002 - all are told the same
        return words.brief(self)

    def tell(self, event: Event, seat: int) -> str:  # noqa: ARG002
        return words.tell(event)

    def now(self, turn: Turn, seat: int) -> str:  # noqa: ARG002
        return words.now(self, seat)

    def _take(self, state: State, seat: int, answer: Answer, out: Out) -> None:
        """An answer with a post; or a forfeit, which leaves belief and post as they were."""
        if isinstance(answer, Forfeit):
            out.emit("forfeit", seat, {"day": state.day, "reason": answer.reason}, (seat,))
            return
        believes = int(answer["belief"] == BELIEVE)
        state.belief[seat] = believes
        state.ever[seat] |= believes
        state.posts[seat] = answer["post"]
        out.emit("post", seat, {"day": state.day, **answer}, (seat,))

    def _dusk(self, state: State, out: Out) -> None:
        counts = self._count(state)
        if counts["infected"]:
            state.last = state.day
        quiet = self.quiet_days is not None and state.day - state.last > self.quiet_days
        state.over = quiet or state.day == self.days
        out.emit("day", None, {"day": state.day, **counts}, NOBODY)

    def _dawn(self, state: State, chance: Chance, out: Out) -> None:
        state.day += 1
        if self._corrects(state.day):
            out.emit("correction", None, {"day": state.day, "text": self.correction})
        drawn = chance.block("contacts", self.size * self.contact_rate, EVERYONE)
        state.met = others(self.size, self.contact_rate, drawn)
        if self.updates == "async":
            state.order = chance.shuffle("order", range(self.size), EVERYONE)
        self._tell(state, state.order[-1:] or range(self.size), out)

    def _tell(self, state: State, seats: Sequence[int], out: Out) -> None:
        """Tell seats what they believe and whom they meet; those who meet a post, what it says."""
        belief, posts = state.belief, state.posts
        met = [state.met[seat] for seat in seats]
        columns: dict[str, list[Json]] = {
            "seat": list(seats),
            "own": [belief[seat] for seat in seats],
            "met": met,
            "believed": [[belief[other] for other in row] for row in met],
        }
        self._send("met", state.day, columns, out)
        if posts:
            said = [[other for other in row if other in posts] for row in met]
            self._send_posts(
                state, [pair for pair in zip(seats, said, strict=True) if pair[1]], out
            )

    def _send_posts(self, state: State, pairs: list[tuple[int, list[int]]], out: Out) -> None:
        """Tell seats the posts of some that they meet."""
        columns: dict[str, list[Json]] = {
            "seat": [seat for seat, _ in pairs],
            "of": [row for _, row in pairs],
            "text": [[state.posts[other] for other in row] for _, row in pairs],
        }
        if pairs:
            self._send("read", state.day, columns, out)

    def _send(self, kind: str, day: int, columns: Mapping[str, list[Json]], out: Out) -> None:
        """In `sync` all seats are told at once, in columns; in `async` the one whose turn it is."""
        if self.updates == "sync":
            out.emit(kind, None, {"day": day, **columns}, EACH)
            return
        row = {name: column[0] for name, column in columns.items()}
        out.emit(kind, None, {"day": day, **row}, (row["seat"],))

    def _corrects(self, day: int) -> bool:
        since = day - self.correction_day
        if not self.correction_day or since < 0:
            return False
        return since % self.correction_every == 0 if self.correction_every else since == 0

    def _count(self, state: State) -> dict[str, Json]:
        infected, ever = sum(state.belief), sum(state.ever)
        return {
            "susceptible": self.size - ever,
            "infected": infected,
            "recovered": ever - infected,
        }
