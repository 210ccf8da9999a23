"""Leak tests by twins: two episodes that differ in one hidden thing, and what each seat heard.

A twin replays an episode with one private draw, or one answer, changed; every other answer stays
as it was recorded. Whoever may not know of the change must be told the same, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, TypeVar

from suasion.core.asks import Answer, Json
from suasion.core.chance import Chance, Draw, Recorded, Seeded, Source, Twin
from suasion.core.environment import AFRESH, Environment, Group, Policy
from suasion.core.episode import Episode, Key
from suasion.core.events import EVERYONE, Event, To
from suasion.core.play import Play, drive, groups_of
from suasion.testing.answers import anyone, changed, reworded
from suasion.testing.hearing import Heard, Hearing, listen, parrots, singly

T = TypeVar("T")
LineUp = Callable[[], Sequence[Policy | Group]]
"""Makes fresh scripts, one a seat."""
Knows = Callable[[int, int], bool]
"""Whether a seat may know of the change in a step."""


def hides(
    env: Environment[Any], seats: LineUp | None = None, episodes: int = 3, twins: int = 25
) -> None:
    """Fail if what is hidden shows in anything that a seat is told, in so many episodes."""
    make = seats or (lambda: [anyone] * len(env.seats()))
    for seed in range(episodes):
        line_up = make()
        play = Play(env, seed, groups=groups_of(line_up))
        keeps_secrets(env, drive(play, line_up), twins)


def keeps_secrets(env: Environment[Any], episode: Episode, twins: int) -> None:
    """Fail if a seat hears what it may not know; at most so many `twins` of each of three kinds."""
    source = Weighed(drawn(episode))
    usual = listen(Play(env, episode.header.seed, source), parrots(episode))
    _meaning_is_hidden(episode, usual)
    for hidden in spread(private(usual, source), twins):
        _draw_is_hidden(env, episode, usual, hidden)
    for key, answer in spread(rewordings(usual, episode), twins):
        _words_are_hidden(env, episode, usual, key, answer)
    for key, answer in spread(changes(usual, episode), twins):
        _answer_is_hidden(env, episode, usual, key, answer)


def drawn(episode: Episode) -> Source:
    """The rules' draws of an episode; where a change asks for more, or for others, any will do."""
    return Fitting(episode.draws, Seeded(episode.header.seed))


class Fitting(Recorded):
    """A record's draws, but for those that what is asked now has no place for."""

    def __init__(self, draws: Sequence[Draw], then: Source) -> None:
        super().__init__(draws, then)
        self._fresh = then

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        value = super().draw(name, n, k, weights)
        places = value if isinstance(value, list) else [value]
        fits = len(places) == max(1, k) and all(place < max(1, n) for place in places)
        return value if fits else self._fresh.draw(name, n, k, weights)


