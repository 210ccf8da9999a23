"""Who is told what, when; and what is kept."""

from collections.abc import Iterable

import pytest

from suasion.core.chance import Chance, Seeded
from suasion.core.events import EACH, EVERYONE, NOBODY, Event
from suasion.core.views import Board, Channel, Delivery, as_recorded


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


# --- channels ------------------------------------------------------------------------------------


def through(seats: int, *channels: Channel) -> Board:
    return Board(seats, channels, Chance(Seeded(0), "channel/"))


def late(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
    return [sent._replace(late=2)] if sent.event.kind == "slow" else [sent]


def lost(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
    return []


def tap(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
    return [sent, sent._replace(seat=2)] if sent.seat != 2 else [sent]


def louder(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
    text = sent.event.data["text"] + "!"
    return [sent._replace(event=sent.event._replace(data={**sent.event.data, "text": text}))]


def test_what_is_late_arrives_when_due_and_is_delivered_only_then() -> None:
    board = through(2, late)
    letter = board.emit("slow", 0, {"text": "hi"}, (0, 1))
    for step, come in ((1, False), (2, True)):
        board.tick(step)
        assert board.delivered(letter, 1) == come
        assert kinds(board, 1) == (["slow"] if come else [])
    assert board.delivered(letter, 0)
    assert board.changed == [[0, 1, [[1, 2, {"text": "hi"}]]]]


def test_what_is_late_is_told_after_what_came_meanwhile() -> None:
    board = through(1, late)
    board.emit("slow", to=(0,))
    board.emit("quick")
    assert kinds(board, 0) == ["quick"]
    board.emit("next")
    board.tick(2)
    assert kinds(board, 0, before=3) == ["next"]
    assert kinds(board, 0) == ["slow"]


def test_ones_own_words_do_not_travel() -> None:
    board = through(3, lost)
    letter = board.emit("letter", 0, {"text": "hi"}, EVERYONE)
    assert kinds(board, 0) == ["letter"]
    assert kinds(board, 1) == kinds(board, 2) == []
    assert [board.delivered(letter, seat) for seat in range(3)] == [True, False, False]
    assert board.changed == [[0, 1, []], [0, 2, []]]


def test_an_eavesdropper_is_told_too_and_the_record_says_so() -> None:
    board = through(3, tap)
    letter = board.emit("letter", 0, {"text": "hi"}, (0, 1))
    assert kinds(board, 2) == ["letter"]
    assert board.delivered(letter, 2)
    assert board.events[0].to == (0, 1)
    assert board.changed == [[0, 1, [[1, 0, {"text": "hi"}], [2, 0, {"text": "hi"}]]]]


def test_links_work_one_after_the_other_on_what_the_last_one_made() -> None:
    board = through(3, louder, tap, louder)
    board.emit("letter", 0, {"text": "hi"}, (1,))
    assert [board.news(seat, None, False)[0].data["text"] for seat in (1, 2)] == ["hi!!", "hi!!"]
    assert board.events[0].data == {"text": "hi"}, "the event is recorded as it was made"


def test_a_link_knows_whom_an_event_was_sent_to_and_the_seats_do_not() -> None:
    sent_to = []

    def notes(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
        sent_to.append(sent.to)
        return [sent]

    board = through(3, notes)
    board.emit("letter", 0, {}, (0, 1))
    board.emit("rows", None, {"seat": [1], "x": [5]}, EACH)
    board.emit("shout", 0)
    assert sent_to == [(0, 1), EACH, EVERYONE, EVERYONE]
    assert [event.to for event in board.news(1, None, False)] == [EVERYONE] * 3


def test_a_channel_that_changes_nothing_leaves_no_trace() -> None:
    board = through(2, lambda sent, chance: [sent])
    board.emit("letter", 0, {"text": "hi"}, (0, 1))
    assert board.changed == []
    assert kinds(board, 1) == ["letter"]


def test_a_row_of_columns_travels_like_a_letter() -> None:
    board = through(9, lambda sent, chance: [] if sent.seat == 3 else [sent])
    feed = board.emit("feed", None, {"seat": [3, 7], "shown": [[1], [2]]}, EACH)
    assert [event.data for event in board.news(7, None, False)] == [{"seat": 7, "shown": [2]}]
    assert board.news(3, None, False) == []
    assert [board.delivered(feed, seat) for seat in (3, 5, 7)] == [False, False, True]


def test_a_channel_that_invents_a_seat_is_refused() -> None:
    board = through(2, lambda sent, chance: [sent._replace(seat=7)])
    with pytest.raises(ValueError, match="event 0 to seat 7: there is none"):
        board.emit("a", to=(1,))


def test_a_recorded_chain_does_again_what_it_did_and_then_works_on() -> None:
    def told(board: Board) -> list[list[str]]:
        board.emit("slow", 0, {"text": "hi"}, (1,))
        board.emit("quick", 0, {"text": "ho"}, (0, 2))
        board.tick(2)
        return [kinds(board, seat) for seat in range(3)]

    first = through(3, tap, late)
    assert told(first) == [["quick"], ["slow"], ["quick", "slow"]]
    again = through(3, as_recorded(first.changed))
    assert told(again) == [["quick"], ["slow"], ["quick", "slow"]]
    assert again.changed == first.changed
    on = through(3, as_recorded(first.changed, 0, [lost]))
    on.emit("slow", 0, {"text": "hi"}, (1,))
    on.tick(1)
    on.emit("quick", 0, {"text": "ho"}, (1,))
    on.tick(2)
    assert [kinds(on, seat) for seat in (1, 2)] == [["slow"], ["slow"]]
