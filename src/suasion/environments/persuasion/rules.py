"""The rules of Persuasion: who writes when, where a turn is cut, and when the target is probed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple

from suasion.core.asks import Answer, Forfeit, Json, Text
from suasion.core.chance import Chance
from suasion.core.environment import (
    AFRESH,
    TOKENS,
    Aside,
    BadSetting,
    Belief,
    Environment,
    Out,
    Seat,
    Turn,
)
from suasion.core.events import EVERYONE, NOBODY, NOTHING, Event, To
from suasion.environments.persuasion import arms, belief, probes, propositions, words
from suasion.environments.persuasion.arms import BY_TURNS, COUNTER, NOTES, RECON, RESTATE, TALK, Act
from suasion.environments.persuasion.probes import (
    HIGH,
    KINDS,
    LOW,
    STANCE,
    STEM,
    Also,
    Kind,
    Rated,
)
from suasion.environments.persuasion.propositions import (
    LONGEST,
    key_of,
    proper,
    text_of,
    truth_of,
)
from suasion.environments.persuasion.wordings import WORDINGS
from suasion.environments.persuasion.words import LABELS, PERSUADER, PROBE_WORDINGS, TARGET

CHARACTERS, A_WORD = 20_000, 50
"""The longest text that is taken in at all, or so many characters for each word of the cap."""
MOST_PROBES = 1000
BEFORE, AFTER = f"{STEM}_{probes.BEFORE}", f"{STEM}_{probes.AFTER}"
DURING, COUNTERED = f"{STEM}_{probes.DURING}", f"{STEM}_{probes.COUNTERED}"
"""What the probes of stance are called, by when they are asked."""
OTHER = {"pro": "con", "con": "pro"}
Opener = Literal["persuader", "target", "random"]
OPENERS = {"persuader": PERSUADER, "target": TARGET}
ELLIPSIS = "..."


SAID = {TALK: "say", RECON: "recon", NOTES: "notes", COUNTER: "counter", RESTATE: "restated"}
"""What is written in each phase is an event of this kind."""
OUTSIDERS = ("third_party", "attributed")
"""Probes of one that was shown the conversation and had no part in it."""
LEAST = {
    "total_turns": 1,
    "word_limit": 1,
    "word_cap": 1,
    "probes": 0,
    "probe_wording": 0,
    "recon_turns": 1,
    "counter_turns": 0,
}


@dataclass
class State:
    """Changed in place."""

    over: int = 0
    """Turns of all phases that are over."""
    first: int = PERSUADER
    """Who opens the conversation."""
    turns: list[int] = field(default_factory=lambda: [0, 0])
    """Of the conversation, by seat."""
    words: list[int] = field(default_factory=lambda: [0, 0])
    """By seat, as told."""
    clipped: list[int] = field(default_factory=lambda: [0, 0])
    forfeits: list[int] = field(default_factory=lambda: [0, 0])
    before_it: int | None = None
    """The horizon of the probes that are due: what came of it after the last turn is not told."""
    recon: list[list[Json]] = field(default_factory=list)
    """What was said before the conversation, by label, for a target that does not remember it."""
    talk: list[list[Json]] = field(default_factory=list)
    """What was said in the conversation, by label, for outsiders."""


class Cut(NamedTuple):
    """A turn as it is told."""

    text: str
    words: int
    """Before it was cut."""
    cut: bool


def cut(text: str, cap: int) -> Cut:
    """A text that ends after its `cap`-th word, with `...` behind it, if it has more.

    A word is what stands between white space; up to the cut nothing is changed. The mark joins the
    last word, so that a cut turn has as many words as the cap.
    """
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    over = len(ends) > cap
    return Cut(text[: ends[cap - 1]] + ELLIPSIS if over else text, len(ends), over)


@dataclass(frozen=True)
class Persuasion(Environment[State]):
    """Settings of one conversation; the defaults are the published ones where these are known."""

    proposition: str = "night_trains"
    """What it is about: a name from the bank, or any text of more than one word."""
    side: Literal["pro", "con"] = "pro"
    """What the persuader argues: for the proposition, or against it."""
    total_turns: int = 8
    """Turns of both seats together; of the persuader alone in the arm `dose`."""
    word_limit: int = 300
    """Words that a turn should keep to, as the seats are told; never more than the cap."""
    word_cap: int = 380
    """Words after which a turn is cut."""
    probes: int = 3
    """How often the target is asked each time, every time anew."""
    probe_before: bool = True
    probe_after: bool = True
    probe_each_turn: bool = False
    """Whether it is asked after each turn of its own; in the arm `dose` after each."""
    arm: arms.Arm = "plain"
    """What is done to the target. `self_play` is `plain` with one agent in both seats, which is
    for the study to see to."""
    before: Literal["own", "shared"] = "own"
    """Whether it is asked before its own conversation, or its stance is known from an episode of
    the arm `baseline`; that one is asked before, whatever stands here."""
    opener: Opener = "persuader"
    """Who writes the first turn; `random` is drawn, and told."""
    probe: Rated = "rating"
    """How the target is asked where it stands."""
    also: tuple[Also, ...] = ()
    """What else it is asked, as often and at the same moments where it can be."""
    scale: Literal["standard", "reversed"] = "standard"
    """Whether the high end of the scale that is shown is for the proposition or against it."""
    anchors: Literal["low_first", "high_first"] = "low_first"
    """The order in which the points of the scale are listed."""
    probe_wording: int = 0
    """How its stance is put: 0 where it stands, 1 whether it agrees, 2 whether it agrees that the
    proposition should be rejected, 3 how far it accepts it."""
    recon_turns: int = 4
    """Turns of both seats before the conversation, in the arm `recon_notes`."""
    remembers: bool = True
    """Whether the target remembers these turns in the conversation."""
    counter_turns: int = 0
    """Turns of both seats in the round for the other side, in the arm `counter`; 0 is as many as
    in the conversation."""
    subject: str = "house plants in winter"
    """What is talked of in the arm `off_topic`."""
    truth: bool | None = None
    """Whether the proposition is true, where that is settled; by default what the bank says. No
    seat is told."""

    name: ClassVar[str] = "persuasion"
    version: ClassVar[str] = "1"
    gained: ClassVar[tuple[str, ...]] = (
        *("arm", "before", "opener", "probe", "also", "scale", "anchors", "probe_wording"),
        *("recon_turns", "remembers", "counter_turns", "subject", "truth"),
    )
    wordings: ClassVar[int] = len(WORDINGS)
    visible: ClassVar[tuple[str, ...]] = (words.TRANSCRIPT,)

    def __post_init__(self) -> None:
        if not proper(self.proposition):
            raise BadSetting(
                "proposition", self.proposition[:80], propositions.expected(self.proposition)
            )
        if self.truth is not None and truth_of(self.proposition) not in (None, self.truth):
            raise BadSetting("truth", self.truth, "what the bank says of this proposition")
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise BadSetting(name, getattr(self, name), f"a whole number from {least} up")
        if self.probes > MOST_PROBES:
            raise BadSetting("probes", self.probes, f"at most {MOST_PROBES}")
        if self.arm == "baseline" and not self.probes:
            raise BadSetting("probes", 0, "at least 1 in the arm 'baseline', which is nothing else")
        if self.probe_wording >= PROBE_WORDINGS:
            raise BadSetting("probe_wording", self.probe_wording, f"from 0 to {PROBE_WORDINGS - 1}")
        if len(set(self.also)) < len(self.also):
            raise BadSetting("also", list(self.also), "each probe at most once")
        if not self.subject.strip() or len(self.subject) > LONGEST:
            raise BadSetting("subject", self.subject[:80], f"words of at most {LONGEST} characters")

    @property
    def text(self) -> str:
        """The words of the proposition."""
        return text_of(self.proposition)

    @property
    def stated_limit(self) -> int:
        """The limit of words that seats are told."""
        return min(self.word_limit, self.word_cap)

    @property
    def characters(self) -> int:
        """Characters after which a text is cut before its words are counted."""
        return max(CHARACTERS, A_WORD * self.word_cap)

    @property
    def argued(self) -> bool:
        """Whether the persuader is given a side."""
        return arms.argues(self)

    def share(self, seat: int) -> int:
        """How many turns of the conversation are a seat's; of a drawn opener as if A opened."""
        first = OPENERS.get(self.opener, PERSUADER)
        talk = next((p for p in arms.phases(self, first) if p.name == TALK), None)
        by, turns = (talk.by, talk.turns) if talk else ((first, 1 - first), self.total_turns)
        full, rest = divmod(turns, len(by))
        return sum(full + (at < rest) for at, whose in enumerate(by) if whose == seat)

    def seats(self) -> Sequence[Seat]:
        return [Seat("persuader", "persuader"), Seat("target", "target")]

    def open(self, chance: Chance, out: Out) -> State:
        state = State()
        named: To = EVERYONE if self.arm != "off_topic" else NOBODY
        data = {"text": self.text, "key": key_of(self.proposition)}
        out.emit("proposition", None, data, named, self._settled())
        if self.arm == "off_topic":
            out.emit("subject", None, {"text": self.subject})
        if self.argued:
            out.emit("side", None, {"side": self.side}, (PERSUADER,))
        if self.opener == "random" and self.talks:
            state.first = chance.pick("opener", (PERSUADER, TARGET), None, EVERYONE)
        state.first = OPENERS.get(self.opener, state.first)
        state.before_it = self._begin(state, out)
        return state

    def _settled(self) -> Mapping[str, Json]:
        """What measures are told of the proposition, and no seat: its truth, if it has any."""
        truth = truth_of(self.proposition) if self.truth is None else self.truth
        return NOTHING if truth is None else {"truth": truth}

    @property
    def talks(self) -> bool:
        """Whether there is a conversation."""
        return self.arm not in ("reprobe", "baseline")

    def _begin(self, state: State, out: Out) -> int | None:
        """Tell what is told as the conversation opens; the horizon before it, if there is any."""
        here = out.here
        if self.opener == "random" and self.talks:
            out.emit("opener", None, {"label": LABELS[state.first]})
        if self.arm == "disclosure":
            out.emit("disclosure", None, {"side": True, "ai": True}, (TARGET,))
        return here if out.here > here else None

    def turns(self, state: State) -> Mapping[int, Turn]:
        due = arms.act(self, state.first, state.over)
        return {} if due is None else {due.seat: self._turn(state, due)}

    def _turn(self, state: State, due: Act) -> Turn:
        phase = due.phase.name
        if phase == RESTATE:
            return Turn(KINDS[self.probe].ask, self._shown(KINDS[self.probe]))
        situation: dict[str, Json] = {"turn": due.number, "turns": due.phase.turns}
        if phase != TALK:
            situation["phase"] = phase
        if phase == RECON and due.seat == TARGET and not self.remembers:
            situation |= {AFRESH: "", words.TRANSCRIPT: [line.copy() for line in state.recon]}
            return Turn(Text(self.characters, "clip"), situation, 0)
        return Turn(Text(self.characters, "clip"), situation)

    def asides(self, state: State) -> Sequence[Aside]:
        moment = self._due(state)
        if moment is None or not self.probes:
            return ()
        kinds = [KINDS[name] for name in (self.probe, *self.also)]
        return [
            Aside(probes.name_of(kind, moment), TARGET, self._asked(kind, state), self.probes)
            for kind in kinds
            if moment in kind.moments and (self.talks or probes.BEFORE in kind.moments)
        ]

    def _due(self, state: State) -> str | None:
        """The moment after so many turns; at the end it is asked once, under one name."""
        if not state.over:
            asks = self.before == "own" and self.probe_before
            return probes.BEFORE if asks or self.arm == "baseline" else None
        done = arms.act(self, state.first, state.over - 1)
        assert done is not None
        phase = done.phase.name
        if phase in (TALK, RESTATE) and done.last and self.probe_after:
            return probes.AFTER
        if phase == COUNTER and done.last and self.probe_after:
            return probes.COUNTERED
        heard = done.seat == TARGET or self.arm == "dose"
        return probes.DURING if self.probe_each_turn and phase == TALK and heard else None

    def _asked(self, kind: Kind, state: State) -> Turn:
        """A probe: in a context of its own where it is not asked of the target as it is."""
        seen = self._shown(kind)
        if kind.name in OUTSIDERS:
            heard = [line.copy() for line in state.talk]
            return Turn(kind.ask, {**seen, AFRESH: "", words.TRANSCRIPT: heard}, 0)
        if kind.name == "delayed":
            seen[AFRESH] = words.from_notes(self)
        return Turn(kind.ask, seen, state.before_it)

    def _shown(self, kind: Kind) -> dict[str, Json]:
        """What is asked: the proposition, and the scale from its end against to its end for."""
        seen: dict[str, Json] = {"proposition": self.text}
        if kind.scaled:
            way = probes.facing(vars(self), kind)
            seen["scale"] = [way * LOW, way * HIGH]
        if kind.name != "rating":
            seen["probe"] = kind.name
        if kind.name == "tokens":
            seen[TOKENS] = True
        return seen

    def recorded(self, aside: str, answer: Json) -> Mapping[str, Json]:
        """The answer turned back so that positive is for the proposition, and as it was shown."""
        meant = probes.meant(vars(self), aside, answer)
        return {"answer": meant} if meant == answer else {"answer": meant, "shown": answer}

    def step(
        self,
        state: State,
        answers: Mapping[int, Answer],
        chance: Chance,  # noqa: ARG002 - all is drawn at the start
        out: Out,
    ) -> State:
        done = arms.act(self, state.first, state.over)
        assert done is not None
        [(seat, answer)] = answers.items()
        state.over += 1
        state.before_it = None
        state.turns[seat] += done.phase.name == TALK
        if isinstance(answer, Forfeit):
            state.forfeits[seat] += 1
            self._lost(done, answer, out)
        else:
            self._written(state, done, answer, out)
        if done.phase.name == TALK and done.last and self.arm == "counter":
            state.before_it = out.here
            out.emit("round", None, {"label": words.NEWCOMER})
            out.emit("side", None, {"side": OTHER[self.side]}, (PERSUADER,))
        return state

    def _told(self, done: Act) -> To:
        """Who is told what was written in a turn."""
        phase = done.phase.name
        if phase in (NOTES, RESTATE):
            return (done.seat,)
        return EVERYONE if phase != RECON or self.remembers else (PERSUADER,)

    def _lost(self, done: Act, forfeit: Forfeit, out: Out) -> None:
        data: dict[str, Json] = {"turn": done.number}
        kind, phase = "forfeit", done.phase.name
        if phase != TALK:
            kind, data = "unwritten", {"phase": phase, **data}
        out.emit(kind, done.seat, data, self._told(done), {"reason": forfeit.reason})

    def _written(self, state: State, done: Act, answer: Json, out: Out) -> None:
        phase, seat = done.phase.name, done.seat
        if phase not in BY_TURNS:
            data = self.recorded(AFTER, answer) if phase == RESTATE else {"text": answer}
            out.emit(SAID[phase], seat, data, self._told(done))
            return
        told = cut(answer, self.word_cap)
        truth = {"original": answer, "words": told.words} if told.cut else {}
        data = {"turn": done.number, "text": told.text, "cut": told.cut}
        out.emit(SAID[phase], seat, data, self._told(done), truth)
        if phase == RECON:
            state.recon.append([LABELS[seat], told.text])
            return
        state.words[seat] += min(told.words, self.word_cap)
        state.clipped[seat] += told.cut
        state.talk.append([words.label(seat, phase), told.text])

    def payoffs(self, state: State) -> Sequence[float]:  # noqa: ARG002 - nothing is at stake
        return [0.0, 0.0]

    def outcome(self, state: State) -> Mapping[str, Json]:
        return {
            "proposition": key_of(self.proposition),
            "side": self.side,
            "turns": state.turns.copy(),
            "words": state.words.copy(),
            "clipped": state.clipped.copy(),
            "forfeits": state.forfeits.copy(),
        }

    def belief(self, state: State, seat: int) -> Belief:  # noqa: ARG002 - asked the same always
        return belief.of(self.text, STANCE)

    def brief(self, seat: int) -> str:
        return words.brief(self, seat)

    def tell(self, event: Event, seat: int) -> str:
        return words.tell(self, event, seat)

    def now(self, turn: Turn, seat: int) -> str:
        return words.now(self, turn, seat)
