"""Facts about what the reader shows beside an episode."""

from __future__ import annotations

from suasion.core.events import Event
from suasion.environments.influence.measures.beside import beside, glyph
from suasion.environments.influence.written_test import EXAMPLE, changed, imported, one, random_log


def test_the_last_row_holds_the_final_scores() -> None:
    for seed in range(30):
        filed = one(random_log(seed))
        shown = beside(filed)
        assert len(shown.held) == len(filed.episode.events)
        assert list(shown.held[-1]) == list(filed.episode.payoffs)


def test_points_come_with_the_event_that_gives_them() -> None:
    held = beside(one(EXAMPLE)).held
    assert list(held[1]) == [0, 0, 0]
    assert list(held[2]) == [1, 0, 0]
    assert list(held[7]) == [2, 0, 2]
    assert list(held[14]) == [4, 1.5, 3]


def test_promises_are_told_with_what_became_of_them() -> None:
    remarks = beside(one(EXAMPLE)).remarks
    then = "by the end of round 2"
    assert [(each.event, each.state, each.settled_by) for each in remarks] == [
        (0, "broken", None),
        (9, "kept", 13),
        (18, "void", None),
    ]
    assert [each.words for each in remarks] == [
        f"P1 promises a pull for P2 {then}, on condition of a pull by P2 for P1 {then}",
        f"P1 promises a pull for P3 {then}",
        "P3 promises a pull for P1 by the end of the game",
    ]
    [early, *_] = beside(
        one(changed(EXAMPLE, 1, promise={"times": 2, "by": {"round": 2, "slot": 1}}))
    ).remarks
    assert early.words == "P1 promises 2 pulls for P2 by R2.1"


def test_a_damaged_episode_has_points_and_no_verdicts() -> None:
    [filed] = imported(changed(EXAMPLE, 3, round=9)).filed
    shown = beside(filed)
    assert len(shown.held) == 19
    assert shown.remarks == ()


def test_every_kind_of_event_has_its_shape() -> None:
    shapes = {
        (event.kind, event.data.get("beneficiary") == event.by): glyph(event)
        for event in one(EXAMPLE).episode.events
    }
    assert {kind: each[:2] for (kind, own), each in shapes.items() if not own} == {
        "message": ("private", (0,)),
        "pull": ("action", (0,)),
        "plan": ("inner", ()),
        "control_pull": ("action", (2,)),
        "forfeit": ("lost", ()),
        "post": ("public", ()),
    }
    assert shapes["pull", True] == ("action", (1,), "pull for oneself")
    assert glyph(Event("aside", 0, {"name": "belief"}, ())).shape == "inner"
