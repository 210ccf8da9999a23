"""Play one episode: the one loop, whoever holds the seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic

from suasion.core.asides import NO_HOLDER, Standing
from suasion.core.asks import Answer, Forfeit, Json, same
from suasion.core.chance import CHANNEL, Chance, NoDraw, Source
from suasion.core.environment import (
    STANDARD,
    Answered,
    Asked,
    AskedMany,
    Environment,
    Group,
    Live,
    Policy,
    Reply,
    S,
    Said,
    Turn,
    check_wording,
    is_standard,
    settings,
    words,
)
from suasion.core.episode import Decision, Episode, Header, Key
from suasion.core.events import NOBODY, NOTHING
from suasion.core.quick import make
from suasion.core.views import Board, Channel


class Diverged(Exception):
    """A script, run again, did not repeat its recorded answer."""


EDITED = "edited"
"""The note on a decision whose answer a fork has changed."""
INNER = ">"
"""Between the name of what is asked and the name of a call made to answer it."""

_PLACE = itemgetter(0, 1, 2, 3)
_WHOSE = attrgetter("seat", "name")
_SEAT: Final = 1
_ASIDE: Final = 2
_ANSWER: Final = 4
_MEANT: Final = 8
"""Places in a decision, and the first two in what is asked: of these there is one an action, and
a name is looked up several times as slowly.
"""
_JSON = frozenset((list, dict, str, int, float, bool, type(None)))


class Play(Generic[S]):
    """An episode under way: `asked` holds the open questions, `answer` takes one answer."""

    def __init__(
        self,
        env: Environment[S],
        seed: int,
        source: Source | None = None,
        keep: Callable[[Decision], object] | None = None,
        channels: Sequence[Channel] = (),
        named: Sequence[Mapping[str, Json]] = (),
        groups: Iterable[Sequence[int]] = (),
    ) -> None:
        """`named` says in the header which `channels` these are; `groups` are asked together."""
        check_wording(env)
        self.env, self.seed, self.step, self.keep = env, seed, 0, keep
        self.seats, self.named = len(env.seats()), named
        self.chance = Chance(source or env.source(seed))
        self.board = Board(self.seats, channels, self.chance.of(CHANNEL))
        self._direct = self.board.direct
        self.decisions: list[Decision] = []
        self.asked: dict[Key, Asked | AskedMany] = {}
        self._came: list[Decision] = []
        self._inner: list[Decision] = []
        self._own: dict[int, Chance] = {}
        self._group = {seat: group[0] for group in groups for seat in group}
        self._standing = Standing(env) if env.asked_aside else None
        self._probes = type(env).asides is not Environment.asides or self._standing is not None
        """Whether these rules ever ask out of band; most have nothing to ask for in every step."""
        self.state = env.open(self.chance, self.board)
        self._ask_asides()

    def answer(self, asked: Asked | AskedMany, said: Answer | Said | Reply) -> Decision:
        """Take one answer; with the last one that was open, the rules step on."""
        if isinstance(asked, AskedMany):
            return self._answer_many(asked, said)
        step, seat, aside, repeat, (ask, _, _, _), _, chance = asked
        draws = chance.taken()
        meant = NOTHING
        if type(said) not in _JSON:  # one look in place of two at what scripts mostly give
            if isinstance(said, Reply):
                answer, notes = said.read or ask.parse(said.text)
                key = step, seat, aside, repeat
                return self.take(Decision(*key, answer, said.text, notes, draws, said.meant))
            if isinstance(said, Said):
                said, meant = said
        if not isinstance(said, Forfeit) and not ask.allows(said):
            raise ValueError(f"seat {seat} was asked {ask}, and answered {said!r}")
        return self.take(
            make(Decision, (step, seat, aside, repeat, said, None, (), draws, meant, ()))
        )

    def _answer_many(self, asked: AskedMany, said: Answer) -> Decision:
        seats, allows, draws = asked.seats, asked.turn.ask.allows, asked.chance.taken()
        answers = list(said) if isinstance(said, Sequence) and not isinstance(said, str) else said
        if not isinstance(answers, list) or len(answers) != len(seats):
            raise ValueError(f"{len(seats)} seats were asked, and answered {said!r:.80}")
        for answer in _different(answers):
            if not allows(answer):
                raise ValueError(f"seats were asked {asked.turn.ask}, and one answered {answer!r}")
        return self.take(Decision(*asked[:4], answers, None, (), draws, NOTHING, seats))

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
        kind = self.chance.source.kind
        return Episode(
            Header(env.name, env.version, settings(env), self.seed, kind, tuple(self.named)),
            tuple(self.decisions),
            tuple(self.chance.log),
            tuple(self.board.events),
            tuple(env.payoffs(self.state)),
            env.outcome(self.state),
            env.carry(self.state),
            tuple(self.board.changed),
        )

    def _advance(self) -> None:
        came, self._came = self._came, []
        if len(came) > 1:
            came.sort(key=_PLACE)
        self.decisions += self._with_inner(came) if self._inner else came
        if came[0][_ASIDE]:
            self._tell_nobody(came)
            return self._ask_turns()
        board, chance = self.board, self.chance
        self.step = chance.step = step = self.step + 1
        if not self._direct:
            board.tick(step)
        board.meant.clear()
        answers: dict[int, Answer] = {}
        for decision in came:
            answers[decision[_SEAT]] = decision[_ANSWER]
            if decision[_MEANT]:
                board.meant[decision[_SEAT]] = decision[_MEANT]
        if self._group:  # in the order of seats, as if each had answered alone
            answers = dict(sorted(pair for decision in came for pair in decision.each()))
        self.state = self.env.step(self.state, answers, chance, board)
        return self._ask_asides() if self._probes else self._ask_turns()

    def _with_inner(self, came: list[Decision]) -> list[Decision]:
        every = sorted([*came, *self._inner], key=_PLACE)
        self._inner.clear()
        return every

    def _tell_nobody(self, asides: Iterable[Decision]) -> None:
        """Answers out of band are events that a mark can link to, told to no seat."""
        for d in asides:
            self.board.meant = {d.seat: d.meant} if d.meant else {}
            for seat, answer in d.each():
                lost = isinstance(answer, Forfeit)
                said = {"forfeit": answer.reason} if lost else self.env.recorded(d.aside, answer)
                self.board.emit(
                    "aside", seat, {"name": d.aside, "repeat": d.repeat, **said}, NOBODY
                )

    def _ask_asides(self) -> None:
        asides = self.env.asides(self.state)
        if self._standing is not None:
            asides = self._standing.beside(asides, self.state)
        if len(asides) > 1:  # in the order of the record, so that a replay draws as they drew
            asides = sorted(asides, key=_WHOSE)
        for aside in asides:
            for repeat in range(aside.repeats):
                if aside.seat in self._group and aside.name not in STANDARD:
                    self._ask_many((aside.seat,), aside.turn, aside.name, repeat)
                else:
                    self._ask({aside.seat: aside.turn}, aside.name, repeat)
        if not self.asked:
            self._ask_turns()

    def _ask_turns(self) -> None:
        turns = self.env.turns(self.state)
        if self._group:
            turns = self._ask_groups(turns)
        self._ask(turns, "", 0)

    def _ask_groups(self, turns: Mapping[int, Turn]) -> dict[int, Turn]:
        """Ask the seats of a group that share a turn, and have read as far, together.

        The turns of all others are given back.
        """
        alone, together = {}, dict[tuple[int, int, int], list[int]]()
        group, place = self._group, self.board.place
        for seat, turn in turns.items():
            if seat in group:
                together.setdefault((group[seat], id(turn), place(seat)), []).append(seat)
            else:
                alone[seat] = turn
        for seats in sorted(map(sorted, together.values())):
            self._ask_many(tuple(seats), turns[seats[0]], "", 0)
        return alone

    def _ask_many(self, seats: tuple[int, ...], turn: Turn, aside: str, repeat: int) -> None:
        first, step = seats[0], self.step
        chance = self._chance_of(self._group[first], aside)
        news, own = self.board.news_of(seats, turn.told_to, aside != "")
        asked = AskedMany(step, first, aside, repeat, turn, news, chance, seats, own)
        self.asked[step, first, aside, repeat] = asked

    def _chance_of(self, seat: int, aside: str) -> Chance:
        """A seat's own chance; a log for each aside, since several may be open at once."""
        chance = None if aside else self._own.get(seat)
        if chance is None:
            chance = self.chance.of(str(seat))
        if not aside:
            self._own[seat] = chance
        chance.step = self.step
        return chance

    def _ask(self, turns: Mapping[int, Turn], aside: str, repeat: int) -> None:
        step, own, board = self.step, self._own, self.board
        for seat, turn in turns.items():
            chance = None if aside else own.get(seat)
            if chance is None:
                chance = self._chance_of(seat, aside)
            chance.step = step
            before = turn.told_to
            news = [] if before == 0 else board.news(seat, before, aside != "")
            self.asked[step, seat, aside, repeat] = make(
                Asked, (step, seat, aside, repeat, turn, news, chance)
            )


