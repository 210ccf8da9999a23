"""What seats hear: all that an episode told each of them, so that two episodes can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from suasion.core.asks import Answer, Forfeit
from suasion.core.environment import Asked, Environment, Policy, Said
from suasion.core.episode import Decision, Episode, Key, canonical
from suasion.core.events import Event
from suasion.core.play import INNER, Play, drive


class Parted(Exception):
    """A recorded answer does not fit what is asked now: what follows cannot be compared."""


class Heard(NamedTuple):
    """All that a seat was given once, as text; `step` and `turn` are not told."""

    step: int
    asked: Asked | None
    """`None` for what was left to tell when the episode was over."""
    news: bytes
    seen: bytes
    """The situation, what may be answered, and how long to wait."""
    words: str
    came: bytes = b""
    """What reached a seat that is never told news, since it was last asked."""

    def told(self) -> tuple[bytes, bytes, str]:
        """What the seat can compare."""
        return self.news, self.seen, self.words


@dataclass
class Hearing:
    """An episode, and what every seat heard of it, in order."""

    play: Play[Any]
    by_seat: list[list[Heard]]
    here: dict[int, int] = field(default_factory=dict)
    """How many events there were when a step was first asked for."""
    came: Counter[int] = field(default_factory=Counter)
    """How many events each seat had got that were not told as news."""

    def hear(self, asked: Asked) -> None:
        """Take down what a seat is given."""
        self.here.setdefault(asked.step, self.play.board.here)
        self.by_seat[asked.seat].append(self.heard(asked)._replace(came=self._came(asked)))

    def heard(self, asked: Asked) -> Heard:
        """What a seat is given, as text."""
        turn, env = asked.turn, self.play.env
        seen = canonical([turn.situation, turn.ask.schema(), turn.seconds])
        words = said(env, asked.news, asked.seat) + env.now(turn, asked.seat)
        return Heard(asked.step, asked, _plain(asked.news), seen, words)

    def _came(self, asked: Asked) -> bytes:
        """What reached the seat since it was last asked, where its horizon is the beginning."""
        if asked.turn.told_to != 0:
            return b""
        unread = self.play.board.news(asked.seat, None, True)[self.came[asked.seat] :]
        self.came[asked.seat] += len(unread)
        return _plain(unread)

    def hear_the_end(self) -> None:
        """Take down what seats would be told if they were asked once more."""
        for seat, heard in enumerate(self.by_seat):
            news = self.play.board.news(seat, None, False)
            words = said(self.play.env, news, seat)
            heard.append(Heard(self.play.step, None, _plain(news), b"", words))

    def of_step(self, step: int) -> list[Event]:
        """The events that the answers to `step` made."""
        events = self.play.board.events
        return events[self.here[step] : self.here.get(step + 1, len(events))]

    def asked(self) -> Iterator[Asked]:
        """Everything that was asked, seat by seat."""
        return (h.asked for heard in self.by_seat for h in heard if h.asked is not None)


def said(env: Environment[Any], news: Sequence[Event], seat: int) -> str:
    """The news in words."""
    return "".join(f"{env.tell(event, seat)}\n" for event in news)


def _plain(news: Sequence[Event]) -> bytes:
    return canonical([[event.kind, event.by, event.data] for event in news])


def listen(play: Play[Any], seats: Sequence[Policy]) -> Hearing:
    """Play on, to the end or until a recorded answer no longer fits, and take down all."""
    hearing = Hearing(play, [[] for _ in range(play.seats)])

    def listening(seat: Policy) -> Policy:
        def policy(asked: Asked) -> Answer | Said:
            hearing.hear(asked)
            return seat(asked)

        return policy

    try:
        drive(play, [listening(seat) for seat in seats])
    except Parted:
        return hearing
    hearing.hear_the_end()
    return hearing


def parrots(episode: Episode, changes: Mapping[Key, Answer] | None = None) -> list[Policy]:
    """Seats that repeat what was answered, whatever they are told, but for the `changes`."""
    by: list[list[Decision]] = [[] for _ in episode.payoffs]
    for decision in singly(episode.decisions):
        if INNER not in decision.aside:
            by[decision.seat].append(decision)
    return [_parrot(decisions, changes or {}) for decisions in by]


def singly(decisions: Iterable[Decision]) -> Iterator[Decision]:
    """Each answer as a decision of its own, where groups have answered together."""
    for decision in decisions:
        if not decision.seats:
            yield decision
        for seat, answer in decision.each() if decision.seats else ():
            yield Decision(decision.step, seat, decision.aside, decision.repeat, answer)


def _parrot(decisions: Sequence[Decision], changes: Mapping[Key, Answer]) -> Policy:
    left = iter(decisions)

    def policy(asked: Asked) -> Answer:
        old = next(left, None)
        if old is None or old.aside != asked.aside:
            raise Parted
        answer: Answer = changes.get(old.key, old.answer)
        if isinstance(answer, Forfeit) or asked.turn.ask.allows(answer):
            return answer
        raise Parted

    return policy
