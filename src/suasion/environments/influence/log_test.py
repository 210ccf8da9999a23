"""Facts about influence logs as they are read: what is sound, and the reason of every bad line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.core.asks import Json
from suasion.core.events import EVERYONE
from suasion.environments.influence import log as log_module
from suasion.environments.influence.log import read
from suasion.environments.influence.written_test import (
    EXAMPLE,
    Line,
    changed,
    imported,
    one,
    random_log,
    text,
    values,
)
from suasion.measures.imported import BadLine, Imported
from suasion.measures.lines import TooLarge

PURE: Sequence[Line] = (
    {
        "episode": "a",
        "condition": "complete/pure/msg-on",
        "seats": ["P1", "P2", "P3"],
        "rounds": 2,
        "slots": 1,
    },
    *(
        {"episode": "a", "index": at, "round": now, "slot": 1, "seat": seat, **own}
        for at, (now, seat, own) in enumerate(
            [
                (1, "P1", {"action": "message", "to": "P2", "text": "hi"}),
                (1, "P2", {"action": "pull", "beneficiary": "P1"}),
                (1, "P3", {"action": "post", "text": "hi"}),
                (2, "P1", {"action": "pull", "beneficiary": "P2"}),
                (2, "P2", {"action": "forfeit", "reason": "empty"}),
                (2, "P3", {"action": "pull", "beneficiary": "P1"}),
            ]
        )
    ),
)
HEADER, LETTER, PULL, POST, LAST_PULL, LOST = 0, 1, 2, 3, 4, 5
MIXED = changed(PURE, HEADER, condition="complete/mixed/msg-on", self_pull_payoff=0.5)


def code(bad: BadLine) -> str:
    return bad.reason.split(":")[0]


def codes(found: Imported) -> list[tuple[int, str]]:
    return [(bad.line, code(bad)) for bad in found.skipped]


def test_a_sound_log_has_nothing_to_report() -> None:
    for lines in (PURE, MIXED, EXAMPLE):
        found = imported(lines)
        assert (found.skipped, found.warnings, found.damaged) == ([], [], [])
        assert found.events == len(lines) - 1


ABSENT: tuple[Json, ...] = (..., None)
NO_INTEGERS: tuple[Json, ...] = (2.0, "2", True, [2])
NO_ACTIONS: tuple[Json, ...] = ("push", "", 5, ["pull"], {})
HEADERS: list[tuple[dict[str, Json], str]] = [
    *(
        ({name: absent}, "missing_field")
        for name in ("condition", "rounds", "slots")
        for absent in ABSENT
    ),
    ({"episode": ...}, "missing_field"),
    ({"episode": None}, "missing_field"),
    ({"seats": None}, "missing_field"),
    ({"episode": 5}, "wrong_type"),
    ({"condition": ["complete/pure/msg-on"]}, "wrong_type"),
    ({"seats": "P1"}, "wrong_type"),
    ({"seats": ["P1", 2]}, "wrong_type"),
    ({"seats": ["P1", None]}, "wrong_type"),
    ({"seats": {"P1": 1}}, "wrong_type"),
    *(({"rounds": wrong}, "wrong_type") for wrong in NO_INTEGERS),
    *(({"self_pull_payoff": wrong}, "wrong_type") for wrong in ("1", True, [1])),
    ({"models": ["m"]}, "wrong_type"),
    ({"models": {"P1": 3}}, "wrong_type"),
    ({"personas": {"P1": False}}, "wrong_type"),
    ({"focal": 1}, "wrong_type"),
    ({"status": 1}, "wrong_type"),
    *(({name: 1}, "wrong_type") for name in ("finished", "public_chat", "promises_recorded")),
    ({"credit": False}, "wrong_type"),
    ({"control_pull_points": "1"}, "wrong_type"),
    ({"seed": 1.5}, "wrong_type"),
    ({"seed": True}, "wrong_type"),
    ({"format": 1}, "wrong_type"),
    ({"episode": ""}, "bad_value"),
    ({"seats": ["P1"]}, "bad_value"),
    ({"seats": []}, "bad_value"),
    ({"seats": ["P1", ""]}, "bad_value"),
    ({"rounds": 0}, "bad_value"),
    ({"slots": -1}, "bad_value"),
    ({"self_pull_payoff": -0.1}, "bad_value"),
    ({"self_pull_payoff": 10**400}, "bad_value"),
    ({"status": "done"}, "bad_value"),
    ({"credit": "on"}, "bad_value"),
    ({"control_pull_points": -1}, "bad_value"),
    ({"format": "influence/2"}, "bad_value"),
    ({"seats": ["P1", "P2", "P1"]}, "duplicate_seat"),
    ({"models": {"P9": "m"}}, "unknown_seat"),
    ({"personas": {"p1": None}}, "unknown_seat"),
    ({"focal": "P4"}, "unknown_seat"),
    ({"focal": ""}, "unknown_seat"),
    *(
        ({"condition": wrong}, "bad_condition")
        for wrong in ("", "complete", "complete/pure", "a/b/pure/msg-on", "/pure/msg-on")
    ),
    ({"condition": "complete/rich/msg-on"}, "bad_condition"),
    ({"condition": "complete/pure/msg-maybe"}, "bad_condition"),
    ({"condition": "complete/mixed/msg-on"}, "economy_disagrees"),
    ({"self_pull_payoff": 0}, "economy_disagrees"),
    # The first reason that applies is the one.
    ({"rounds": None, "slots": "1", "status": "done"}, "missing_field"),
    ({"slots": "1", "rounds": 0}, "wrong_type"),
    ({"rounds": 0, "seats": ["P1", "P1"]}, "bad_value"),
    ({"seats": ["P1", "P1"], "focal": "P4"}, "duplicate_seat"),
    ({"focal": "P4", "condition": "?"}, "unknown_seat"),
    ({"condition": "?", "self_pull_payoff": 1}, "bad_condition"),
]


@pytest.mark.parametrize(("fields", "reason"), HEADERS)
def test_a_bad_header_has_its_reason_and_leaves_its_events_without(
    fields: dict[str, Json], reason: str
) -> None:
    found = imported(changed(PURE, HEADER, **fields))
    assert code(found.skipped[0]) == reason
    assert found.skipped[0].line == 1
    assert found.filed == []
    if fields.get("episode", "a") == "a":
        assert codes(found)[1:] == [(line, "no_header") for line in range(2, 8)]


@pytest.mark.parametrize(
    "field",
    [
        *("models", "personas", "focal", "status", "finished", "public_chat", "seed", "format"),
        *("promises_recorded", "credit", "control_pull_points", "self_pull_payoff"),
    ],
)
def test_null_in_an_optional_field_means_absent(field: str) -> None:
    found = imported(changed(PURE, HEADER, **{field: None}))
    assert found.skipped == []
    assert values(found.filed[0]) == values(one(PURE))


def promise(**fields: Json) -> dict[str, Json]:
    return {"promise": fields}


NO_CONDITIONS: list[Json] = [
    *("P2", [], {}, {"seat": "P2"}, {"pulls_for": "P1"}),
    *({"seat": None, "pulls_for": "P1"}, {"seat": "P2", "pulls_for": "P2"}),
    *({"seat": "P2", "pulls_for": "P9"}, {"seat": "P2", "pulls_for": "P1", "times": 0}),
    {"seat": "P2", "pulls_for": "P1", "by": "now"},
]
EVENTS: list[tuple[int, dict[str, Json], str]] = [
    (PULL, {"episode": None}, "missing_field"),
    (PULL, {"episode": ...}, "missing_field"),
    (PULL, {"episode": 7}, "wrong_type"),
    (PULL, {"episode": "b"}, "no_header"),
    (PULL, {"episode": ""}, "no_header"),
    *((PULL, {name: ...}, "missing_field") for name in ("index", "round", "seat")),
    *((PULL, {name: None}, "missing_field") for name in ("index", "round", "seat", "action")),
    *((PULL, {"action": wrong}, "unknown_action") for wrong in NO_ACTIONS),
    (PULL, {"slot": None}, "missing_field"),
    (PULL, {"beneficiary": ...}, "missing_field"),
    (LETTER, {"to": None}, "missing_field"),
    (POST, {"slot": ...}, "missing_field"),
    (LOST, {"slot": ...}, "missing_field"),
    (PULL, {"action": "plan"}, "missing_field"),
    (PULL, {"action": "control_pull", "beneficiary": None}, "missing_field"),
    *((PULL, {"index": wrong}, "wrong_type") for wrong in (1.0, "1", True)),
    (PULL, {"round": 1.0}, "wrong_type"),
    (PULL, {"slot": True}, "wrong_type"),
    (PULL, {"seat": 2}, "wrong_type"),
    (PULL, {"beneficiary": ["P1"]}, "wrong_type"),
    (PULL, {"credit_claimed": 3}, "wrong_type"),
    (PULL, {"credit": 3}, "wrong_type"),
    (LETTER, {"to": 2}, "wrong_type"),
    (LETTER, {"text": 2}, "wrong_type"),
    (LETTER, {"promise": "I will"}, "wrong_type"),
    (LETTER, {"promise": True}, "wrong_type"),
    (LETTER, {"promise": [None]}, "wrong_type"),
    (POST, {"text": ["hi"]}, "wrong_type"),
    (LOST, {"reason": 3}, "wrong_type"),
    (PULL, {"action": "plan", "plan": "P1"}, "wrong_type"),
    (PULL, {"action": "plan", "plan": ["P1", 2]}, "wrong_type"),
    (PULL, {"action": "control_pull", "slot": "1"}, "wrong_type"),
    (PULL, {"index": -1}, "bad_value"),
    (PULL, {"round": 0}, "bad_value"),
    (PULL, {"round": 3}, "bad_value"),
    (PULL, {"slot": 0}, "bad_value"),
    (PULL, {"slot": 2}, "bad_value"),
    (PULL, {"action": "control_pull", "slot": 2}, "bad_value"),
    (PULL, {"seat": "P9"}, "unknown_seat"),
    (PULL, {"beneficiary": "P9"}, "unknown_seat"),
    (PULL, {"credit": "P9"}, "unknown_seat"),
    (LETTER, {"to": "p2"}, "unknown_seat"),
    (PULL, {"action": "plan", "plan": ["P1", "P9"]}, "unknown_seat"),
    (LETTER, {"to": "P1"}, "self_message"),
    (PULL, {"beneficiary": "P2"}, "self_pull_not_allowed"),
    (PULL, {"action": "control_pull", "beneficiary": "P2"}, "self_pull_not_allowed"),
    (LETTER, promise(promisor="P2"), "bad_promise"),
    (LETTER, promise(promisor=1), "bad_promise"),
    (LETTER, promise(promisee="P9"), "bad_promise"),
    (LETTER, promise(promisee=2), "bad_promise"),
    (LETTER, promise(what="pull"), "bad_promise"),
    (LETTER, promise(what=["pull_for"]), "bad_promise"),
    (LETTER, promise(beneficiary="P1"), "bad_promise"),
    (LETTER, promise(promisee="P1"), "bad_promise"),
    (LETTER, promise(beneficiary="P9"), "bad_promise"),
    *((LETTER, promise(times=wrong), "bad_promise") for wrong in (0, -1, 1.0, True, "1")),
    *(
        (LETTER, promise(by=wrong), "bad_promise")
        for wrong in (
            *("End", 1, [1], {}, {"round": None}, {"round": 0}, {"round": 1.0}, {"round": True}),
            *({"slot": 1}, {"round": 1, "slot": 0}, {"round": 1, "slot": 2}),
            *({"round": 1, "slot": 1.0}, {"round": 9, "slot": 2}),
        )
    ),
    *((LETTER, promise(condition=wrong), "bad_promise") for wrong in NO_CONDITIONS),
    (POST, promise(), "bad_promise"),
    (LETTER, {"promise": [{}, {"times": 0}]}, "bad_promise"),
    (PULL, promise(), "bad_promise"),
    (LOST, {"promise": [{"beneficiary": "P1"}]}, "bad_promise"),
    (LAST_PULL, {"index": 0}, "duplicate_index"),
    (LAST_PULL, {"round": 1}, "second_action_in_slot"),
    # The first reason that applies is the one.
    (PULL, {"episode": 7, "action": "push"}, "wrong_type"),
    (PULL, {"episode": "b", "index": None}, "no_header"),
    (PULL, {"index": None, "action": "push"}, "missing_field"),
    (PULL, {"action": "push", "slot": None, "index": "0"}, "unknown_action"),
    (PULL, {"slot": None, "index": "0"}, "missing_field"),
    (PULL, {"index": "0", "round": 9}, "wrong_type"),
    (PULL, {"round": 9, "seat": "P9"}, "bad_value"),
    (LETTER, {"to": "P1", "promise": {"times": 0}}, "self_message"),
    (LETTER, {"promise": {"times": 0}, "index": 1}, "bad_promise"),
    (LAST_PULL, {"index": 0, "round": 1}, "duplicate_index"),
]


@pytest.mark.parametrize(("at", "fields", "reason"), EVENTS)
def test_a_bad_event_has_its_reason_and_damages_its_episode(
    at: int, fields: dict[str, Json], reason: str
) -> None:
    found = imported(changed(PURE, at, **fields))
    first = next(bad for bad in found.skipped if bad.line == at + 1)
    assert code(first) == reason
    assert json.loads(first.raw) == changed(PURE, at, **fields)[at]
    assert found.damaged == ["a"]
    assert found.events == len(PURE) - 2
    if fields.get("episode", "a") == "a":
        assert len(found.skipped) == 1
        assert first.episode == "a"


SETTINGS_THAT_FORBID: list[tuple[dict[str, Json], int, dict[str, Json], str]] = [
    ({"condition": "complete/pure/msg-off"}, LETTER, {}, "message_when_off"),
    ({"condition": "complete/pure/msg-off"}, LETTER, {"to": "P1"}, "self_message"),
    (
        {"condition": "complete/pure/msg-off"},
        LETTER,
        {"promise": {"times": 0}},
        "message_when_off",
    ),
    ({"public_chat": False}, POST, {}, "post_when_off"),
    ({"public_chat": False}, POST, {"promise": {}}, "post_when_off"),
    ({"promises_recorded": False}, LETTER, {"promise": {}}, "bad_promise"),
]


@pytest.mark.parametrize(("header", "at", "fields", "reason"), SETTINGS_THAT_FORBID)
def test_what_the_header_rules_out_is_a_bad_line(
    header: dict[str, Json], at: int, fields: dict[str, Json], reason: str
) -> None:
    found = imported(changed(changed(PURE, HEADER, **header), at, **fields))
    assert codes(found) == [(at + 1, reason)]


@pytest.mark.parametrize("none", [None, []])
def test_no_promise_is_no_promise(none: Json) -> None:
    lines = changed(changed(PURE, HEADER, promises_recorded=False), LETTER, promise=none)
    assert imported(lines).skipped == []


SOUND_PROMISES: list[Json] = [
    {},
    {"promisor": None, "promisee": None, "what": None, "times": None, "by": None},
    {"promisor": "P1", "promisee": "P3", "what": "pull_for", "condition": None},
    {"promisee": "P1", "beneficiary": "P3"},
    {"by": {"round": 99}},
    {"by": {"round": 1, "slot": None}},
    {"by": {"round": 99, "slot": 1}, "times": 10**30},
    {"condition": {"seat": "P1", "pulls_for": "P3", "times": None, "by": None}},
    {"condition": {"seat": "P2", "pulls_for": "P1", "by": "end", "x": [1]}, "y": {"z": None}},
    [{}, {"beneficiary": "P3"}],
]


@pytest.mark.parametrize("sound", SOUND_PROMISES)
def test_a_promise_with_terms_is_sound(sound: Json) -> None:
    filed = one(changed(PURE, LETTER, promise=sound))
    made = len(sound) if isinstance(sound, list) else 1
    assert values(filed)["promises_made"]["P1", None, None] == made


def test_a_field_of_another_action_is_an_unknown_one() -> None:
    lines = changed(PURE, POST, promise={"beneficiary": "P1"}, to=["x"], beneficiary=3, plan={})
    assert values(one(lines))["promises_made"]["P3", None, None] == 1
    with_slot = {**PURE[PULL], "action": "plan", "plan": [], "text": 3, "promise": None}
    assert imported([*changed(PURE, HEADER, finished=False)[:2], with_slot]).skipped == []


def test_a_post_may_promise_without_a_promisee() -> None:
    filed = one(changed(PURE, POST, promise={"beneficiary": "P1", "by": "end"}))
    assert values(filed)["promises_kept"]["P3", None, None] == 1


def test_an_event_before_its_header_has_none() -> None:
    found = imported([PURE[1], PURE[0], *PURE[2:]])
    assert codes(found) == [(1, "no_header")]
    assert found.damaged == ["a"]


def test_a_second_header_is_a_duplicate_and_damages_the_first_episode() -> None:
    found = imported([*PURE, PURE[0]])
    assert codes(found) == [(8, "duplicate_episode")]
    assert found.damaged == ["a"]


def test_an_id_that_the_run_has_is_a_duplicate() -> None:
    found = imported(PURE, taken=["a"])
    assert codes(found) == [(1, "duplicate_episode"), *((n, "no_header") for n in range(2, 8))]
    assert found.filed == []


def test_ids_are_unique_over_files_and_a_file_is_a_log_of_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(text(PURE))
    second.write_bytes(text([*PURE[:2], *EXAMPLE]))
    found = read([first, second], ())
    assert [(Path(bad.file).name, bad.line, code(bad)) for bad in found.skipped] == [
        ("2", 1, "duplicate_episode"),
        ("2", 2, "no_header"),
    ]
    assert [filed.id for filed in found.filed] == ["a", "E"]
    assert found.damaged == ["a"]


@pytest.mark.parametrize("line", [b'{"episode":"a"}', b'{"seats":[],"action":"pull"}', b"{}"])
def test_a_line_that_is_both_or_neither_is_unknown(line: bytes) -> None:
    assert codes(imported([*PURE, line]))[0] == (8, "unknown_line")


BYTES: list[tuple[bytes, str]] = [
    (b'{"episode":"a","x":"\xff"}', "not_utf8"),
    (b"\xed\xa0\x80", "not_utf8"),
    (b'{"episode":"a","x":"\\ud800"}', "not_utf8"),
    (b'{"episode":"a","\\uDC00x":1}', "not_utf8"),
    (b'{"episode":"a","x":"\\ud83d\\ud83d\\ude00"}', "not_utf8"),
    (b'{"episode":"a","x":"\\ud800","x":1}', "not_utf8"),
    (b'["\\udfff"]', "not_utf8"),
    (b'{"episode":"a","x":"\\ud800"', "not_json"),
    (b"nonsense", "not_json"),
    (b'{"episode":"a","x":NaN}', "not_json"),
    (b'{"episode":"a","x":-Infinity}', "not_json"),
    (b'{"episode":"a","x":1} {}', "not_json"),
    (b'{"episode":"a","x":"\x01"}', "not_json"),
    (b"\xef\xbb\xbf{}", "not_json"),
    (b"\xc2\xa0", "not_json"),
    (b'{"episode":"a","x":' + b"9" * 5000 + b"}", "not_json"),
    (b"[" * 100_000, "not_json"),
    (b'{"x":' * 100_000, "not_json"),
    (b'{"episode":"a","x":' + b"[" * 501 + b"]" * 501 + b"}", "not_json"),
    (b'{"episode":"a","x":1,"x":1}', "duplicate_key"),
    (b'{"episode":"a","x":[{"y":{"z":1,"z":1}}]}', "duplicate_key"),
    (b'[{"x":1,"x":2}]', "duplicate_key"),
    (b"[]", "not_object"),
    (b"3", "not_object"),
    (b'"seats"', "not_object"),
    (b"null", "not_object"),
]


@pytest.mark.parametrize(("line", "reason"), BYTES, ids=[str(n) for n in range(len(BYTES))])
def test_a_line_that_is_no_object_has_its_reason(line: bytes, reason: str) -> None:
    found = imported([*PURE, line])
    assert codes(found) == [(8, reason)]
    assert found.skipped[0].raw == line
    assert found.damaged == (["a"] if found.skipped[0].episode == "a" else [])


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b'{"episode":"a","x":1,"x":1}', "a"),
        (b'{"episode":"a","x":{"episode":"b","episode":"c"}}', "a"),
        (b'{"episode":"a","episode":"a"}', "a"),
        (b'{"episode":"a","episode":"b"}', None),
        (b'{"x":{"episode":"a"},"y":{"z":1,"z":1}}', None),
        (b'{"episode":"\\ud800"}', None),
        (b'[{"episode":"a"}]', None),
        (b'{"episode":["a"]}', None),
    ],
)
def test_a_bad_line_names_an_episode_where_it_says_which(line: bytes, named: str | None) -> None:
    [bad] = imported([*PURE, line]).skipped
    assert bad.episode == named


@pytest.mark.parametrize("value", ["1e999", "-1e999"])
def test_a_number_beyond_doubles_is_a_bad_value_wherever_it_stands(value: str) -> None:
    event = json.dumps(PURE[1])[:-1] + f',"x":[{value}]}}'
    assert codes(imported([PURE[0], event.encode(), *PURE[2:]])) == [(2, "bad_value")]
    header = json.dumps(PURE[0])[:-1] + f',"control_pull_points":{value}}}'
    assert codes(imported([header.encode()])) == [(1, "bad_value")]


def test_many_brackets_are_not_deep_ones() -> None:
    wide = [[{"x": "[[[{"}]] * 200
    assert imported(changed(PURE, PULL, note=wide)).skipped == []


def test_only_a_line_feed_ends_a_line() -> None:
    said = "a\u2028b\u2029c\u0085d\x1c\x0be"
    lines = changed(PURE, LETTER, text=said)
    data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines[:2])
    found = imported(data.replace(b"\\u001c", b"").replace(b"\\u000b", b"") + text(lines[2:]))
    assert found.skipped == []
    assert found.filed[0].episode.events[0].data["text"] == "a\u2028b\u2029c\u0085de"


def test_a_mark_blank_lines_carriage_returns_and_gzip_change_nothing(tmp_path: Path) -> None:
    plain = one(PURE)
    body = text(PURE)
    odd = b"\xef\xbb\xbf\r\n\n  \t\r\n" + body.replace(b"\n", b"\r\n\n") + b" "
    packed = gzip.compress(odd[:100]) + gzip.compress(odd[100:])
    for data in (odd, body.rstrip(b"\n"), packed, b"\xef\xbb\xbf" + body):
        found = imported(data)
        assert found.skipped == []
        assert values(found.filed[0]) == values(plain)


def test_line_numbers_count_every_physical_line() -> None:
    found = imported(b"\n\r\n" + text(PURE) + b"\n\nx\n")
    assert codes(found) == [(12, "not_json")]


@pytest.mark.parametrize("cut", [12, 40, 100, 400, -9, -3])
def test_a_damaged_gzip_keeps_what_came_before_and_says_where_it_broke(cut: int) -> None:
    found = imported(gzip.compress(text(EXAMPLE), mtime=0)[:cut])
    assert code(found.skipped[-1]) == "not_json"
    read_whole = len(found.filed) + found.events
    assert (read_whole == len(EXAMPLE)) is (cut < 0)
    assert found.skipped[-1].line == (read_whole + 1)


def test_a_bomb_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", 1) as file:
        for _ in range(300):
            file.write(bytes(2**20))
    with pytest.raises(TooLarge, match=r"bomb\.gz' has more than 268435456 bytes, unpacked"):
        read([bomb], ())
    monkeypatch.setattr(log_module, "MOST_BAD", 3)
    bomb.write_bytes(b"x\n" * 10)
    with pytest.raises(TooLarge, match="more than 3 bad lines"):
        read([bomb], ())


def test_a_line_too_long_to_be_read_is_a_bad_line() -> None:
    found = imported([*PURE, b'{"episode":"a","x":"' + b"x" * 2**24 + b'"}', b"[]"])
    assert codes(found) == [(8, "not_json"), (9, "not_object")]
    assert len(found.skipped[0].raw) == 4096


def test_episodes_may_interleave_and_events_stand_in_any_order() -> None:
    other = [{**line, "episode": "b"} for line in PURE]
    backward = zip(other[:0:-1], PURE[:0:-1], strict=True)
    found = imported([PURE[0], other[0], *(line for both in backward for line in both)])
    assert found.skipped == []
    assert [values(filed) for filed in found.filed] == [values(one(PURE)), values(one(other))]


def moved(*rounds: int, slots: Sequence[int] = ()) -> Imported:
    """An unfinished game of one seat's messages in these rounds, by index."""
    header = {**PURE[0], "rounds": 3, "slots": 3, "finished": False}
    places = zip(rounds, slots or range(1, 10), strict=False)
    event = {"episode": "a", "seat": "P1", "action": "message", "to": "P2"}
    events = [
        {**event, "index": at, "round": now, "slot": slot} for at, (now, slot) in enumerate(places)
    ]
    return imported([header, *events])