def _different(answers: list[Json]) -> Iterable[Json]:
    """The answers without repetitions where that is quickly said; 1 is not True."""
    try:
        return [answer for _, answer in set(zip(map(type, answers), answers, strict=True))]
    except TypeError:
        return answers


Seats = Sequence[Policy | Live | Group | None]
"""Who holds each seat; `None` where only the record can answer."""


def groups_of(seats: Seats) -> list[list[int]]:
    """The seats that each group in a line-up holds."""
    by: dict[int, list[int]] = {}
    for seat, holder in enumerate(seats):
        if isinstance(holder, Group):
            by.setdefault(id(holder), []).append(seat)
    return list(by.values())


def groups_in(decisions: Iterable[Decision]) -> list[list[int]]:
    """The seats that answered together somewhere in a record."""
    by: dict[int, set[int]] = {}
    for decision in decisions:
        known = {id(by[seat]): by[seat] for seat in decision.seats if seat in by}
        met = set(decision.seats).union(*known.values())
        by.update(dict.fromkeys(met, met))
    return [sorted(group) for group in {id(group): group for group in by.values()}.values()]


def together(seats: Seats, decisions: Iterable[Decision]) -> list[list[int]]:
    """The groups of a line-up, and of a record where nobody in the line-up is one."""
    groups = groups_of(seats)
    known = {seat for group in groups for seat in group}
    return groups + [group for group in groups_in(decisions) if known.isdisjoint(group)]


