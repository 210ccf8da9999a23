"""The published rules of Terrarium: rounds, puzzles, what living costs, how it ends (§1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.chance import Chance, Shared, Source
from suasion.core.environment import BadSetting, Belief, Environment, Out, Seat, Turn
from suasion.core.events import EACH, EVERYONE, NOBODY, Event
from suasion.core.quick import make
from suasion.environments.terrarium import belief, words
from suasion.environments.terrarium.acts import (
    act,
    die,
    forget,
    out_of_view,
    pay,
    reward,
    withdraw,
)
from suasion.environments.terrarium.ask import PASS, Kind, Lines
from suasion.environments.terrarium.bank import LETTERS, fragment, mentioned
from suasion.environments.terrarium.personas import PERSONAS
from suasion.environments.terrarium.state import Puzzle, State, Windows
from suasion.environments.terrarium.tell import told
from suasion.environments.terrarium.view import arrived, situation
from suasion.environments.terrarium.wordings import WORDINGS

HOLDERS = 2
"""Seats that a puzzle is dealt to, one clue each."""
NO_NEWS = 0
"""The horizon of every turn: a seat is told its view and remembers nothing."""
SHUFFLES = 100
"""How often a rotation is drawn again while somebody keeps a persona."""
ROTATION = "rotation"
_NAME = re.compile(r"\w+")


@dataclass(frozen=True)
class Terrarium(Environment[State]):
    """Settings of one game; the defaults are the published `default` (§2)."""

    rules: Literal["parity"] = "parity"
    """Which rules: the published ones to the letter, faults included."""
    order: Literal["sequential", "simultaneous"] = "sequential"
    """Whether a seat sees what those before it did in this round, or nobody does."""
    names: tuple[str, ...] = tuple(PERSONAS)
    """What the seats are called."""
    personas: tuple[str, ...] = ()
    """One a seat; when there are none, those published with the names, and none for others."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """By name of a seat: a persona in place of its own."""
    appends: Mapping[str, str] = field(default_factory=dict)
    """By name of a seat: words added to its persona."""
    tokens: int = 800
    """What each seat starts with."""
    bonus: int = 0
    """Tokens that each gets on top before the first round."""
    drain: int = 11
    """Tokens that a round costs whoever lives."""
    word_cost: float = 0.3
    """Tokens a word of a message; rounded down, and at least 1 a message."""
    public_multiplier: float = 2
    """How many times as much a public message costs."""
    reward: int = 50
    """Tokens for a puzzle to one who solves it alone."""
    split_reward: int = 40
    """Tokens for a puzzle to each of several who contributed."""
    shout_words: int = 0
    """Words that can be shouted to all, free, once a round; 0: nobody can."""
    lifetime: int = 15
    """Rounds that a puzzle is seen; it can be solved one round longer."""
    auto_solve_window: int = 0
    """Rounds within which two holders who mention a puzzle to each other solve it; 0: never."""
    rounds: int = 200
    messages_per_round: int = 2
    """Messages, public and private, that a seat may send in a round."""
    window: int = 10
    """How many public messages, and how many of its own inbox, a seat sees."""
    transparent_balances: bool = True
    """Whether seats see one another's tokens."""
    trades: bool = True
    """Whether tokens can be offered for anything, and accepted."""
    trade_lifetime: int = 3
    """Rounds after its own in which an offer can be accepted."""
    categories: bool = False
    """Whether seats are told what kind of word each puzzle asks for."""
    reputation: bool = False
    """Whether seats rate one another, and see the ratings."""
    eavesdropper: str | None = None
    """The name of a seat that reads all private messages of others."""
    rotation: int = 0
    """Rounds after which personas change seats; 0: never."""

    name: ClassVar[str] = "terrarium"
    version: ClassVar[str] = "1"
    wordings: ClassVar[int] = len(WORDINGS)
    visible: ClassVar[tuple[str, ...]] = (
        *("tokens", "balances", "alive", "puzzles", "categories", "clues", "partners", "trust"),
    )

    def __post_init__(self) -> None:
        self._check_numbers()
        names = self.names
        lower = {name.lower() for name in names}
        if len(names) < HOLDERS or len(lower) < len(names) or not all(map(_NAME.fullmatch, names)):
            expected = "two or more different words of letters, digits and underscores"
            raise BadSetting("names", list(names), expected)
        if self.personas and len(self.personas) != len(names):
            raise BadSetting("personas", list(self.personas), f"none, or {len(names)}, one a seat")
        known = f"a seat's name; there are: {', '.join(names)}"
        for setting, named in (("overrides", self.overrides), ("appends", self.appends)):
            for name in named:
                if name not in names:
                    raise BadSetting(setting, name, known)
        if self.eavesdropper is not None and self.eavesdropper not in names:
            raise BadSetting("eavesdropper", self.eavesdropper, f"null, or {known}")

    def _check_numbers(self) -> None:
        ones = ("tokens", "lifetime", "rounds", "window")
        noughts = ("bonus", "drain", "reward", "split_reward", "shout_words", "auto_solve_window")
        for name in (*ones, *noughts, "messages_per_round", "trade_lifetime", "rotation"):
            least = 1 if name in ones else 0
            if getattr(self, name) < least:
                raise BadSetting(name, getattr(self, name), f"a whole number from {least} up")
        for name in ("word_cost", "public_multiplier"):
            if not 0 <= getattr(self, name) <= MOST:
                raise BadSetting(name, getattr(self, name), f"a number from 0 to {MOST:,}")

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The number of each name, which may be written in any case."""
        return {name.lower(): seat for seat, name in enumerate(self.names)}

    @cached_property
    def ear(self) -> int | None:
        """The seat that reads the letters of others."""
        return None if self.eavesdropper is None else self.names.index(self.eavesdropper)

    @cached_property
    def extras(self) -> bool:
        """Whether a view may have parts that few settings have."""
        return bool(self.reputation or self.eavesdropper or self.rotation or self.categories)

    @cached_property
    def ask(self) -> Lines:
        """What any seat is asked, always."""
        played: dict[Kind, bool] = {
            "public": self.messages_per_round > 0,
            "private": self.messages_per_round > 0,
            "solve": True,
            "trade": self.trades,
            "accept": self.trades,
            "shout": self.shout_words > 0,
            "rate": self.reputation,
            "pass": True,
        }
        return Lines(self.names, tuple(kind for kind, on in played.items() if on))

    @cached_property
    def each_persona(self) -> tuple[str, ...]:
        """The persona that each seat begins with; empty where it has none."""
        own = self.personas or tuple(PERSONAS.get(name, "") for name in self.names)
        return tuple(
            " ".join(filter(None, (self.overrides.get(name, persona), self.appends.get(name))))
            for name, persona in zip(self.names, own, strict=True)
        )

    def source(self, seed: int) -> Source:
        """One stream for all, in the published order; rotation was never seeded and is ours."""
        return Shared(seed, apart=(ROTATION,), sampled=("holders/",))

    def seats(self) -> Sequence[Seat]:
        return [Seat(name) for name in self.names]

    def open(self, chance: Chance, out: Out) -> State:
        many = len(self.names)
        state = State(
            tokens=[self.tokens] * many,
            personas=list(range(many)),
            windows=_windows(many, direct=out.direct),
            direct=out.direct,
            alive=list(range(many)),
            clues=[{} for _ in range(many)],
            partners=[{} for _ in range(many)],
            incoming=[[] for _ in range(many)],
            named=[{} for _ in range(many)],
            died=[None] * many,
        )
        _shuffle(self, state, chance)
        self._before_round_1(state, out)
        self._begin(state, chance, out)
        return state

    def turns(self, state: State) -> Mapping[int, Turn]:
        due, ask = state.due, self.ask
        if due and self.order == "sequential":
            return {due[0]: make(Turn, (ask, situation(self, state, due[0]), NO_NEWS, None))}
        return {
            seat: make(Turn, (ask, situation(self, state, seat), NO_NEWS, None)) for seat in due
        }

    def step(self, state: State, answers: Mapping[int, Answer], chance: Chance, out: Out) -> State:
        for seat, answer in answers.items():
            if isinstance(answer, Forfeit):
                truth = {"forfeit": answer.reason}
                out.emit("pass", seat, {"round": state.round}, NOBODY, truth)
            elif answer == PASS or not answer:
                out.emit("pass", seat, state.now, NOBODY)
            else:
                act(self, state, seat, answer, chance, out)
        state.due = state.due[len(answers) :]
        if not state.due:
            self._end(state, chance, out)
            if not state.over:
                self._begin(state, chance, out)
        if not state.direct:
            for seat in state.due:
                arrived(self, state, seat, out)
        return state

    def payoffs(self, state: State) -> Sequence[float]:
        return state.tokens.copy()

    def outcome(self, state: State) -> Mapping[str, Json]:
        return {
            "balances": state.tokens.copy(),
            "death_rounds": state.died.copy(),
            "solved": state.solved,
            "expired": state.expired,
            "rounds": state.round,
        }

    def belief(self, state: State, seat: int) -> Belief:  # noqa: ARG002 - asked the same always
        return belief.of(self.names, seat)

    def brief(self, seat: int) -> str:
        return words.brief(self, seat)

    def tell(self, event: Event, seat: int) -> str:
        return told(self.names, event, seat)

    def now(self, turn: Turn, seat: int) -> str:
        return words.now(self, turn, seat)

    def _before_round_1(self, state: State, out: Out) -> None:
        """What the published log says of a game before it begins."""
        for seat, name in enumerate(self.names):
            if name in self.overrides or name in self.appends:
                data = {"round": 0, "name": name, "text": self.each_persona[seat]}
                out.emit("override", seat, data, NOBODY)
        for seat in range(len(self.names)):
            if self.bonus:
                state.tokens[seat] += self.bonus
                reward(state, seat, self.bonus, "pre_solve_bonus", out)

    def _begin(self, state: State, chance: Chance, out: Out) -> None:
        """A round: personas move on, a puzzle is dealt."""
        state.round += 1
        state.now = {"round": state.round}
        state.shouted.clear()
        state.due = state.alive
        if self.rotation and state.round % self.rotation == 0:
            _rotate(self, state, chance, out)
        oldest = state.puzzles[state.seen[0]] if state.seen else None
        if oldest is not None and state.round - oldest.made >= self.lifetime:
            out_of_view(state, oldest)
        _deal(self, state, chance, out)

    def _end(self, state: State, chance: Chance, out: Out) -> None:
        """The end of a round: puzzles solve themselves, all pay to live, what is old goes."""
        if self.auto_solve_window:
            _solve_themselves(self, state, chance, out)
        tokens, drain = state.tokens, self.drain
        for seat in state.alive:
            tokens[seat] -= drain
            if tokens[seat] <= 0:
                die(state, seat, "starvation", out)
        oldest = next(iter(state.puzzles.values()), None)
        if oldest is not None and state.round - oldest.made >= self.lifetime:
            state.expired += 1
            out.emit("expired", None, {"round": state.round, "puzzle": oldest.id}, NOBODY)
            forget(state, oldest)
        if state.offers:
            _withdraw_old(self, state)
        state.over = state.round >= self.rounds or len(state.alive) <= 1


MOST = 1_000_000


def _windows(many: int, *, direct: bool) -> list[Windows]:
    """One list of public messages for all, where all get all of them."""
    shared: list[Json] = []
    return [Windows(shared if direct else []) for _ in range(many)]


def _shuffle(env: Terrarium, state: State, chance: Chance) -> None:
    """The pool in a new order; whoever sees a category, or holds a clue, learns of it."""
    told = EVERYONE if env.categories else NOBODY
    state.pool, state.drawn = chance.shuffle("pool", state.pool, told), 0
    state.hinted, state.pool_shows = set(), False


def _deal(env: Terrarium, state: State, chance: Chance, out: Out) -> None:
    """One puzzle a round, to two of the living."""
    if len(state.alive) < HOLDERS:
        return
    if state.drawn == len(state.pool):
        _shuffle(env, state, chance)
    entry, now = state.pool[state.drawn], state.round
    state.drawn += 1
    name = f"{chance.pick('letter', LETTERS, None, EVERYONE)}-{now}"
    one, two = chance.sample(f"holders/{now}", state.alive, HOLDERS, tuple)
    if one not in state.hinted or two not in state.hinted:
        state.hinted |= {one, two}
        chance.reveal("pool", (one, two))
    state.puzzles[name] = Puzzle(name, entry, now, (one, two))
    state.seen = [*state.seen, name]
    clues, partners = state.clues, state.partners
    clues[one], clues[two] = (
        {**clues[one], name: entry.clues[0]},
        {**clues[two], name: entry.clues[1]},
    )
    partners[one], partners[two] = {**partners[one], name: [two]}, {**partners[two], name: [one]}
    data = {
        "round": now,
        "puzzle": name,
        "category": entry.category,
        "seat": [one, two],
        "clue": [*entry.clues],
        "partner": [[env.names[two]], [env.names[one]]],
    }
    out.emit("puzzle", None, data, EACH, {"answer": entry.word})


def _withdraw_old(env: Terrarium, state: State) -> None:
    old = [t for t, o in state.offers.items() if state.round - o.made >= env.trade_lifetime]
    for trade in old:
        withdraw(state, trade)


def _solve_themselves(env: Terrarium, state: State, chance: Chance, out: Out) -> None:
    """Two living holders who each wrote to the other of a puzzle lately have solved it.

    The id will do, or the pattern of either; what the message says of it does not matter (§1.6).
    """
    letters = state.letters
    while letters and state.round - letters[0].round > env.auto_solve_window:
        letters.popleft()
    pairs = {(letter.by, letter.to) for letter in letters}
    for puzzle in list(state.puzzles.values()):
        one, two = puzzle.holders
        if not {(one, two), (two, one)} <= pairs:
            continue
        if state.died[one] is not None or state.died[two] is not None:
            continue
        if _mention(state, puzzle, one, two) and _mention(state, puzzle, two, one):
            pay(env, state, puzzle, [one, two], None, chance, out)


def _mention(state: State, puzzle: Puzzle, by: int, to: int) -> bool:
    signs = [fragment(clue) for clue in puzzle.entry.clues]
    return any(
        letter.by == by
        and letter.to == to
        and (puzzle.id in mentioned(letter.text) or any(sign in letter.text for sign in signs))
        for letter in state.letters
    )


def _rotate(env: Terrarium, state: State, chance: Chance, out: Out) -> None:
    """Personas change seats, if it can be so that none stays; the dead have theirs too."""
    was = state.personas
    for _ in range(SHUFFLES):
        drawn = chance.shuffle(ROTATION, was, known_to=EVERYONE)
        if all(old != new for old, new in zip(was, drawn, strict=True)):
            break
    state.personas = drawn
    for seat, (old, new) in enumerate(zip(was, drawn, strict=True)):
        data = {"round": state.round, "old": env.names[old], "new": env.names[new]}
        out.emit("persona", seat, data, NOBODY)