def test_an_event_that_goes_back_in_time_is_out_of_order() -> None:
    assert codes(moved(1, 2, 3)) == []
    assert codes(moved(1, 3, 2)) == [(4, "out_of_order")]
    assert codes(moved(2, 2, 1, slots=[1, 2, 3])) == [(4, "out_of_order")]
    assert codes(moved(1, 1, 1, slots=[2, 1, 3])) == [(3, "out_of_order")]
    assert codes(moved(1, 1, 1, slots=[3, 1, 2])) == [(3, "out_of_order"), (4, "out_of_order")]
    assert codes(moved(3, 1, 2)) == [(3, "out_of_order"), (4, "out_of_order")]


def test_order_is_by_index_and_not_by_line() -> None:
    found = imported([PURE[0], *PURE[:0:-1]])
    assert found.skipped == []


def test_plans_and_control_pulls_are_compared_by_round_only() -> None:
    header = {**PURE[0], "slots": 2, "finished": False}
    place = {"episode": "a", "seat": "P1"}
    late = {**place, "index": 0, "round": 1, "slot": 2, "action": "pull", "beneficiary": "P2"}
    plan = {**place, "index": 1, "round": 1, "slot": 1, "action": "plan", "plan": []}
    forced = {**place, "index": 2, "round": 2, "action": "control_pull", "beneficiary": "P2"}
    back = {**plan, "index": 3, "round": 1}
    early = {**late, "index": 3, "round": 2, "slot": 1}
    assert codes(imported([header, late, plan, forced, early])) == []
    assert codes(imported([header, late, plan, forced, back])) == [(5, "out_of_order")]


