"""Play one episode: the one loop, whoever holds the seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Generic

from suasion.core.asks import Answer, Forfeit, same
from suasion.core.chance import Chance, NoDraw, Recorded, Seeded, Source
from suasion.core.environment import (
    Asked,
    Environment,
    Live,
    Policy,
    Reply,
    S,
    Said,
    Turn,
    settings,
)
from suasion.core.episode import Decision, Episode, Header, Key, all_draws
from suasion.core.events import NOBODY, NOTHING
from suasion.core.quick import maker
from suasion.core.views import Board


class Diverged(Exception):
    """A script, run again, did not repeat its recorded answer."""


class OtherRules(ValueError):
    """A record of another environment, version or settings; it can still be read."""


INNER = ">"
"""Between the name of what is asked and the name of a call made to answer it."""

_PLACE = itemgetter(0, 1, 2, 3)
_asked, _decision = maker(Asked), maker(Decision)


class Play(Generic[S]):
    """An episode under way: `asked` holds the open questions, `answer` takes one answer."""

    def __init__(
        self,
        env: Environment[S],
        seed: int,
        source: Source | None = None,
        keep: Callable[[Decision], object] | None = None,
    ) -> None:
        self.env, self.seed, self.step, self.keep = env, seed, 0, keep
        self.seats = len(env.seats())
        self.chance = Chance(source or Seeded(seed))
        self.board = Board(self.seats)
        self.decisions: list[Decision] = []
        self.asked: dict[Key, Asked] = {}
        self._came: list[Decision] = []
        self._inner: list[Decision] = []
        self._own: dict[int, Chance] = {}
        self.state = env.open(self.chance, self.board)
        self._ask_asides()

    def answer(self, asked: Asked, said: Answer | Said | Reply) -> Decision:
        """Take one answer; with the last one that was open, the rules step on."""
        ask, draws = asked.turn.ask, asked.chance.taken()
        step, seat, aside, repeat, *_ = asked
        if isinstance(said, Reply):
            answer, notes = ask.parse(said.text)
            reply = said.text
            return self.take(
                Decision(step, seat, aside, repeat, answer, reply, notes, draws, said.meant)
            )
        meant = NOTHING
        if isinstance(said, Said):
            said, meant = said
        if not isinstance(said, Forfeit) and not ask.allows(said):
            raise ValueError(f"seat {seat} was asked {ask}, and answered {said!r}")
        return self.take(_decision((step, seat, aside, repeat, said, None, (), draws, meant)))

    def take(self, decision: Decision) -> Decision:
        """Take an answer that is already a decision, such as a recorded one."""
        del self.asked[decision[:4]]
        if self.keep is not None:
            self.keep(decision)
        self._came.append(decision)
        if not self.asked:
            self._advance()
        return decision

    def note(self, inner: Decision) -> None:
        """Keep an inner call of a seat that is still being asked."""
        if self.keep is not None:
            self.keep(inner)
        self._inner.append(inner)

    def episode(self) -> Episode:
        """The record so far; whole once nothing is asked."""
        env = self.env
        return Episode(
            Header(env.name, env.version, settings(env), self.seed, self.chance.source.kind),
            tuple(self.decisions),
            tuple(self.chance.log),
            tuple(self.board.events),
            tuple(env.payoffs(self.state)),
            env.outcome(self.state),
            env.carry(self.state),
        )

    def _advance(self) -> None:
        came, self._came = self._came, []
        if len(came) > 1:
            came.sort(key=_PLACE)
        self.decisions += sorted([*came, *self._inner], key=_PLACE) if self._inner else came
        self._inner.clear()
        if came[0].aside:
            self._tell_nobody(came)
            return self._ask_turns()
        self.step += 1
        self.chance.step = self.step
        answers: dict[int, Answer] = {}
        self.board.meant.clear()
        for decision in came:
            answers[decision.seat] = decision.answer
            if decision.meant:
                self.board.meant[decision.seat] = decision.meant
        self.state = self.env.step(self.state, answers, self.chance, self.board)
        return self._ask_asides()

    def _tell_nobody(self, asides: Iterable[Decision]) -> None:
        """Answers out of band are events that a mark can link to, told to no seat."""
        for d in asides:
            self.board.meant = {d.seat: d.meant} if d.meant else {}
            lost = isinstance(d.answer, Forfeit)
            said = {"forfeit": d.answer.reason} if lost else {"answer": d.answer}
            self.board.emit("aside", d.seat, {"name": d.aside, "repeat": d.repeat, **said}, NOBODY)

    def _ask_asides(self) -> None:
        for aside in self.env.asides(self.state):
            for repeat in range(aside.repeats):
                self._ask(aside.seat, aside.turn, aside.name, repeat)
        if not self.asked:
            self._ask_turns()

    def _ask_turns(self) -> None:
        for seat, turn in self.env.turns(self.state).items():
            self._ask(seat, turn, "", 0)

    def _ask(self, seat: int, turn: Turn, aside: str, repeat: int) -> None:
        chance, step = self._own.get(seat), self.step
        if chance is None:
            chance = self._own[seat] = self.chance.of(str(seat))
        chance.step = step
        news = self.board.news(seat, turn.told_to, aside != "")
        self.asked[step, seat, aside, repeat] = Asked(step, seat, aside, repeat, turn, news, chance)


Seats = Sequence[Policy | Live | None]
"""Who holds each seat; `None` where only the record can answer."""


def rounds(play: Play[Any], seats: Seats, record: Iterable[Decision] = ()) -> Iterator[list[Asked]]:
    """The one loop: take what the record knows, ask the scripts, yield who is waited for."""
    known = {decision.key: decision for decision in record}
    inner = _inner_calls(known.values())
    while play.asked:
        waiting = []
        for asked in tuple(play.asked.values()):
            seat = seats[asked.seat]
            old = known.get(asked[:4]) if known else None
            if old is not None:
                for call in inner[old[:4]]:
                    play.note(call)
                play.take(repeated(old, asked, seat))
            elif isinstance(seat, Live):
                waiting.append(asked)
            elif seat is None:
                raise LookupError(f"the record ends before {asked.key}, and nobody sits there")
            else:
                play.answer(asked, seat(asked))
        if waiting:
            yield waiting


def inner_key(asked: Asked, name: str, number: int) -> Key:
    """Where a call made to answer belongs; `number` counts the calls of that name, from 0."""
    aside = f"{asked.aside}{INNER}{name}{INNER}{number}"
    return asked.step, asked.seat, aside, asked.repeat


def _inner_calls(known: Iterable[Decision]) -> defaultdict[Key, list[Decision]]:
    """Recorded inner calls, by the key of what they were made to answer."""
    inner = defaultdict(list)
    for call in known:
        if INNER in call.aside:
            outer = call.aside.split(INNER)[0]
            inner[call.step, call.seat, outer, call.repeat].append(call)
    return inner


def repeated(old: Decision, asked: Asked, seat: Policy | Live | None) -> Decision:
    """A recorded decision, after a script that sits there has shown that it repeats it."""
    if isinstance(seat, Live):
        if seat.resume is not None:
            seat.resume(asked, old)
        asked.chance.taken()
    elif seat is not None:
        try:
            said = seat(asked)
        except NoDraw as lost:
            raise Diverged(f"{asked.key}: {lost}") from lost
        again, meant = said if isinstance(said, Said) else (said, NOTHING)
        draws = asked.chance.taken()
        if not same(again, old.answer) or (draws, meant) != (old.draws, old.meant):
            was = f"recorded {old.answer!r} from draws {[d.value for d in old.draws]}"
            raise Diverged(f"{asked.key}: {was}; now {again!r} from {[d.value for d in draws]}")
    return old


def drive(play: Play[Any], seats: Seats, record: Iterable[Decision] = ()) -> Episode:
    """Play on where nobody has to be waited for."""
    for waiting in rounds(play, seats, record):
        raise TypeError(f"seat {waiting[0].seat} is waited for: play it with the runner")
    return play.episode()


def same_rules(env: Environment[Any], episode: Episode) -> None:
    """Refuse to play on a record of other rules or settings; it can still be read."""
    header = episode.header
    was = (header.environment, header.version, header.settings)
    now = (env.name, env.version, settings(env))
    if was != now:
        raise OtherRules(f"the record is of {was}, and these rules are {now}")


def replay(env: Environment[Any], episode: Episode, seats: Seats | None = None) -> Episode:
    """The episode again from its record alone; `seats` are scripts to be audited on the way."""
    same_rules(env, episode)
    source = Recorded(all_draws(episode), None, episode.header.source)
    play = Play(env, episode.header.seed, source)
    return drive(play, seats or [None] * play.seats, episode.decisions)
