"""What twins change, and who may know: the parts of the leak tests, each by itself."""

import pytest

from suasion.core.asks import Forfeit, Json
from suasion.core.chance import Chance, Draw, Seeded
from suasion.core.events import EVERYONE, NOBODY
from suasion.core.play import Play, drive
from suasion.testing.answers import anyone
from suasion.testing.hearing import listen, parrots
from suasion.testing.leaks import (
    Hidden,
    Weighed,
    changes,
    hides,
    may_know,
    numbered,
    others,
    private,
    rewordings,
    spread,
)
from suasion.testing.lemons import Lemons, honest, liar, trusting

EPISODE = drive(Play(Lemons(survey=True), 0), [liar, trusting, anyone])


def drawn(value: Json, of: int) -> Draw:
    return Draw("d", value, of, NOBODY, 0)


@pytest.mark.parametrize(
    ("draw", "weights", "expected"),
    [
        (drawn(1, 4), None, [0, 3]),
        (drawn(0, 2), None, [1]),
        (drawn(0, 1), None, []),
        (drawn(0, 3), (1, 0, 2), [2]),
        (drawn(0, 3), (1, 0, 0), []),
        (drawn([0, 1, 2], 3), None, [[1, 2, 0]]),
        (drawn([2, 0], 4), None, [[0, 2], [1, 0]]),
        (drawn([1], 3), None, [[0]]),
        (drawn([0], 1), None, []),
        (drawn(0.25, 0), None, [0.75, 0.75 - 2**-53]),
    ],
)
def test_a_draw_is_changed_to_what_it_could_have_been(
    draw: Draw, weights: tuple[float, ...] | None, expected: list[Json]
) -> None:
    assert others(draw, weights) == expected


def test_a_number_stays_in_its_range() -> None:
    for value in (0.0, 0.5, 1 - 2**-53):
        assert all(0 <= other < 1 for other in others(drawn(value, 0), None))


def test_candidates_are_spread_evenly_and_all_taken_when_few() -> None:
    assert spread(iter(range(100)), 4) == [0, 25, 50, 75]
    assert spread(iter(range(3)), 4) == [0, 1, 2]
    assert spread(iter(()), 4) == []


def test_a_draw_is_known_to_some_at_once_and_to_others_when_it_is_revealed() -> None:
    log = [
        Draw("a", 0, 2, (0,), 0),
        Draw("b", 0, 2, NOBODY, 0),
        Draw("a", None, 0, (1,), 3),
        Draw("a", 0, 2, (0,), 3),
        Draw("b", None, 0, EVERYONE, 4),
        Draw("a", None, 0, EVERYONE, 5),
    ]
    assert list(may_know(log, Hidden("a", 0, 1))) == [(0, (0,)), (3, (1,)), (5, EVERYONE)]
    assert list(may_know(log, Hidden("a", 1, 1))) == [(0, (0,)), (5, EVERYONE)]
    assert list(may_know(log, Hidden("b", 0, 1))) == [(0, NOBODY), (4, EVERYONE)]
    assert list(may_know(log, Hidden("a", 2, 1))) == []
    assert [(place, number) for place, number, _ in numbered(log)] == [(0, 0), (1, 0), (3, 1)]


def test_every_private_draw_is_changed_and_no_public_one() -> None:
    source = Weighed(Seeded(0))
    usual = listen(Play(Lemons(), 0, source), parrots(drive(Play(Lemons(), 0), [anyone] * 3)))
    hidden = list(private(usual, source))
    assert {(h.name, h.number) for h in hidden} == {
        (name, number) for name in ("quality", "dents") for number in range(3)
    }
    sure = Weighed(Seeded(0))
    env = Lemons(share_good=1)
    usual = listen(Play(env, 0, sure), parrots(drive(Play(env, 0), [anyone] * 3)))
    assert {h.name for h in private(usual, sure)} == {"dents"}


def test_every_whisper_and_every_reason_is_reworded_and_every_answer_changed() -> None:
    usual = listen(Play(Lemons(survey=True), 0), parrots(EPISODE))
    asked = {d.key for d in EPISODE.decisions}
    spoken = {d.key for d in EPISODE.decisions if d.seat == 0 or isinstance(d.answer, Forfeit)}
    assert {key for key, _ in rewordings(usual, EPISODE)} == spoken
    answered = {d.key for d in EPISODE.decisions if not isinstance(d.answer, Forfeit)}
    assert {key for key, _ in changes(usual, EPISODE)} == answered <= asked


def test_a_parrot_stops_where_its_answer_does_not_fit() -> None:
    short = drive(Play(Lemons(cars=1), 0), [anyone] * 3)
    hearing = listen(Play(Lemons(cars=2), 0), parrots(short))
    assert [[heard.step for heard in each] for each in hearing.by_seat] == [[0, 2], [1], [1]]
    wrong = parrots(short, {short.decisions[0].key: "buy"})
    assert [len(each) for each in listen(Play(Lemons(cars=1), 0), wrong).by_seat] == [1, 0, 0]
    other = listen(Play(Lemons(cars=1, survey=True), 0), parrots(short))
    assert [len(each) for each in other.by_seat] == [1, 1, 0]


def test_what_is_left_to_tell_at_the_end_is_heard_too() -> None:
    hearing = listen(
        Play(Lemons(cars=1), 0),
        parrots(drive(Play(Lemons(cars=1), 0), [honest, trusting, trusting])),
    )
    assert [each[-1].asked for each in hearing.by_seat] == [None] * 3
    assert all("chose" in each[-1].words for each in hearing.by_seat)


def test_the_market_keeps_its_secrets_whoever_plays() -> None:
    for line_up in ([honest, trusting, trusting], [liar, trusting, anyone], [anyone] * 3):
        hides(Lemons(survey=True), lambda seats=line_up: seats, episodes=4)  # type: ignore[misc]


def test_chance_alone_decides_what_a_twin_differs_in() -> None:
    source = Weighed(Seeded(5))
    chance, plain = Chance(source), Chance(Seeded(5))
    for one in (chance, plain):
        one.pick("a", "xyz", (1, 2, 3))
        one.sample("a", "xyz", 2)
    assert chance.log == plain.log
    assert source.weights == {("a", 0): (1, 2, 3), ("a", 1): None}
