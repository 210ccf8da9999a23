"""Events in columns, and scripts that answer for many seats at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from suasion.core.asks import Answer, Choose, Json
from suasion.core.chance import Chance
from suasion.core.environment import (
    Asked,
    AskedMany,
    Environment,
    Group,
    Live,
    Out,
    Policy,
    Reply,
    Seat,
    Turn,
)
from suasion.core.episode import Episode
from suasion.core.events import EACH, EVERYONE, Event
from suasion.core.fork import Edit, fork, steps_of
from suasion.core.play import Diverged, Play, drive, groups_in, groups_of, rounds
from suasion.core.replay import replay
from suasion.core.views import Board, Delivery

ASK = Choose(("up", "down"))
SIDES = Turn(ASK), Turn(ASK)
"""Two turns that ask the same: seats that share one are asked together."""


@dataclass(frozen=True)
class Crowd(Environment[list[int]]):
    """Each seat is told what its left neighbour did, and goes up or down."""

    size: int = 7
    days: int = 4
    sides: bool = False
    """Whether odd seats are asked by a turn of their own."""
    name = "crowd"

    def seats(self) -> Sequence[Seat]:
        return [Seat(f"s{seat}") for seat in range(self.size)]

    def open(self, chance: Chance, out: Out) -> list[int]:
        heights = [int(unit * 3) for unit in chance.block("heights", self.size, EVERYONE)]
        self._tell(heights, 0, out)
        return [0, *heights]

    def turns(self, state: list[int]) -> Mapping[int, Turn]:
        seats = range(self.size) if state[0] < self.days else ()
        return {seat: SIDES[self.sides and seat % 2] for seat in seats}

    def step(
        self, state: list[int], answers: Mapping[int, Answer], chance: Chance, out: Out
    ) -> list[int]:
        assert list(answers) == sorted(answers)
        for seat, answer in answers.items():
            state[1 + seat] += 1 if answer == "up" else -1
        state[0] += 1
        if chance.uniform("whisper", EVERYONE) < 0.6:
            out.emit("whisper", None, {"day": state[0]}, (0, 2))
        self._tell(state[1:], state[0], out)
        return state

    def _tell(self, heights: list[int], day: int, out: Out) -> None:
        seats = list(range(0, self.size, 1 + day % 2))
        left = [heights[seat - 1] for seat in seats]
        out.emit("left", None, {"day": day, "seat": seats, "height": left}, EACH)

    def payoffs(self, state: list[int]) -> Sequence[float]:
        return [float(height) for height in state[1:]]

    def brief(self, seat: int) -> str:
        return f"Seat {seat}: go up or down."

    def tell(self, event: Event, seat: int) -> str:
        return f"{event.kind} {dict(event.data)}"


@dataclass(frozen=True)
class Shifts(Crowd):
    """The same, but on every other day only even seats are asked, by the turn of all."""

    def turns(self, state: list[int]) -> Mapping[int, Turn]:
        seats = range(0, self.size, 2 - state[0] % 2) if state[0] < self.days else ()
        return dict.fromkeys(seats, SIDES[0])


def contrary(asked: Asked) -> Answer:
    """Go where the left neighbour is not; down where nothing was told, or after a whisper."""
    last = asked.news[-1].data.get("height") if asked.news else None
    whispered = any(event.kind == "whisper" for event in asked.news)
    return "up" if last is not None and last < 1 and not whispered else "down"


def contrary_many(asked: AskedMany) -> Sequence[Json]:
    height: dict[int, int] = {}
    for event in asked.news:
        if event.to == EACH:
            height = dict(zip(event.data["seat"], event.data["height"], strict=True))
    ups = {seat for seat, here in height.items() if here < 1 and not asked.own.get(seat)}
    return ["up" if seat in ups else "down" for seat in asked.seats]


def played(env: Crowd, seats: Sequence[Policy | Group], seed: int = 3) -> Episode:
    return drive(Play(env, seed, groups=groups_of(seats)), seats)


def alone(env: Crowd) -> list[Policy | Group]:
    return [contrary] * env.size


def grouped(env: Crowd) -> list[Policy | Group]:
    return [Group(contrary_many)] * env.size


@pytest.mark.parametrize("env", [Crowd(), Crowd(sides=True)])
def test_rules_cannot_tell_a_group_from_as_many_scripts(env: Crowd) -> None:
    mixed = grouped(env)
    mixed[2] = mixed[5] = contrary
    one, many, some = (played(env, seats) for seats in (alone(env), grouped(env), mixed))
    assert one.events == many.events == some.events
    assert one.payoffs == many.payoffs == some.payoffs
    answers = [
        {(d.step, seat): answer for d in episode.decisions for seat, answer in d.each()}
        for episode in (one, many, some)
    ]
    assert answers[0] == answers[1] == answers[2]


def test_seats_of_a_group_that_were_last_asked_on_other_days_are_asked_apart() -> None:
    heard: dict[tuple[int, int], list[str]] = {}

    def listening(asked: Asked) -> Answer:
        heard[asked.step, asked.seat] = sorted(map(repr, asked.news))
        return contrary(asked)

    def listening_many(asked: AskedMany) -> Sequence[Json]:
        for seat in asked.seats:
            rows = [event.row(seat) if event.to == EACH else event for event in asked.news]
            own = asked.own.get(seat, ())
            heard[asked.step, seat] = sorted(repr(told) for told in (*rows, *own) if told)
        return contrary_many(asked)

    env = Shifts(days=6)
    one = played(env, [listening] * env.size)
    alone, heard = heard, {}
    many = played(env, [Group(listening_many)] * env.size)
    assert heard == alone
    assert one.events == many.events
    assert [d.seats for d in many.decisions[:3]] == [(0, 2, 4, 6), (0, 2, 4, 6), (1, 3, 5)]
    assert replay(env, many) == many


def test_a_group_answers_once_for_all_that_share_a_turn() -> None:
    assert [len(d.seats) for d in played(Crowd(), grouped(Crowd())).decisions] == [7] * 4
    by_side = played(Crowd(sides=True), grouped(Crowd())).decisions
    assert [d.seats for d in by_side[:2]] == [(0, 2, 4, 6), (1, 3, 5)]


@pytest.mark.parametrize("env", [Crowd(), Crowd(sides=True)])
def test_a_grouped_record_replays_alone_and_audited(env: Crowd) -> None:
    episode = played(env, grouped(env))
    assert replay(env, episode) == episode
    assert replay(env, episode, grouped(env)) == episode
    read = Episode.from_json(episode.to_json())
    assert read == episode
    assert replay(env, read).digest() == episode.digest()


def test_a_group_that_does_not_repeat_itself_is_found() -> None:
    episode = played(Crowd(), grouped(Crowd()))
    other = Group(lambda asked: ["up"] * len(asked.seats))
    with pytest.raises(Diverged, match=r"\(0, 0, '', 0\)"):
        replay(Crowd(), episode, [other] * 7)


@pytest.mark.parametrize("said", [["up"], "up", ["up"] * 8, ["up"] * 6 + ["left"], None])
def test_what_a_group_says_must_be_one_legal_answer_a_seat(said: Json) -> None:
    group = Group(lambda asked: said)
    with pytest.raises(ValueError, match=r"7 seats were asked|one answered 'left'"):
        played(Crowd(), [group] * 7)


def test_a_group_that_the_play_was_not_told_of_is_named() -> None:
    with pytest.raises(TypeError, match="a group holds seat 0: give Play groups_of"):
        drive(Play(Crowd(), 0), grouped(Crowd()))


def test_a_group_and_awaited_seats_answer_side_by_side() -> None:
    env, seats = Crowd(), [*grouped(Crowd())]

    async def never(*_: object) -> Reply:
        raise AssertionError

    line_up = [*seats[:3], Live(never), *seats[4:]]
    play = Play(env, 3, groups=groups_of(line_up))
    for waiting in rounds(play, line_up):
        [asked] = waiting
        assert isinstance(asked, Asked)
        assert asked.seat == 3
        play.answer(asked, Reply(f'"{contrary(asked)}"'))
    assert play.episode().events == played(env, alone(env)).events


def test_a_fork_of_a_grouped_episode_keeps_what_stands() -> None:
    env = Crowd()
    episode = played(env, grouped(env))
    seats = grouped(env)
    play, record = fork(env, episode, Edit(through=2), seats=seats)
    assert drive(play, seats, record).digest() == episode.digest()
    steps = steps_of(env, episode)
    assert steps == sorted(steps)
    assert steps[-1] == env.days


def test_the_groups_of_a_record_are_who_answered_together() -> None:
    episode = played(Crowd(sides=True), grouped(Crowd()))
    assert groups_in(episode.decisions) == [[0, 2, 4, 6], [1, 3, 5]]
    assert groups_in(played(Crowd(), alone(Crowd())).decisions) == []


# --- columns ---


def test_each_seat_is_told_its_row() -> None:
    board = Board(4)
    board.emit("met", None, {"day": 1, "seat": [2, 0], "who": [[1], [3]]}, EACH)
    assert board.news(2, None, False) == [Event("met", None, {"day": 1, "seat": 2, "who": [1]})]
    assert board.news(0, None, False) == [Event("met", None, {"day": 1, "seat": 0, "who": [3]})]
    assert board.news(1, None, False) == []
    assert [board.delivered(0, seat) for seat in range(4)] == [True, False, True, False]
    assert list(board.events[0].audience(4)) == [2, 0]


def test_columns_go_through_channels_row_by_row() -> None:
    def lossy(sent: Delivery, _: Chance) -> list[Delivery]:
        return [] if sent.seat == 0 else [sent]

    board = Board(3, [lossy])
    board.emit("met", None, {"seat": [0, 1, 2], "who": [1, 2, 0]}, EACH)
    assert board.news(0, None, False) == []
    assert board.news(1, None, False) == [Event("met", None, {"seat": 1, "who": 2})]
    assert board.changed == [[0, 0, []]]
    assert not board.delivered(0, 0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"who": [1]}, "no column 'seat'"),
        ({"seat": [1, 1], "who": [1, 2]}, "no column 'seat' of different seats"),
        ({"seat": [0, 1], "who": [1]}, "the column 'who' has 1 rows for 2 seats"),
    ],
)
def test_what_is_no_column_is_refused(data: Mapping[str, Json], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Board(2).emit("met", None, data, EACH)


def test_a_group_is_told_the_rows_of_its_seats_in_their_order() -> None:
    board = Board(4)
    board.emit("met", None, {"seat": [3, 0, 1], "who": [7, 8, 9]}, EACH)
    board.emit("note", None, {"text": "x"}, (1,))
    news, own = board.news_of((0, 1, 2), None, False)
    assert news == [Event("met", None, {"seat": [0, 1], "who": [8, 9]}, EACH)]
    assert own == {1: [Event("note", None, {"text": "x"})]}
    assert board.news_of((0, 1, 2), None, False) == ([], {})
    assert board.news(3, None, False) == [Event("met", None, {"seat": 3, "who": 7})]


@dataclass(frozen=True)
class Late(Crowd):
    """The first seat is never asked."""

    name = "late"

    def turns(self, state: list[int]) -> Mapping[int, Turn]:
        return {seat: turn for seat, turn in super().turns(state).items() if seat}


def tossed_many(asked: AskedMany) -> Sequence[Json]:
    return [asked.chance.pick("toss", ("up", "down")) for _ in asked.seats]


def test_a_group_draws_under_one_name_whoever_of_it_is_asked() -> None:
    env, seats = Late(), [Group(tossed_many)] * 7
    episode = played(env, seats)
    assert replay(env, episode, seats) == episode
    assert replay(env, episode) == episode


def test_a_group_of_all_that_have_rows_is_told_the_same_columns_uncopied() -> None:
    data = {"seat": [0, 1, 2], "who": [7, 8, 9]}
    event = Event("met", None, data, EACH, {"hidden": 1})
    cut = event.cut((0, 1, 2))
    assert cut is not None
    assert cut.data is data
    assert cut.truth == {}
    other = event.cut((0, 2, 1))
    assert other is not None
    assert other.data == {"seat": [0, 2, 1], "who": [7, 9, 8]}


def test_a_group_reads_up_to_a_horizon_and_keeps_what_it_only_looks_at() -> None:
    board = Board(3)
    board.emit("met", None, {"seat": [0, 1, 2], "who": [1, 2, 0]}, EACH)
    board.emit("note", None, {"text": "a"}, (1,))
    horizon = board.here
    board.emit("note", None, {"text": "b"}, (1,))
    board.emit("public")
    looked = board.news_of((0, 1), horizon, True)
    assert [event.kind for event in looked[0]] == ["met"]
    assert looked[1] == {1: [Event("note", None, {"text": "a"})]}
    assert board.news_of((0, 1), horizon, False) == looked
    later = board.news_of((0, 1), None, False)
    assert later == ([Event("public")], {1: [Event("note", None, {"text": "b"})]})
    assert board.news_of((0, 1), None, False) == ([], {})
    assert [event.kind for event in board.news(2, None, False)] == ["met", "public"]


@dataclass(frozen=True)
class Backward(Crowd):
    """Seats are asked from the last to the first, by two turns."""

    name = "backward"
    sides: bool = True

    def turns(self, state: list[int]) -> Mapping[int, Turn]:
        return dict(sorted(super().turns(state).items(), reverse=True))


def test_the_parts_of_a_group_draw_in_the_order_of_the_record() -> None:
    env, seats = Backward(size=6), [Group(tossed_many)] * 6
    episode = played(env, seats)
    assert replay(env, episode, seats) == episode