def test_a_gap_and_a_missing_turn_are_faults_of_the_episode_at_its_header() -> None:
    assert codes(imported([b"", *PURE[:3], *PURE[4:]])) == [(2, "missing_index")]
    assert codes(imported(PURE[:-1])) == [(1, "missing_turns")]
    assert codes(imported(PURE[:1])) == [(1, "missing_turns")]
    assert imported(PURE[:-1]).damaged == ["a"]


def test_a_fault_of_the_episode_is_not_said_where_a_line_of_it_is_bad() -> None:
    found = imported([*PURE[:2], {**PURE[2], "round": 7}, *PURE[3:-1]])
    assert codes(found) == [(3, "bad_value")]


def test_a_game_that_was_cut_short_lacks_no_turns_but_may_lack_an_index() -> None:
    cut = changed(PURE, HEADER, finished=False)
    assert codes(imported(cut[:4])) == []
    assert codes(imported(cut[:1])) == []
    assert codes(imported([*cut[:2], cut[3]])) == [(1, "missing_index")]


def test_a_huge_game_that_was_cut_short_is_read_at_once() -> None:
    header = changed(PURE, HEADER, finished=False, rounds=10**30, slots=10**30)[0]
    filed = one([header, *PURE[1:3]])
    assert set(values(filed)["timing_signature"].values()) == {"unfinished_episode"}
    finished = {**header, "finished": True}
    assert codes(imported([finished, *PURE[1:3]])) == [(1, "missing_turns")]


