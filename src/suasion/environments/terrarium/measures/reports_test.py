"""Every count of seven published reports, recomputed from their logs.

What differs is listed here, count by count, and explained in
`docs/explanation/terrarium-published-counts.md`; a test fails where a difference is not listed, and
where a listed one is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from suasion.core.asks import Json
from suasion.environments.terrarium.kit_measures import MEASURES
from suasion.environments.terrarium.log import read
from suasion.environments.terrarium.measures.balances import held_after, held_at_ends
from suasion.environments.terrarium.measures.claims import claims
from suasion.environments.terrarium.measures.game import game_of
from suasion.environments.terrarium.measures.promises import false_clues
from suasion.environments.terrarium.measures.published import (
    audit,
    directions,
    fabricated,
    inconsistencies,
)
from suasion.environments.terrarium.questions.flags import flags
from suasion.measures.filed import Filed
from suasion.measures.imported import Imported

GAMES = (
    "llama_mole_001_1771032431",
    "llm_7b_scarce_001",
    "llm_mixed_a_rep2_1770950176",
    "llm_rotating_rep1_1771017521",
    "llm_sanity_001",
    "llm_scarce_002",
    "llm_scarce_003",
)
MIXED = "llm_mixed_a_rep2_1770950176"
ONE_SIZE = "no_two_sizes"
ABSENT = "absent"
"""What stands for a count that a report does not have."""
ACROSS = ("within_group", "high_to_low", "low_to_high")

DIFFERENCES: Mapping[tuple[str, str], tuple[Json, Json]] = {
    # Reports say 0 puzzles expired of every game; the end of each log, and its events, say these.
    ("llama_mole_001_1771032431", "puzzles_expired"): (0, 113),
    ("llm_7b_scarce_001", "puzzles_expired"): (0, 99),
    (MIXED, "puzzles_expired"): (0, 111),
    ("llm_rotating_rep1_1771017521", "puzzles_expired"): (0, 110),
    ("llm_sanity_001", "puzzles_expired"): (0, 4),
    ("llm_scarce_002", "puzzles_expired"): (0, 78),
    ("llm_scarce_003", "puzzles_expired"): (0, 85),
    # With models of one size every message is within it: no finding, and undefined here.
    ("llama_mole_001_1771032431", "within_group"): (8, ONE_SIZE),
    ("llama_mole_001_1771032431", "high_to_low"): (0, ONE_SIZE),
    ("llama_mole_001_1771032431", "low_to_high"): (0, ONE_SIZE),
    ("llm_rotating_rep1_1771017521", "within_group"): (7, ONE_SIZE),
    ("llm_rotating_rep1_1771017521", "high_to_low"): (0, ONE_SIZE),
    ("llm_rotating_rep1_1771017521", "low_to_high"): (0, ONE_SIZE),
    # Logs that name no models: their reports have no such part.
    **{
        (game, count): (ABSENT, ONE_SIZE)
        for game in ("llm_7b_scarce_001", "llm_sanity_001", "llm_scarce_002", "llm_scarce_003")
        for count in ACROSS
    },
    # The engine counted six bonus rewards that its log lost, and not the line that says so.
    ("llama_mole_001_1771032431", "total_events"): (1517, 1511),
    ("llm_7b_scarce_001", "total_events"): (1827, 1821),
    (MIXED, "total_events"): (1536, 1530),
    ("llm_rotating_rep1_1771017521", "total_events"): (1489, 1483),
    ("llm_scarce_002", "total_events"): (704, 698),
    ("llm_scarce_003", "total_events"): (868, 862),
}
"""By game and count: theirs and ours."""


class Count(NamedTuple):
    """One count of a report, beside ours."""

    game: str
    name: str
    theirs: Json
    ours: Json


class Published(NamedTuple):
    """A game as it was published."""

    filed: Filed
    report: Mapping[str, Any]
    end: Mapping[str, Any]


@pytest.fixture(scope="module")
def everything(reference: Path) -> Imported:
    files = [reference / "terrarium" / "logs" / game / "events.jsonl.gz" for game in GAMES]
    return read(files, ())


@pytest.fixture(scope="module")
def published(everything: Imported, reference: Path) -> list[Published]:
    found = []
    for filed in everything.filed:
        report = reference / "terrarium" / "logs" / filed.id / "report.json"
        [end] = [event.data for event in filed.episode.events if event.kind == "end"]
        found.append(Published(filed, json.loads(report.read_text()), end))
    return found


def test_all_seven_are_read_whole(everything: Imported) -> None:
    assert [filed.id for filed in everything.filed] == list(GAMES)
    assert everything.skipped == []
    assert everything.damaged == []
    assert all(filed.finished for filed in everything.filed)
    assert [(each.episode, each.reason) for each in everything.warnings] == [
        (
            "llm_sanity_001",
            "names_by_default_order: no line tells that agent_3 is Marsh, agent_5 is Flint",
        )
    ]


def test_every_count_is_reproduced_or_listed_as_a_difference(published: list[Published]) -> None:
    counts = [count for each in published for count in _counts(each)]
    assert len(counts) > 7 * 60
    differ = {(c.game, c.name): (c.theirs, c.ours) for c in counts if c.theirs != c.ours}
    assert differ == dict(DIFFERENCES)


def _counts(game: Published) -> Iterator[Count]:
    ours = _ours(game.filed)
    for name, theirs, id_ in _of_episode(game):
        yield Count(game.filed.id, name, theirs, ours[id_, None])
    events = sum(event.kind != "end" for event in game.filed.episode.events)
    yield Count(game.filed.id, "total_events", game.end["total_events"], events)
    for name, tokens in game.report["final_balances"].items():
        yield Count(game.filed.id, f"balance of {name}", tokens, ours["final_balance", name])
    for name, agent in game.report["per_agent"].items():
        for field, id_ in SEAT:
            found = ours[id_, name]
            found = None if found == "alive" else found
            yield Count(game.filed.id, f"{field} of {name}", agent[field], found)


SEAT = (
    ("messages_sent", "messages_sent"),
    ("messages_received", "messages_received"),
    ("tokens_given", "tokens_given"),
    ("tokens_received", "tokens_received"),
    ("solve_attempts", "wrong_solve_attempts"),
    ("solves_correct", "correct_solve_actions"),
    ("death_round", "death_round"),
)


def _of_episode(game: Published) -> Iterator[tuple[str, Json, str]]:
    report, end = game.report, game.end
    messages, flags = report["total_messages"], report["deception_indicators"]
    audited, across = report["fabrication_audit"], report.get("cross_capability_targeting", {})
    yield "total_rounds", report["total_rounds"], "rounds"
    yield "survivors", len(report["survivors"]), "survivors"
    yield "puzzles_solved", report["puzzles_solved"], "puzzles_solved"
    yield "puzzles_expired", report["puzzles_expired"], "puzzles_expired"
    yield "public", messages["public"], "public_messages"
    yield "private", messages["private"], "private_messages"
    yield "fabricated_clues", flags["fabricated_clues"], "published_fabricated_clues"
    yield "inconsistencies", flags["cross_round_inconsistencies"], "published_inconsistencies"
    yield "extractors", flags["structural_extractors"], "published_structural_extractors"
    yield "parser_exploits", flags["parser_exploits"], "published_parser_exploits"
    yield "strategic", audited["strategic"], "published_audit_strategic"
    yield "hallucination", audited["plausible_hallucination"], "published_audit_hallucination"
    yield "ambiguous", audited["ambiguous"], "published_audit_ambiguous"
    for name in ACROSS:
        yield name, across.get(name, ABSENT), f"published_{name}"
    for name in ("promises_made", "promises_broken", "false_clues"):
        yield name, end[name], name
    yield "expired at the end", end["puzzles_expired"], "puzzles_expired"
    yield "solved at the end", end["puzzles_solved"], "puzzles_solved"


def _ours(filed: Filed) -> dict[tuple[str, str | None], Json]:
    return {
        (value.measure, value.seat): value.reason or value.value
        for measure in MEASURES
        if measure.level in ("episode", "seat")
        for value in measure.values(filed, {})
        if value.series is None
    }


def test_every_flagged_message_is_the_one_that_the_report_lists(
    published: list[Published],
) -> None:
    for game in published:
        names = [seat.name for seat in game.filed.seats]
        theirs = [
            (each["agent_name"], each["puzzle_id"], each["round"], each["content"], each["target"])
            for each in game.report["deception_details"]
            if each["type"] == "fabricated_clue"
        ]
        ours = [
            (
                names[each.sent.by],
                each.puzzle,
                each.sent.round,
                each.sent.text[:150],
                "public" if each.sent.to is None else names[each.sent.to],
            )
            for each in fabricated(game_of(game.filed))
        ]
        assert sorted(ours) == sorted(theirs)


def test_every_label_of_the_audit_is_the_published_one(published: list[Published]) -> None:
    for game in published:
        names = [seat.name for seat in game.filed.seats]
        view = game_of(game.filed)
        theirs = sorted(
            (each["agent"], each["puzzle_id"], each["round"], each["classification"])
            for each in game.report["fabrication_audit"]["details"]
        )
        ours = sorted(
            (names[each.sent.by], each.puzzle, each.sent.round, CALLED.get(label, label))
            for each, label in zip(fabricated(view), audit(view), strict=True)
        )
        assert ours == theirs


CALLED = {"hallucination": "plausible_hallucination"}


def test_every_inconsistency_is_the_one_that_the_report_lists(
    published: list[Published],
) -> None:
    for game in published:
        names = [seat.name for seat in game.filed.seats]
        theirs = sorted(
            (each["agent_name"], each["puzzle_id"], *sorted((each["target_1"], each["target_2"])))
            for each in game.report["deception_details"]
            if each["type"] == "cross_round_inconsistency"
        )
        ours = sorted(
            (names[each.seat], each.puzzle, *sorted(names[seat] for seat in each.targets))
            for each in inconsistencies(game_of(game.filed))
        )
        assert ours == theirs


def test_in_the_game_of_two_models_every_direction_is_the_published_one(
    published: list[Published],
) -> None:
    [game] = [each for each in published if each.filed.id == MIXED]
    ways = {"within_group": "within", "high_to_low": "down", "low_to_high": "up"}
    found = directions(game_of(game.filed))
    assert isinstance(found, Mapping)
    names = [seat.name for seat in game.filed.seats]
    for theirs, ours in ways.items():
        listed = sorted(
            (each["sender"], each["target"], each["puzzle_id"], each["round"])
            for each in game.report["cross_capability_targeting"]["details"]
            if each["direction"] == theirs
        )
        assert listed == sorted(
            (names[each.sent.by], names[each.sent.to or 0], each.puzzle, each.sent.round)
            for each in found[ours]
        )


def test_balances_worked_out_from_events_end_where_the_log_says(
    published: list[Published],
) -> None:
    for game in published:
        episode, size = game.filed.episode, len(game.filed.seats)
        settings, balances = episode.header.settings, episode.outcome["balances"]
        assert list(held_after(episode.events, settings, size)[-1]) == balances
        rounds = game.end["total_rounds"]
        assert list(held_at_ends(episode.events, settings, size, rounds)[-1]) == balances


def test_a_balance_worked_out_is_the_one_that_the_next_message_shows(
    published: list[Published],
) -> None:
    shown = 0
    for game in published:
        episode, size = game.filed.episode, len(game.filed.seats)
        held = held_after(episode.events, episode.header.settings, size)
        now = 1
        for id_, event in enumerate(episode.events):
            before = event.truth.get("before")
            if before is not None and event.data["round"] == now:
                assert held[id_ - 1][event.by or 0] == before
                shown += 1
            now = event.data["round"]
    assert shown > 3_000


def test_the_economy_is_told_from_balances(published: list[Published]) -> None:
    economy = {
        game.filed.id: tuple(
            game.filed.episode.header.settings.get(name)
            for name in ("tokens", "drain", "split_reward", "reward", "lifetime")
        )
        for game in published
    }
    scarce = (740, 8, 40, None, 12)
    assert economy == {
        **dict.fromkeys(GAMES, scarce),
        "llm_scarce_002": (740, 8, None, None, 12),
        "llm_sanity_001": (800, 11, None, 50, 15),
    }


def test_in_mixed_games_seats_stand_in_the_order_of_that_game(published: list[Published]) -> None:
    names = {game.filed.id: [seat.name for seat in game.filed.seats] for game in published}
    default = ["Vera", "Kip", "Sable", "Marsh", "Dove", "Flint"]
    assert names == {
        **dict.fromkeys(GAMES, default),
        MIXED: ["Sable", "Vera", "Marsh", "Kip", "Dove", "Flint"],
    }


PAGE = Path(__file__).parents[5] / "docs" / "explanation" / "terrarium-published-counts.md"


def test_the_page_lists_exactly_these_differences() -> None:
    rows = [line.strip("| \n").split(" | ") for line in PAGE.read_text().splitlines()]
    listed = {(row[0], row[1]): (row[2], row[3]) for row in rows if len(row) == 4}
    del listed["game", "count"]
    theirs_and_ours = {key: tuple(map(str, both)) for key, both in DIFFERENCES.items()}
    assert listed == theirs_and_ours


def test_the_page_says_what_is_behind_the_flagged_messages(published: list[Published]) -> None:
    rows = [line.strip("| \n").split(" | ") for line in PAGE.read_text().splitlines()]
    listed = {row[0]: tuple(row[1:]) for row in rows if len(row) == 7 and row[0] in GAMES}
    assert listed == {game.filed.id: tuple(map(str, _behind(game.filed))) for game in published}


def _behind(filed: Filed) -> tuple[int, ...]:
    game, flagged = game_of(filed), flags(filed)
    return (
        len(flagged),
        sum(not flag.exists for flag in flagged),
        sum(not flag.letters for flag in flagged),
        len(false_clues(game)),
        len(claims(game)),
        sum(claim.false for claim in claims(game)),
    )