def rounds(play: Play[Any], seats: Seats, record: Iterable[Decision] = ()) -> Iterator[list[Asked]]:
    """The one loop: take what the record knows, ask the scripts, yield who is waited for."""
    known = {decision.key: decision for decision in record}
    inner = _inner_calls(known.values())
    slow = known or play.env.asked_aside
    scripts = [None if slow or isinstance(seat, (Live, Group)) else seat for seat in seats]
    while play.asked:
        waiting = []
        for asked in tuple(play.asked.values()):
            script = scripts[asked[_SEAT]]
            if script is not None and type(asked) is Asked:  # most are: the rest is for the others
                play.answer(asked, script(asked))
                continue
            seat = seats[asked[_SEAT]]
            old = known.get(asked[:4])
            if old is not None:
                for call in inner[old[:4]]:
                    play.note(call)
                if isinstance(seat, Live):
                    _resume(play.env, seat, asked, old, inner[old[:4]])
                play.take(repeated(old, asked, seat))
            elif isinstance(asked, AskedMany):
                play.answer(asked, _together(seat, asked))
            elif isinstance(seat, Live):
                waiting.append(asked)
            elif seat is not None and is_standard(asked):
                play.answer(asked, NO_HOLDER)
            elif isinstance(seat, Group):
                raise TypeError(f"a group holds seat {asked.seat}: give Play groups_of(seats)")
            elif seat is None:
                raise LookupError(f"the record ends before {asked.key}, and nobody sits there")
            else:
                play.answer(asked, seat(asked))
        if waiting:
            yield waiting


def _together(holder: Policy | Live | Group | None, asked: AskedMany) -> Sequence[Json]:
    if not isinstance(holder, Group):
        raise LookupError(f"the record ends before {asked.key}, and no group sits there")
    return holder.answers(asked)


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


def _resume(
    env: Environment[Any],
    seat: Live,
    asked: Asked | AskedMany,
    old: Decision,
    inner: Sequence[Decision],
) -> None:
    """Tell a seat that is waited for of an answer the record holds."""
    if seat.resume is not None and isinstance(asked, Asked):
        seat.resume(asked, Answered(old, words(env, asked), tuple(inner)))


def repeated(
    old: Decision, asked: Asked | AskedMany, seat: Policy | Live | Group | None
) -> Decision:
    """A recorded decision, after a script that sits there has shown that it repeats it.

    Where a fork has changed the answer the script is run all the same, for its memory and its
    draws, and may say what it will.
    """
    if isinstance(seat, Live):
        asked.chance.taken()
    elif seat is not None and not is_standard(asked):
        again, meant = _again(asked, seat)
        draws = asked.chance.taken()
        repeats = same(again, old.answer) and (draws, meant) == (old.draws, old.meant)
        if not repeats and EDITED not in old.notes:
            was = f"recorded {old.answer!r:.400} from draws {[d.value for d in old.draws]}"
            raise Diverged(
                f"{asked.key}: {was}; now {again!r:.400} from {[d.value for d in draws]}"
            )
    return old


def _again(asked: Asked | AskedMany, seat: Policy | Group) -> tuple[Answer, Mapping[str, Json]]:
    """What a script says when it is asked once more."""
    try:
        if isinstance(asked, AskedMany):
            return list(_together(seat, asked)), NOTHING
        if isinstance(seat, Group):
            raise Diverged(f"{asked.key}: recorded of one seat, and a group sits there")
        said = seat(asked)
    except NoDraw as lost:
        raise Diverged(f"{asked.key}: {lost}") from lost
    return said if isinstance(said, Said) else (said, NOTHING)


def drive(play: Play[Any], seats: Seats, record: Iterable[Decision] = ()) -> Episode:
    """Play on where nobody has to be waited for."""
    for waiting in rounds(play, seats, record):
        raise TypeError(f"seat {waiting[0].seat} is waited for: play it with the runner")
    return play.episode()
