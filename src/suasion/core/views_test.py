"""Who is told what, when; and what is kept."""

import pytest

from suasion.core.events import EVERYONE, NOBODY, Event
from suasion.core.views import Board


def kinds(board: Board, seat: int, before: int | None = None, keep: bool = False) -> list[str]:
    return [event.kind for event in board.news(seat, before, keep)]


def test_news_is_what_came_since_last_read_in_order() -> None:
    board = Board(2)
    board.emit("a")
    board.emit("b", to=(1,))
    assert kinds(board, 1) == ["a", "b"]
    assert kinds(board, 1) == []
    board.emit("c", to=(0,))
    board.emit("d")
    board.emit("e", to=NOBODY)
    assert kinds(board, 1) == ["d"]
    assert kinds(board, 0) == ["a", "c", "d"]
    board.emit("f", to=(0,))
    assert kinds(board, 0) == ["f"]


def test_an_id_is_the_place_of_an_event() -> None:
    board = Board(1)
    assert board.here == 0
    assert [board.emit("a"), board.emit("b", to=NOBODY), board.here] == [0, 1, 2]


def test_a_public_event_is_kept_once_whatever_the_number_of_seats() -> None:
    board = Board(10_000)
    for _ in range(10):
        board.emit("a")
    assert len(board._shared) == 10
    assert not any(board._own)


def test_the_truth_and_the_other_recipients_are_never_told() -> None:
    board = Board(3)
    board.emit("said", 0, {"text": "good"}, (0, 1), truth={"quality": "lemon"})
    board.emit("shown", 0, {"text": "good"}, EVERYONE, truth={"quality": "lemon"})
    board.emit("plain", 0, {"text": "good"})
    assert board.news(1, None, False) == [
        Event("said", 0, {"text": "good"}),
        Event("shown", 0, {"text": "good"}),
        Event("plain", 0, {"text": "good"}),
    ]
    assert board.events[0] == Event("said", 0, {"text": "good"}, (0, 1), {"quality": "lemon"})


def test_a_horizon_leaves_the_rest_for_later() -> None:
    board = Board(2)
    for kind, to in (("a", EVERYONE), ("b", (1,)), ("c", EVERYONE), ("d", (1,))):
        board.emit(kind, to=to)
    assert kinds(board, 1, before=2) == ["a", "b"]
    assert kinds(board, 1, before=1) == []
    assert kinds(board, 1, before=3) == ["c"]
    assert kinds(board, 1) == ["d"]


def test_news_that_is_kept_is_still_news() -> None:
    board = Board(2)
    board.emit("a")
    board.emit("b", to=(1,))
    assert kinds(board, 1, before=1, keep=True) == ["a"]
    assert kinds(board, 1, keep=True) == ["a", "b"]
    assert kinds(board, 1) == ["a", "b"]


@pytest.mark.parametrize("audience", ["nobody", "0", ""])
def test_a_mistyped_audience_is_refused_and_never_taken_for_everyone(audience: str) -> None:
    with pytest.raises(ValueError, match=f"event 'a' goes to '{audience}': expected 'everyone'"):
        Board(2).emit("a", to=audience)


def test_a_list_of_seats_tells_these_seats_only() -> None:
    board = Board(2)
    board.emit("a", to=[0])  # type: ignore[arg-type]  # what an untyped environment might do
    assert kinds(board, 0) == ["a"]
    assert kinds(board, 1) == []


def test_what_was_meant_goes_to_the_truth_of_that_seats_events_only() -> None:
    board = Board(2)
    board.meant = {0: {"plan": "break"}}
    board.emit("a", 0, truth={"own": 1})
    board.emit("b", 1)
    board.emit("c")
    assert [event.truth for event in board.events] == [
        {"own": 1, "meant": {"plan": "break"}},
        {},
        {},
    ]
    assert [event.truth for event in board.news(0, None, False)] == [{}, {}, {}]


def test_who_an_event_reaches() -> None:
    assert Event("a").reaches(5)
    assert Event("a", to=(1,)).reaches(1)
    assert not Event("a", to=(1,)).reaches(0)
    assert not Event("a", to=NOBODY).reaches(0)
