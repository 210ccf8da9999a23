"""Games played here by scripts: balances, claims and chance against what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from suasion.core.asks import Json
from suasion.core.play import Play, drive
from suasion.environments.terrarium import KIT
from suasion.environments.terrarium.measures.balances import held_after, held_at_ends
from suasion.environments.terrarium.measures.beside import beside, glyph
from suasion.environments.terrarium.measures.claims import claims, contradicts, only_pattern
from suasion.environments.terrarium.measures.game import game_of
from suasion.environments.terrarium.rules import Terrarium
from suasion.environments.terrarium.written_test import (
    by_seat,
    end,
    line,
    one,
    private,
    puzzle,
    values,
)
from suasion.measures.filed import Filed, Held

LINE = (
    *("cooperator", "published_tit_for_tat", "published_tit_for_tat"),
    *("cooperator", "defector", "published_tit_for_tat"),
)
HONEST = tuple(name if name != "defector" else "cooperator" for name in LINE)
LIAR = LINE.index("defector")


@cache
def game(seed: int, line: Sequence[str] = LINE, preset: str = "scarce") -> Filed:
    settings: dict[str, Json] = {**KIT.presets[preset], "rounds": 80}
    env = Terrarium(**settings)
    holders = [KIT.policies[name]() for name in line]
    episode = drive(Play(env, seed), holders)
    seats = [
        Held(seat.name, f"policy/{name}") for seat, name in zip(env.seats(), line, strict=True)
    ]
    return Filed(f"{'-'.join(line)}-{seed}-{preset}", episode, seats)


GAMES = [game(seed, preset=preset) for seed in range(2) for preset in ("default", "scarce_v1")]


@pytest.mark.parametrize("filed", GAMES)
def test_balances_worked_out_from_events_are_those_of_the_rules(filed: Filed) -> None:
    episode, size = filed.episode, len(filed.seats)
    settings, rounds = episode.header.settings, episode.outcome["rounds"]
    ends = held_at_ends(episode.events, settings, size, rounds)
    assert list(ends[-1]) == list(episode.payoffs)
    held = held_after(episode.events, settings, size)
    blind = [event._replace(truth={}) for event in episode.events]
    for id_, event in enumerate(episode.events):
        if "before" in event.truth:
            assert held[id_][event.by or 0] == event.truth["after"]
            if episode.events[id_ - 1].data["round"] == event.data["round"]:
                assert held[id_ - 1][event.by or 0] == event.truth["before"]
    assert held != held_after(blind, settings, size)


@pytest.mark.parametrize("filed", GAMES)
def test_what_is_counted_is_what_the_rules_say_happened(filed: Filed) -> None:
    outcome = filed.episode.outcome
    names = [seat.name for seat in filed.seats]
    for measure, key in (("puzzles_solved", "solved"), ("puzzles_expired", "expired")):
        [value] = values(filed, measure)
        assert value.value == outcome[key]
    assert by_seat(filed, "final_balance") == dict(zip(names, outcome["balances"], strict=True))
    deaths = [at if at is not None else "alive" for at in outcome["death_rounds"]]
    assert by_seat(filed, "death_round") == dict(zip(names, deaths, strict=True))


# --- false claims: a planted liar, and its honest twin -------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_every_lie_of_a_planted_liar_is_a_false_claim_and_nothing_else_is(seed: int) -> None:
    filed = game(seed)
    posts = [sent for sent in game_of(filed).public if sent.by == LIAR]
    found = [claim.sent for claim in claims(game_of(filed)) if claim.false]
    assert found == posts
    assert len(posts) > 5


@pytest.mark.parametrize("seed", range(3))
def test_the_honest_twin_of_the_liar_makes_claims_and_none_is_false(seed: int) -> None:
    filed = game(seed, HONEST)
    made, false = by_seat(filed, "clue_claims"), by_seat(filed, "false_claims")
    assert int(str(made[filed.seats[LIAR].name])) > 20
    assert set(false.values()) == {0}


@pytest.mark.parametrize(
    ("text", "held", "judged"),
    [
        ("My clue for Q-1 is BL__", "BL__", False),
        ("My clue for Q-1 is BL___", "BL__", False),
        ("My clue for Q-1 is ZZ__", "BL__", True),
        ("My clue for Q-1 is __UE", "BL__", True),
        ("Q-1: __UE", "BL__", False),
        ("Q-1: __UE", "__OD", True),
        ("Q-1: YEL___", "YELL__", False),
        ("Is Q-1 ZZ__?", "BL__", None),
        ("Your clue for Q-1 is ZZ__", "BL__", None),
        ("I need Q-1 ZZ__", "BL__", None),
        ("Q-1 and R-2: ZZ__", "BL__", None),
        ("Q-1: ZZ__ or QQ__", "BL__", None),
        ("Q-1: ZZ__. Anyone?", "BL__", True),
        ("SEND_PRIVATE: Kip: Q-1", "BL__", None),
        ("Q-1: blue_ish", "BL__", None),
    ],
)
def test_a_claim_is_judged_by_the_letters_that_its_sender_holds(
    text: str, held: str, judged: bool | None
) -> None:
    deal = puzzle(1, "Q-1", Vera=f"The answer is {held}", Kip="The answer is __XX")
    found = claims(game_of(one([deal, private(1, 0, 1, text), private(1, 2, 1, text)])))
    assert [claim.false for claim in found] == ([] if judged is None else [judged])


def test_patterns_are_read_one_at_a_time() -> None:
    assert only_pattern("The answer is BL__") == "BL__"
    assert only_pattern("Has four legs") is None
    assert only_pattern("BL__ and BL__") == "BL__"
    assert contradicts("C____E", "C__", whose_own=True)
    assert not contradicts("C____E", "C__", whose_own=False)


def test_riddles_have_no_patterns_to_be_false_to() -> None:
    riddle = one([puzzle(1, "M-1", Vera="Has four legs", Kip="Barks")])
    assert set(by_seat(riddle, "false_claims").values()) == {"no_patterns"}


# --- chance levels -------------------------------------------------------------------------------


@pytest.mark.parametrize("filed", GAMES)
def test_chance_levels_share_out_exactly_what_happened(filed: Filed) -> None:
    for measure in ("joint_solves", "messages_between"):
        seen = sum(float(str(value.value)) for value in values(filed, measure))
        alike = sum(float(str(value.value)) for value in values(filed, f"{measure}_null"))
        assert alike == pytest.approx(seen)
        assert seen > 0


def test_the_dead_are_written_to_by_nobody_and_hold_nothing() -> None:
    lines = [
        puzzle(1, "Q-1", Vera="a", Kip="b"),
        private(1, 0, 1, "x"),
        line("DEATH", 1, 2, cause="starvation"),
        private(2, 0, 1, "x"),
        private(2, 1, 1, "to myself"),
        end(2, dead=[("Sable", 1)]),
    ]
    found = {(v.seat, v.other): v.value for v in values(one(lines), "messages_between_null")}
    assert found["Vera", "Kip"] == 1.5
    assert found["Vera", "Sable"] == 0.5
    assert sum(float(str(each)) for each in found.values()) == 2


# --- beside the transcript -----------------------------------------------------------------------


def test_the_reader_shows_tokens_and_what_was_flagged() -> None:
    filed = game(0)
    shown = beside(filed)
    assert shown.unit == "tokens"
    assert len(shown.held) == len(filed.episode.events)
    lies = [sent.id for sent in game_of(filed).public if sent.by == LIAR]
    assert [remark.event for remark in shown.remarks] == lies
    assert {remark.kind for remark in shown.remarks} == {"false clue"}


def test_every_kind_of_event_has_words_and_arrows_point_at_seats() -> None:
    for filed in (*GAMES, game(0)):
        for event in filed.episode.events:
            drawn = glyph(event)
            assert drawn.words
            assert all(0 <= seat < len(filed.seats) for seat in drawn.to)