def spread(candidates: Iterator[T], many: int) -> list[T]:
    """At most so many of the candidates, evenly."""
    found = list(candidates)
    return [found[at * len(found) // many] for at in range(many)] if len(found) > many else found


# --- what is changed ---


class Weighed(Source):
    """Another source, and a note of the weights that each draw was made with."""

    def __init__(self, base: Source) -> None:
        self.base, self.kind = base, base.kind
        self.weights: dict[tuple[str, int], Sequence[float] | None] = {}
        self._seen: Counter[str] = Counter()

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        self.weights[name, self._seen[name]] = weights
        self._seen[name] += 1
        return self.base.draw(name, n, k, weights)


class Hidden(NamedTuple):
    """A draw that some seat may not know, and another value that it could have had."""

    name: str
    number: int
    other: Json


def private(usual: Hearing, source: Weighed) -> Iterator[Hidden]:
    """Every private draw of the rules, with each of a few other values."""
    for _, number, draw in numbered(usual.play.chance.log):
        if draw.known_to != EVERYONE:
            for other in others(draw, source.weights[draw.name, number]):
                yield Hidden(draw.name, number, other)


def numbered(log: Sequence[Draw]) -> Iterator[tuple[int, int, Draw]]:
    """Every draw with its place in the log and its number among those of its name."""
    seen: Counter[str] = Counter()
    for place, draw in enumerate(log):
        if draw.value is not None:
            yield place, seen[draw.name], draw
            seen[draw.name] += 1


def others(draw: Draw, weights: Sequence[float] | None) -> list[Json]:
    """A few other values that a draw could have had."""
    was = draw.value
    if isinstance(was, float):
        return [(was + 0.5) % 1, 1 - was - 2**-53]
    if isinstance(was, int):
        possible = [at for at in range(draw.of) if at != was and (not weights or weights[at])]
        return [possible[at] for at in {0, len(possible) - 1}] if possible else []
    turned = [*was[1:], was[0]]
    left_out = [at for at in range(draw.of) if at not in was]
    swapped = [[left_out[0], *was[1:]]] if left_out else []
    return [each for each in (turned, *swapped) if each != was]


def rewordings(usual: Hearing, episode: Episode) -> Iterator[tuple[Key, Answer]]:
    """Every answer in other free words, every forfeit with another reason."""
    asks = {asked.key: asked.turn.ask for asked in usual.asked()}
    for decision in singly(episode.decisions):
        for other in reworded(asks[decision.key], decision.answer):
            yield decision.key, other


def changes(usual: Hearing, episode: Episode) -> Iterator[tuple[Key, Answer]]:
    """Every answer with one thing of it changed."""
    asks = {asked.key: asked.turn.ask for asked in usual.asked()}
    chance = Chance(Seeded(episode.header.seed))
    for decision in singly(episode.decisions):
        for other in changed(asks[decision.key], decision.answer, chance):
            yield decision.key, other


# --- who may know ---


def _meaning_is_hidden(episode: Episode, usual: Hearing) -> None:
    """The rules hear answers only: without what scripts meant, everything stays."""
    plain = [event._replace(truth=_unmeant(event)) for event in episode.events]
    again = [event._replace(truth=_unmeant(event)) for event in usual.play.board.events]
    if plain != again:
        raise AssertionError("the events depend on more than answers and draws")


def _unmeant(event: Event) -> Mapping[str, Json]:
    return {key: value for key, value in event.truth.items() if key != "meant"}


def _draw_is_hidden(
    env: Environment[Any], episode: Episode, usual: Hearing, hidden: Hidden
) -> None:
    source = Twin(drawn(episode), {(hidden.name, hidden.number): hidden.other})
    twin = listen(Play(env, episode.header.seed, source), parrots(episode))
    known = [found for each in (usual, twin) for found in may_know(each.play.chance.log, hidden)]

    def knows(seat: int, step: int) -> bool:
        return any(step >= since and (to == EVERYONE or seat in to) for since, to in known)

    blame = f"what chance drew as {hidden.name!r} (draw {hidden.number} of that name)"
    _same(usual, twin, knows, blame, until_told=False)


def may_know(log: Sequence[Draw], hidden: Hidden) -> Iterator[tuple[int, To]]:
    """From which step who may know a draw: those it is known to, and who it is revealed to."""
    mine = [p for p, number, d in numbered(log) if (d.name, number) == hidden[:2]]
    for place in mine:
        yield 0, log[place].known_to
        for later in log[place:]:
            if later.name == hidden.name and later.value is None:
                yield later.step, later.known_to


def _words_are_hidden(
    env: Environment[Any], episode: Episode, usual: Hearing, key: Key, answer: Answer
) -> None:
    """Whoever was not told the words is told the same ever after."""
    twin = _with(env, episode, key, answer)
    step, seat, aside, _ = key
    told = {seat} if not aside else set()
    for one, two in zip_longest(usual.of_step(step), twin.of_step(step)):
        if one != two and not aside:
            for event in filter(None, (one, two)):
                told |= set(event.audience(usual.play.seats))
    blame = f"the words of seat {seat} in step {step}, which went to {sorted(told)} only"
    _same(usual, twin, lambda seat, _: seat in told, blame, until_told=False)


def _answer_is_hidden(
    env: Environment[Any], episode: Episode, usual: Hearing, key: Key, answer: Answer
) -> None:
    """What another seat answered shows in nothing before an event has told of it."""
    twin = _with(env, episode, key, answer)
    mine = key[1] if not key[2] else None
    blame = f"the answer of seat {key[1]} in step {key[0]}, which no event had told it"
    _same(usual, twin, lambda seat, _: seat == mine, blame, until_told=True)


def _with(env: Environment[Any], episode: Episode, key: Key, answer: Answer) -> Hearing:
    changed = parrots(episode, {key: answer})
    return listen(Play(env, episode.header.seed, drawn(episode)), changed)


def _same(usual: Hearing, twin: Hearing, knows: Knows, blame: str, *, until_told: bool) -> None:
    """Fail if a seat that may not know hears a difference before news may bring one."""
    for seat, (mine, theirs) in enumerate(zip(usual.by_seat, twin.by_seat, strict=True)):
        for one, two in zip(mine, theirs, strict=False):
            if knows(seat, one.step) or (until_told and _news(one) != _news(two)):
                break
            if (until_told or _afresh(one)) and one.told() != two.told():
                two = _with_the_same_in_view(usual, one, two)
            if one.told() != two.told():
                raise AssertionError(
                    f"seat {seat} was told in step {one.step} of {blame}:\n{_difference(one, two)}"
                )


def _afresh(heard: Heard) -> bool:
    """Whether a seat was asked as one that is told nothing but what it is shown."""
    return heard.asked is not None and AFRESH in heard.asked.turn.situation


def _news(heard: Heard) -> tuple[bytes, bytes]:
    return heard.news, heard.came


def _with_the_same_in_view(usual: Hearing, one: Heard, two: Heard) -> Heard:
    """What a seat would have heard in the twin, had the parts that show the world not changed."""
    visible = usual.play.env.visible
    if not visible or one.asked is None or two.asked is None:
        return two
    turn, was = two.asked.turn, one.asked.turn.situation
    kept = {key: value for key, value in turn.situation.items() if key not in visible}
    shown = {key: was[key] for key in visible if key in was}
    situation = {**kept, **shown}
    return usual.heard(two.asked._replace(turn=turn._replace(situation=situation)))


def _difference(one: Heard, two: Heard) -> str:
    """Each part that differs, from shortly before the first difference."""
    names = ("news", "situation, ask and seconds", "words")
    lines = []
    for name, a, b in zip(names, one.told(), two.told(), strict=True):
        if a != b:
            apart = (at for at, (x, y) in enumerate(zip(str(a), str(b), strict=False)) if x != y)
            since = max(0, next(apart, min(len(a), len(b))) - 60)
            shown = [str(text)[since : since + 200] for text in (a, b)]
            lines.append(f"{name}: …{shown[0]}\n  with the change: …{shown[1]}")
    return "\n".join(lines)
