"""Facts about published event logs as they are read, and about the reason of every bad line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.core.asks import Json
from suasion.core.episode import Episode
from suasion.core.events import EACH, EVERYONE, NOBODY
from suasion.environments.terrarium import log as log_module
from suasion.environments.terrarium.kit_measures import MEASURES
from suasion.environments.terrarium.log import read
from suasion.environments.terrarium.log_checks import FORMS
from suasion.environments.terrarium.written_test import (
    GAME,
    MODEL,
    Line,
    by_seat,
    changed,
    imported,
    line,
    number,
    one,
    private,
    puzzle,
    solved,
    text,
    trade,
)
from suasion.measures.imported import BadLine, Imported
from suasion.measures.lines import TooLarge

DEAL, LETTER, SHOUT, SOLVED, DEATH, END = 1, 2, 4, 7, 10, 11


def code(bad: BadLine) -> str:
    return bad.reason.split(":")[0]


def codes(found: Imported) -> list[tuple[int, str]]:
    return [(bad.line, code(bad)) for bad in found.skipped]


def test_a_sound_log_has_nothing_to_report_and_an_event_a_line() -> None:
    found = imported(GAME)
    assert (found.skipped, found.warnings, found.damaged) == ([], [], [])
    assert (len(found.filed), found.events) == (1, len(GAME))


def test_an_episode_has_the_games_id_its_seats_and_their_models() -> None:
    filed = one(GAME)
    assert (filed.id, filed.status, filed.finished) == ("g", "exploratory", True)
    assert [(seat.name, seat.agent) for seat in filed.seats] == [
        ("Vera", MODEL),
        ("Kip", None),
        ("Sable", None),
    ]
    header = filed.episode.header
    assert (header.environment, header.version, header.source) == ("terrarium", "log", "recorded")
    assert header.settings == {
        "names": ["Vera", "Kip", "Sable"],
        "drain": 8,
        "tokens": 100,
        "split_reward": 40,
    }
    assert filed.episode.outcome == {
        "balances": [50, 50, 0],
        "death_rounds": [None, None, 2],
        "solved": 1,
        "expired": 0,
        "rounds": 2,
    }


def test_seats_are_told_what_the_published_views_showed_them() -> None:
    events = one(GAME).episode.events
    deal, letter, shout, done = (events[at] for at in (DEAL, LETTER, SHOUT, SOLVED))
    assert (deal.to, deal.data["seat"], deal.data["clue"]) == (
        EACH,
        [0, 1],
        ["The answer is BL__", "The answer is __UE"],
    )
    row = deal.row(1)
    assert row is not None
    assert row.data["clue"] == "The answer is __UE"
    assert row.data["partner"] == ["Vera"]
    assert deal.truth == {"answer": "BLUE"}
    assert (letter.by, letter.to, letter.data["to"]) == (0, (0, 1), 1)
    assert letter.truth == {"cost": 1, "before": 100, "after": 99}
    assert (shout.to, shout.by, shout.data["text"]) == (EVERYONE, 2, "Hello all")
    assert (done.to, done.by, done.data["contributors"]) == (NOBODY, None, [0, 1])
    assert done.data["auto"]


def test_times_are_kept_one_an_event() -> None:
    assert one(GAME).kept["times"] == [each["timestamp"] for each in GAME]


def test_what_a_line_can_do_without_need_not_be_there() -> None:
    bare = [
        line(type_, 1, 0)
        for type_ in ("SOLVE_ATTEMPT", "TRADE_OFFERED", "TRADE_ACCEPTED", "RATE", "DEATH")
    ]
    found = imported([*GAME[:END], line("PUZZLE_EXPIRED", 1), *bare, GAME[END]])
    assert found.skipped == []
    offer = found.filed[0].episode.events[END + 2]
    assert (offer.kind, offer.to, offer.data["to"]) == ("offer", (0,), None)


def test_holders_and_contributors_may_stand_by_name_or_by_number() -> None:
    lines = changed(GAME, DEAL, clue_holders={"agent_0": "The answer is BL__", "Kip": "x"})
    deal = one(lines).episode.events[DEAL]
    assert (deal.data["seat"], deal.data["partner"]) == ([0, 1], [["Kip"], ["Vera"]])
    done = one(changed(GAME, SOLVED, contributors=["Vera", "agent_1"])).episode.events[SOLVED]
    assert done.data["contributors"] == [0, 1]
    twice = changed(GAME, DEAL, clue_holders={"agent_0": "a", "Vera": "b"})
    assert codes(imported(twice)) == [(2, "duplicate_seat")]


def test_every_published_type_of_event_is_read() -> None:
    needed: dict[str, Line] = {
        "AGENT_MODEL": {"model": "m"},
        "PERSONA_OVERRIDE": {"agent_name": "Kip", "persona_text": "p"},
        "PERSONA_SWAP": {"old_persona": "Vera", "new_persona": "Kip"},
        "PUZZLE_CREATED": {"puzzle_id": "A-1", "clue_holders": {"Kip": "c"}},
        "SEND_PUBLIC": {"content": "x"},
        "SEND_PRIVATE": {"content": "x", "target": "agent_1"},
        "SHOUT": {"content": "x"},
        "SOLVE_ATTEMPT": {"puzzle_id": "A-1", "answer": "x", "correct": False},
        "PUZZLE_SOLVED": {"puzzle_id": "A-1", "contributors": ["agent_0"]},
        "PUZZLE_EXPIRED": {"puzzle_id": "A-1"},
        "REWARD": {"amount": 40},
        "TRADE_OFFERED": {"target": "agent_1", "trade_id": "T1", "offer_tokens": 5, "ask": "x"},
        "TRADE": {"target": "agent_1", "amount": 5},
        "TRADE_ACCEPTED": {"trade_id": "T1", "from": "agent_1", "tokens_received": 5},
        "PARSER_EXPLOIT": {"text": "PASS:", "injected_commands": ["PASS:"]},
        "RATE": {"target": "agent_1", "rating": "helpful", "score": 1},
        "PASS": {},
        "DEATH": {"cause": "starvation"},
        "GAME_END": {},
    }
    assert needed.keys() == FORMS.keys()
    lines = [line(type_, 1, 0, **fields) for type_, fields in needed.items()]
    found = imported([*GAME[:END], *lines[:-1], GAME[END]])
    assert found.skipped == []
    kinds = [event.kind for event in found.filed[0].episode.events[END:]]
    assert kinds == [
        *("model", "override", "persona", "puzzle", "public", "private", "shout", "wrong_solve"),
        *("solved", "expired", "reward", "offer", "trade", "accepted", "exploit", "rated", "pass"),
        *("death", "end"),
    ]


def test_old_generations_are_read_too() -> None:
    riddle = puzzle(1, "M-1", Vera="Has four legs", Kip="Barks")
    offer = line(
        "TRADE_OFFERED",
        1,
        0,
        trade_id="trade_45_agent_3_agent_2",
        target="agent_1",
        offer_tokens=30,
        ask="M-1 clue",
    )
    filed = one([riddle, offer, trade(1, 1, 0, 50), *GAME[1:]])
    assert filed.episode.events[1].data["trade"] == "trade_45_agent_3_agent_2"
    assert by_seat(filed, "tokens_given") == {"Vera": 0, "Kip": 50, "Sable": 0}
    assert filed.seats[0].agent is None


@pytest.mark.parametrize(
    ("at", "fields", "reason"),
    [
        (LETTER, {"game_id": ...}, "missing_field: game_id"),
        (LETTER, {"game_id": 5}, "wrong_type: game_id"),
        (LETTER, {"event_type": ...}, "missing_field: event_type"),
        (LETTER, {"event_type": ["PASS"]}, "wrong_type: event_type"),
        (LETTER, {"agent": None}, "missing_field: agent"),
        (LETTER, {"agent": "Vera"}, "wrong_type: agent"),
        (LETTER, {"agent": "agent_9"}, "unknown_seat: agent_9 of 3 seats"),
        (LETTER, {"round": ...}, "missing_field: round"),
        (LETTER, {"round": 1.0}, "wrong_type: round"),
        (LETTER, {"round": -1}, "wrong_type: round"),
        (LETTER, {"round": True}, "wrong_type: round"),
        (LETTER, {"round": 10**9}, "wrong_type: round"),
        (LETTER, {"content": None}, "missing_field: content"),
        (LETTER, {"content": ["hi"]}, "wrong_type: content"),
        (LETTER, {"target": "agent_7"}, "unknown_seat: agent_7 of 3 seats"),
        (LETTER, {"target": "agent_01"}, "wrong_type: target"),
        (DEAL, {"clue_holders": ["Vera"]}, "wrong_type: clue_holders"),
        (DEAL, {"clue_holders": {"Vera": 1}}, "wrong_type: clue_holders"),
        (DEAL, {"clue_holders": {"Nobody": "c"}}, "unknown_name: Nobody"),
        (DEAL, {"puzzle_id": 1}, "wrong_type: puzzle_id"),
        (SOLVED, {"contributors": "agent_0"}, "wrong_type: contributors"),
        (SOLVED, {"contributors": ["agent_0", "agent_4"]}, "unknown_seat: agent_4 of 3 seats"),
        (5, {"amount": "40"}, "wrong_type: amount"),
        (5, {"amount": 10**400}, "wrong_type: amount"),
    ],
)
def test_a_line_without_what_it_needs_is_a_bad_one(at: int, fields: Line, reason: str) -> None:
    found = imported(changed(GAME, at, **fields))
    assert [(bad.line, bad.reason) for bad in found.skipped] == [(at + 1, reason)]
    assert found.damaged == ["g"]
    assert found.events == len(GAME) - 1
    assert found.filed[0].kept["faults"] == [found.skipped[0].row()]
    assert found.skipped[0].raw == text(changed(GAME, at, **fields)).split(b"\n")[at]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"x", "not_json"),
        (b'{"game_id": "g", "round": 1', "not_json"),
        (b'{"game_id": "g", "round": NaN}', "not_json"),
        (b"[" * 600 + b"]" * 600, "not_json"),
        (b'{"game_id": "g\xff"}', "not_utf8"),
        (b'{"game_id": "g", "x": "\\ud800"}', "not_utf8"),
        (b'{"game_id": "g", "round": 1, "round": 2}', "duplicate_key"),
        (b'["g"]', "not_object"),
        (b"null", "not_object"),
    ],
)
def test_a_line_that_is_no_object_is_reported_by_number_and_kept_as_it_stood(
    raw: bytes, reason: str
) -> None:
    found = imported([*GAME[:3], raw, *GAME[3:]])
    assert codes(found) == [(4, reason)]
    assert found.skipped[0].raw == raw
    assert found.damaged == ["g"]
    assert found.events == len(GAME)


def test_of_a_damaged_game_nothing_is_measured() -> None:
    filed = imported([*GAME, b"x"]).filed[0]
    reasons = {value.reason for each in MEASURES for value in each.values(filed, {})}
    assert reasons == {"damaged_log"}


def test_unknown_types_and_other_games_are_reported_and_damage_nothing() -> None:
    strange, other = line("VOTE", 1, 0, on="x"), {**GAME[LETTER], "game_id": "h"}
    found = imported([*GAME[:3], strange, *GAME[3:], other])
    assert [(bad.line, bad.reason, bad.episode) for bad in found.skipped] == [
        (4, "unknown_event_type: VOTE", "g"),
        (14, "other_game: the file's is g", "h"),
    ]
    assert found.damaged == []
    assert number(found.filed[0], "private_messages") == 4


def test_the_game_of_a_file_is_the_one_that_most_lines_name() -> None:
    found = imported([{**GAME[0], "game_id": "h"}, *GAME])
    assert [filed.id for filed in found.filed] == ["g"]
    assert codes(found) == [(1, "other_game")]


def test_a_second_game_under_one_id_is_reported_by_name() -> None:
    found = imported(GAME, GAME)
    assert len(found.filed) == 1
    [bad] = found.skipped
    assert (bad.line, bad.episode) == (1, "g")
    assert bad.reason.startswith("duplicate_episode: it stands in ")
    assert bad.reason.endswith("0.jsonl already; none of the 12 lines was taken")
    again = imported(GAME, taken=["g"])
    assert again.filed == []
    assert again.skipped[0].reason.startswith("duplicate_episode: it stands in the run already")


def test_a_file_without_a_game_is_reported() -> None:
    for data in (b"", b"\n\n", b"{}\n"):
        found = imported(data)
        assert found.filed == []
        assert [code(bad) for bad in found.skipped] in (["no_game"], ["missing_field"])


def test_a_game_without_its_end_was_cut_short() -> None:
    filed = one(GAME[:END])
    assert not filed.finished
    assert number(filed, "rounds") == 2
    assert number(filed, "private_messages") == 4
    assert number(filed, "survivors") == "unfinished_episode"
    assert set(by_seat(filed, "final_balance").values()) == {"unfinished_episode"}


def test_a_second_end_is_a_bad_line() -> None:
    assert codes(imported([*GAME, GAME[END]])) == [(13, "second_end")]


def test_a_field_of_a_wrong_type_is_a_warning_and_the_rest_of_the_line_stands() -> None:
    found = imported(changed(GAME, LETTER, token_cost="much", balance_before=None))
    assert found.skipped == []
    assert [(each.line, each.reason) for each in found.warnings] == [(3, "wrong_type: token_cost")]
    letter = found.filed[0].episode.events[LETTER]
    assert letter.data["text"] == "My clue for Q-1 is BL__"
    assert {k: v for k, v in letter.truth.items() if k != "log"} == {"after": 99}
    assert json.loads(letter.truth["log"]) == {"token_cost": "much"}


def test_unknown_fields_are_kept_at_any_depth() -> None:
    extra: Json = {"why": [1, {"deep": 2**70}]}
    letter = one(changed(GAME, LETTER, extra=extra)).episode.events[LETTER]
    assert json.loads(letter.truth["log"]) == {"extra": extra}


def test_what_lines_say_beyond_their_event_is_kept() -> None:
    deal = one(changed(GAME, DEAL, agent="referee")).episode.events[DEAL]
    assert json.loads(deal.truth["log"]) == {"agent": "referee"}
    found = imported(changed(GAME, 8, target_name="Ghost"))
    assert [each.reason for each in found.warnings] == [
        "name_disagrees: agent_2 is another elsewhere",
    ]
    assert json.loads(found.filed[0].episode.events[8].truth["log"]) == {"target_name": "Ghost"}
    odd = one(changed(GAME, END, round="last")).episode.events[END]
    assert json.loads(odd.truth["log"]) == {"round": "last"}


def test_an_end_that_contradicts_the_events_is_a_warning() -> None:
    found = imported([*GAME[:END], {**GAME[END], "puzzles_solved": 5, "total_rounds": 3}])
    assert [each.reason for each in found.warnings] == [
        "end_disagrees: total_rounds is 3 at the end, 2 by events",
        "end_disagrees: puzzles_solved is 5 at the end, 1 by events",
    ]
    assert number(found.filed[0], "rounds") == 3


def test_a_death_that_the_end_alone_tells_counts() -> None:
    found = imported([*GAME[:DEATH], GAME[END]])
    assert [code(each) for each in found.warnings] == ["end_disagrees"]
    assert by_seat(found.filed[0], "death_round")["Sable"] == 2
    assert number(found.filed[0], "survivors") == 2


def test_a_round_that_goes_back_is_a_warning() -> None:
    found = imported([*GAME[:DEATH], line("PASS", 1, 0), *GAME[DEATH:]])
    assert [(each.line, each.reason) for each in found.warnings] == [
        (11, "out_of_order: round 1 after round 2")
    ]


def test_line_numbers_count_every_physical_line_and_gzip_changes_nothing(tmp_path: Path) -> None:
    body = text(GAME)
    odd = b"\xef\xbb\xbf\n\r\n" + body.replace(b"\n", b"\r\n\n") + b"x"
    file = tmp_path / "log"
    for data in (odd, gzip.compress(odd[:300]) + gzip.compress(odd[300:])):
        file.write_bytes(data)
        found = read([file], ())
        assert codes(found) == [(27, "not_json")]
        assert found.events == len(GAME)


def test_a_damaged_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress(text(GAME), mtime=0)[:-12])
    found = read([file], ())
    assert code(found.skipped[-1]) == "not_json"
    assert "the compressed data is damaged" in found.skipped[-1].reason


def test_a_bomb_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", 1) as file:
        for _ in range(300):
            file.write(bytes(2**20))
    with pytest.raises(TooLarge, match=r"bomb\.gz' has more than 268435456 bytes, unpacked"):
        read([bomb], ())
    monkeypatch.setattr(log_module, "MOST_BAD", 3)
    bomb.write_bytes(b"x\n" * 10)
    with pytest.raises(TooLarge, match="more than 3 bad lines up to line 4"):
        read([bomb], ())


def test_a_line_of_too_many_seats_makes_no_seats() -> None:
    crowd: Json = {f"N{at}": "c" for at in range(101)}
    found = imported([*GAME[:END], puzzle(2, "B-2"), GAME[END]])
    assert len(found.filed[0].seats) == 3
    assert codes(imported(changed(GAME, DEAL, clue_holders=crowd))) == [(2, "wrong_type")]


def test_an_imported_episode_survives_its_json() -> None:
    episode = one(GAME).episode
    again = Episode.from_json(episode.to_json())
    assert again.digest() == episode.digest()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = sorted({field for form in FORMS.values() for field in (*form.needed, *form.other)})


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, END),
    st.dictionaries(
        st.sampled_from(["agent", "round", "event_type", "timestamp", "new", *FIELDS]),
        JSON | st.sampled_from(["agent_1", "agent_99", "system", "GAME_END", *FORMS]),
        max_size=3,
    ),
)
def test_whatever_a_line_says_it_is_kept_or_reported_and_measures_stay_total(
    at: int, fields: Line
) -> None:
    lines = changed(GAME, at, **fields)
    found = imported(lines)
    assert found.events + len(found.skipped) == len(GAME)
    for filed in found.filed:
        for measure in MEASURES:
            list(measure.values(filed, {}))
        if (at + 1) not in [bad.line for bad in found.skipped]:
            _nothing_lost(lines, filed.episode.events, at)


def _nothing_lost(lines: Sequence[Line], events: Sequence[object], at: int) -> None:
    """Every text of a line stands somewhere in its event, or in what is kept of it."""
    said = str(events[at])
    for field, value in lines[at].items():
        if field not in NOT_SAID and isinstance(value, str) and value.isalnum():
            assert value in said or _as_seat(value, said), field


NOT_SAID = ("game_id", "event_type", "timestamp", "agent", "target_name")


def _as_seat(value: str, said: str) -> bool:
    number_ = value.removeprefix("agent_")
    return number_ != value and number_ in said


def test_reading_and_measuring_take_time_in_proportion_to_the_log() -> None:
    from time import process_time

    def cost(n: int) -> float:
        deals = [
            puzzle(at // 10 + 1, f"Q-{at}", Vera="The answer is BL__", Kip="The answer is __UE")
            for at in range(0, n, 5)
        ]
        letters = [
            private(at // 10 + 1, at % 3, (at + 1) % 3, f"My clue for Q-{at} and R-{at}: BL__")
            for at in range(n)
        ]
        lines = [*deals, *letters, solved(n // 10, "Q-5", 0, 1)]
        start = process_time()
        filed = imported(lines).filed[0]
        for measure in MEASURES:
            list(measure.values(filed, {}))
        return process_time() - start

    small, large = cost(600), cost(6_000)
    assert large < 30 * small + 0.5
