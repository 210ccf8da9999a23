"""What if: play an episode again with one thing changed, and the rest played on.

Three things can be changed: an answer, what a channel delivers, a draw. Everything up to the
step `through` stands as recorded, at no cost; from there the seats are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suasion.core.asks import Answer, Json
from suasion.core.chance import Draw, Recorded, Source, Twin
from suasion.core.environment import Environment
from suasion.core.episode import Decision, Episode, Key, all_draws
from suasion.core.events import NOTHING
from suasion.core.play import EDITED, Play, Seats, drive, together
from suasion.core.replay import replaying, same_rules
from suasion.core.views import Channel, Delivery, as_recorded


@dataclass(frozen=True)
class Edit:
    """What is changed. With nothing changed it is the null fork that others are held against."""

    through: int
    """The last step that stands: decisions of this step and later are asked anew."""
    answers: Mapping[Key, Answer] = field(default_factory=dict)
    """In place of recorded ones; `NULL` takes an answer out."""
    deliveries: Sequence[Channel] = ()
    draws: Mapping[tuple[str, int], Json] = field(default_factory=dict)
    """By name and number, counted from 0; values as in the draw log."""
    seed: int | None = None
    """Fresh chance after `through`; `None` keeps the streams of the original (paired), which
    only an episode that was all drawn from its own seed has."""


def fork(
    env: Environment[Any],
    episode: Episode,
    edit: Edit,
    channels: Sequence[Channel] = (),
    seats: Seats = (),
) -> tuple[Play[Any], list[Decision]]:
    """A play and the record to drive it with.

    `channels` are those that the episode was played with; they work on after `through`. `seats`
    is the line-up that will drive it. Raises OtherRules where the record is of other rules.
    """
    same_rules(env, episode)
    header = episode.header
    past = [as_recorded(episode.changed, edit.through, channels)]
    chain = past if channels or episode.changed else []
    base = _base(env, episode, edit)
    play = Play(
        env,
        header.seed,
        Twin(base, edit.draws),
        channels=[*chain, *edit.deliveries],
        named=header.channels,
        groups=together(seats, episode.decisions),
    )
    if isinstance(base, Past):
        base.step = lambda: play.step
    kept = (decision for decision in episode.decisions if decision.step < edit.through)
    return play, [_edited(decision, edit.answers) for decision in kept]


def _base(env: Environment[Any], episode: Episode, edit: Edit) -> Source:
    """The chance of the original, or its draws up to the fork and fresh ones from there."""
    seed, then = episode.header.seed, edit.seed
    own = env.source(seed)
    if then is None and own.kind == episode.header.source:
        return own
    fresh = Source() if then is None else env.source(then)
    return Past(all_draws(episode, edit.through), fresh, edit.through)


class Past(Source):
    """The draws of a record up to a step, and others after it.

    What an edit left undrawn by then is never drawn later: chance would be half old, half fresh.
    """

    def __init__(self, draws: Iterable[Draw], then: Source, through: int) -> None:
        self._past, self._then, self._through = Recorded(draws, then), then, through
        self.step: Callable[[], int] = lambda: 0
        """Where the play stands that draws."""

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        source = self._past if self.step() <= self._through else self._then
        return source.draw(name, n, k, weights)


def _edited(decision: Decision, answers: Mapping[Key, Answer]) -> Decision:
    if decision.key not in answers:
        return decision
    answer = answers[decision.key]
    return decision._replace(answer=answer, raw=None, notes=(EDITED,), meant=NOTHING)


def steps_of(env: Environment[Any], episode: Episode) -> list[int]:
    """For each event, the step whose rules made it; 0 for what was there before any answer."""
    steps: list[int] = []

    def note(_: Decision | None = None) -> None:
        steps.extend([play.step] * (play.board.here - len(steps)))

    play = replaying(env, episode, note)
    drive(play, [None] * play.seats, episode.decisions)
    note()
    return steps


def drop(event: int, seat: int) -> Channel:
    """Never deliver an event to a seat."""
    return _only(event, seat, lambda _: [])


def delay(event: int, seat: int, steps: int) -> Channel:
    """Deliver an event to a seat so many steps later."""
    return _only(event, seat, lambda sent: [sent._replace(late=sent.late + steps)])


def reroute(event: int, seat: int, to: int) -> Channel:
    """Deliver a seat's copy of an event to another."""
    return _only(event, seat, lambda sent: [sent._replace(seat=to)])


def rewrite(event: int, seat: int, **data: Json) -> Channel:
    """Deliver an event to a seat with other data."""

    def rewritten(sent: Delivery) -> list[Delivery]:
        return [sent._replace(event=sent.event._replace(data={**sent.event.data, **data}))]

    return _only(event, seat, rewritten)


def _only(event: int, seat: int, change: Callable[[Delivery], list[Delivery]]) -> Channel:
    return lambda sent, _: change(sent) if (sent.id, sent.seat) == (event, seat) else [sent]
