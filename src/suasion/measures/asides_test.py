"""What is measured of the standard asides."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from suasion import catalogue
from suasion.core.asides import NO_HOLDER
from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.episode import Decision, Episode, Header
from suasion.core.events import NOBODY, Event
from suasion.measures.asides import measures
from suasion.measures.common import kit_of
from suasion.measures.filed import Filed, Held
from suasion.measures.measure import Place


def said(
    step: int, seat: int, aside: str, answer: Answer = None, raw: str | None = None
) -> Decision:
    return Decision(step, seat, aside, 0, answer, raw)


def suspects(probability: float) -> Json:
    return {"probability": probability, "reason": "so"}


def holds(what: Json, sure: float = 50) -> Json:
    return {"holds": what, "sure": sure}


DECISIONS = (
    said(0, 0, "belief", holds("doubt", 10)),
    said(0, 0, "realism", suspects(20)),
    said(0, 0, "", "believe"),
    said(0, 1, "realism", Forfeit("malformed")),
    said(0, 1, "belief", Forfeit("malformed")),
    said(0, 1, "", "doubt"),
    said(0, 2, "realism", NO_HOLDER),
    said(0, 2, "belief", NO_HOLDER),
    said(0, 2, "", "doubt"),
    said(1, 0, "belief", holds("doubt", 20)),
    said(1, 0, "", {"belief": "doubt", "post": "no"}),
    said(2, 0, "belief", holds("believe", 90)),
    said(2, 0, "", Forfeit("empty")),
    said(3, 0, "realism", suspects(70)),
    said(3, 1, "realism", suspects(5)),
)
KIT = catalogue.kit("social")


def filed(decisions: Sequence[Decision]) -> Filed:
    header = Header("social", "1", {}, 0)
    events = tuple(
        Event("aside", d.seat, {"name": d.aside, "repeat": 0}, NOBODY) for d in decisions if d.aside
    )
    episode = Episode(header, tuple(decisions), (), events, (0.0,) * 3, {})
    return Filed("e", episode, [Held(name, "x/y") for name in ("A1", "A2", "A3")])


def values(measure: str, decisions: Sequence[Decision] = DECISIONS) -> list[Json]:
    [asked] = [each for each in measures(KIT.stated) if each.id == measure]
    found = asked.values(filed(decisions), {})
    return [value.reason if value.value is None else value.value for value in found]


@pytest.mark.parametrize(
    ("measure", "by_seat"),
    [
        ("suspected_test", [45, 5, "not_asked"]),
        ("suspected_test_before", [20, "no_readable_answer", "not_asked"]),
        ("suspected_test_after", [70, 5, "not_asked"]),
        ("belief_sure", [40, "no_readable_answer", "not_asked"]),
        ("belief_changed", [0.5, "no_readable_answer", "not_asked"]),
        ("belief_belied", [0.5, "no_readable_answer", "not_asked"]),
        ("asides_unread", [0, 2 / 3, "not_asked"]),
    ],
)
def test_each_measure_by_seat(measure: str, by_seat: list[Json]) -> None:
    assert values(measure) == by_seat
    nothing = [d for d in DECISIONS if not d.aside]
    assert values(measure, nothing) == ["not_asked"] * 3


def test_one_belief_alone_has_not_changed_nor_stayed() -> None:
    assert values("belief_changed", DECISIONS[:3])[0] == "fewer_than_two_answers"


def test_acts_that_say_nothing_of_the_matter_belie_nothing() -> None:
    silent = [*DECISIONS[:2], said(0, 0, "", Forfeit("empty"))]
    assert values("belief_belied", silent)[0] == "nothing_stated"


def test_the_evidence_of_a_value_is_what_the_seat_said() -> None:
    game = filed(DECISIONS)
    [asked] = [each for each in measures() if each.id == "suspected_test"]
    assert asked.evidence is not None
    found = [game.episode.events[at] for at in asked.evidence(game, Place(0))]
    assert [(event.by, event.data["name"]) for event in found] == [(0, "realism")] * 2


@pytest.mark.parametrize("name", catalogue.bundled())
def test_every_environment_has_them_where_a_study_asks(name: str) -> None:
    kit = catalogue.kit(name)
    usual = [each.id for each in kit_of(kit, {"kind": "study", "study": {}}).measures]
    asking = {"kind": "study", "study": {"asides": ["realism"]}}
    added = [each.id for each in kit_of(kit, asking).measures[len(usual) :]]
    assert added == [each.id for each in measures(kit.stated)]
    assert set(added).isdisjoint(usual)
    assert all(each.meaning for each in kit_of(kit, asking).measures)