def test_the_two_values_of_a_published_credit_are_compared_by_the_rule() -> None:
    """Of the claims of example E the one at 2 survives and the one at 3 does not."""

    def warned(at: int, credit: Json) -> list[tuple[int, str]]:
        found = imported(changed(EXAMPLE, at + 1, credit=credit))
        assert found.skipped == []
        return [(bad.line, code(bad)) for bad in found.warnings]

    disagrees = "credit_disagrees"
    assert warned(2, "P2") == warned(3, None) == warned(10, None) == []
    assert warned(2, None) == warned(2, "P3") == [(4, disagrees)]
    assert warned(3, "P3") == [(5, disagrees)]
    assert warned(10, "P3") == [(12, disagrees)]


def test_damaged_episodes_have_no_warnings() -> None:
    lines = changed(EXAMPLE, 3, credit=None)
    assert len(imported(lines).warnings) == 1
    assert imported([*lines, lines[1]]).warnings == []


def test_an_episode_is_filed_as_its_log_says() -> None:
    filed = one(EXAMPLE)
    events = filed.episode.events
    assert (filed.id, filed.status, filed.focal, filed.arm) == ("E", "exploratory", 0, None)
    assert [(seat.name, seat.agent, seat.role) for seat in filed.seats] == [
        ("P1", "m1", "focal"),
        ("P2", "m2", "background"),
        ("P3", "m2", "background"),
    ]
    assert filed.kept["header"] == EXAMPLE[0]
    assert filed.episode.payoffs == (6, 1.5, 4)
    assert filed.episode.outcome == {
        "scores": [6, 1.5, 4],
        "pulls_made": [3, 3, 4],
        "messages_sent": [2, 1, 2],
        "forfeits": [0, 1, 0],
    }
    assert events[0].to == (0, 1)
    assert events[0].truth["meant"]["promise"]["condition"] == {"seat": "P2", "pulls_for": "P1"}
    assert events[2].data == {"round": 1, "slot": 1, "beneficiary": 0}
    assert (events[2].to, events[2].truth) == (EVERYONE, {"claimed": "P2"})
    assert (events[6].data["plan"], events[6].to) == ([1, None], (2,))
    assert events[7].data == {"round": 2, "slot": None, "beneficiary": 2}
    assert (events[12].data["reason"], events[12].to) == (None, (1,))
    assert events[17].to == EVERYONE


def test_a_damaged_episode_keeps_what_was_wrong_with_it() -> None:
    found = imported(changed(EXAMPLE, 3, round=9))
    assert found.filed[0].kept["faults"] == [bad.row() for bad in found.skipped]


def test_an_imported_episode_survives_its_json() -> None:
    for seed in range(20):
        episode = one(random_log(seed)).episode
        assert type(episode).from_json(episode.to_json()) == episode


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.jsonl"):
        read([Path("nowhere.jsonl")], ())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    for each in (data, b"\x1f\x8b" + data, text(PURE) + data):
        found = imported(each)
        for filed in found.filed:
            values(filed, {"null.draws": 2})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from(sorted({key for line in EXAMPLE for key in line}))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 500),
    st.lists(
        st.tuples(st.integers(0, 200), FIELDS, JSON | st.sampled_from(["P1", "S0", 1, {}, "pull"])),
        max_size=4,
    ),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=3),
)
def test_a_mutated_log_is_kept_or_named(
    seed: int, edits: list[tuple[int, str, Json]], swaps: list[tuple[int, int]]
) -> None:
    lines = [dict(line) for line in random_log(seed)]
    for at, field, value in edits:
        lines[at % len(lines)][field] = value
    for one_, other in swaps:
        lines[one_ % len(lines)] = dict(lines[other % len(lines)])
    found = imported(lines)
    own = [bad for bad in found.skipped if code(bad) in ("missing_index", "missing_turns")]
    assert len(found.filed) + found.events + len(found.skipped) - len(own) == len(lines)
    for filed in found.filed:
        answers = values(filed, {"null.draws": 2})
        if filed.damaged:
            assert {a for of in answers.values() for a in of.values()} == {"damaged_log"}
