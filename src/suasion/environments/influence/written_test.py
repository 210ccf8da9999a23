"""Logs written for tests: Example E of the definitions, and random ones that are always valid."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from suasion.core.asks import Json
from suasion.environments.influence.kit_measures import MEASURES
from suasion.environments.influence.log import read
from suasion.measures.filed import Filed
from suasion.measures.imported import Imported
from suasion.measures.measure import Value

Line = dict[str, Json]
EXAMPLE_HEADER: Line = {
    "episode": "E",
    "condition": "complete/mixed/msg-on",
    "seats": ["P1", "P2", "P3"],
    "rounds": 3,
    "slots": 2,
    "self_pull_payoff": 0.5,
    "focal": "P1",
    "models": {"P1": "m1", "P2": "m2", "P3": "m2"},
}
_FIRST = {
    "promisee": "P2",
    "by": {"round": 2},
    "condition": {"seat": "P2", "pulls_for": "P1"},
}
_EVENTS: Sequence[tuple[int, int | None, str, str, Line]] = (
    (1, 1, "P1", "message", {"to": "P2", "text": "hi", "promise": _FIRST}),
    (1, 1, "P2", "message", {"to": "P3", "text": "hi"}),
    (1, 1, "P3", "pull", {"beneficiary": "P1", "credit_claimed": "P2"}),
    (1, 2, "P2", "pull", {"beneficiary": "P1", "credit_claimed": "P3"}),
    (1, 2, "P3", "message", {"to": "P2", "text": "hi"}),
    (1, 2, "P1", "pull", {"beneficiary": "P3"}),
    (2, None, "P3", "plan", {"plan": ["P2", None]}),
    (2, None, "P2", "control_pull", {"beneficiary": "P3"}),
    (2, 1, "P3", "pull", {"beneficiary": "P2"}),
    (2, 1, "P1", "message", {"to": "P3", "text": "hi", "promise": {"by": {"round": 2, "slot": 2}}}),
    (2, 1, "P2", "pull", {"beneficiary": "P1"}),
    (2, 2, "P3", "pull", {"beneficiary": "P1"}),
    (2, 2, "P2", "forfeit", {}),
    (2, 2, "P1", "pull", {"beneficiary": "P3"}),
    (3, 1, "P2", "pull", {"beneficiary": "P2"}),
    (3, 1, "P1", "pull", {"beneficiary": "P3"}),
    (3, 1, "P3", "pull", {"beneficiary": "P1"}),
    (3, 2, "P1", "post", {"text": "hi"}),
    (3, 2, "P3", "message", {"to": "P1", "text": "hi", "promise": {"by": "end"}}),
    (3, 2, "P2", "pull", {"beneficiary": "P1"}),
)
EXAMPLE: Sequence[Line] = (
    EXAMPLE_HEADER,
    *(
        {
            "episode": "E",
            "index": index,
            "round": now,
            "slot": slot,
            "seat": seat,
            "action": action,
            **own,
        }
        for index, (now, slot, seat, action, own) in enumerate(_EVENTS)
    ),
)


def text(lines: Iterable[Line | bytes]) -> bytes:
    """The bytes of a log."""
    return b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )


def imported(lines: Iterable[Line | bytes] | bytes, taken: Iterable[str] = ()) -> Imported:
    """What a log of these lines holds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        path.write_bytes(lines if isinstance(lines, bytes) else text(lines))
        return read([path], frozenset(taken))


def one(lines: Iterable[Line | bytes]) -> Filed:
    """The one sound episode of a log."""
    found = imported(lines)
    assert not found.skipped, found.skipped
    [filed] = found.filed
    return filed


def changed(lines: Sequence[Line], at: int, **fields: Json) -> list[Line]:
    """The lines with some fields of one changed; `...` takes a field out."""
    new = [dict(line) for line in lines]
    new[at] = {key: value for key, value in {**new[at], **fields}.items() if value is not ...}
    return new


Key = tuple[str | None, str | None, int | None]
"""Seat, other, place in a series."""
Answers = dict[str, dict[Key, float | str]]
"""Of each measure its values, or the reasons why there is none."""


def key(value: Value) -> Key:
    """What a value belongs to."""
    return value.seat, value.other, value.series[1] if value.series else None


def values(filed: Filed, parameters: Mapping[str, Json] | None = None, only: str = "") -> Answers:
    """Every value of an episode; where `only` is given, of that measure."""
    found: Answers = {}
    for measure in MEASURES:
        if only in ("", measure.id):
            of = found.setdefault(measure.id, {})
            for value in measure.values(filed, parameters or {}):
                answer = value.reason if value.value is None else value.value
                assert answer is not None
                assert (value.value is None) == (value.reason is not None)
                of[key(value)] = answer
    return found


def by_seat(filed: Filed, measure: str, **parameters: Json) -> list[float | str]:
    """A seat-level measure in seat order; parameters with `__` for the dot."""
    asked = {name.replace("__", "."): value for name, value in parameters.items()}
    return list(values(filed, asked, measure)[measure].values())


def of_episode(filed: Filed, measure: str, **parameters: Json) -> float | str:
    """An episode-level measure."""
    [value] = by_seat(filed, measure, **parameters)
    return value


def random_log(seed: int, *, mixed: bool | None = None, finished: bool = True) -> list[Line]:
    """A valid log with everything in it that a log can hold, in the order of its index."""
    random = Random(seed)
    size, rounds, slots = random.randint(2, 5), random.randint(1, 5), random.randint(1, 3)
    seats = [f"S{at}" for at in range(size)]
    mixed = random.random() < 0.4 if mixed is None else mixed
    talk = random.random() < 0.85
    header = _random_header(random, seats, rounds, slots, mixed, talk)
    header["finished"] = finished
    chat = header.get("public_chat") is not False
    lines: list[Line] = []

    def add(now: int, slot: int | None, seat: str, action: str, **own: Json) -> None:
        place = {"round": now, "slot": slot, "seat": seat, "action": action}
        lines.append({"episode": header["episode"], "index": len(lines), **place, **own})

    def other(seat: str) -> str:
        return random.choice([name for name in seats if name != seat])

    def maybe_extras(now: int) -> None:
        for seat in seats:
            if random.random() < 0.1:
                plan = [random.choice([*seats, None]) for _ in range(random.randint(0, slots))]
                add(now, None, seat, "plan", plan=plan)
            if random.random() < 0.08:
                add(now, None, seat, "control_pull", beneficiary=other(seat))

    recorded = header.get("promises_recorded") is not False
    for now in range(1, rounds + 1):
        for slot in range(1, slots + 1):
            for seat in random.sample(seats, size):
                if random.random() < 0.3:
                    maybe_extras(now)
                kind = random.choice(["pull"] * 6 + ["message"] * 5 + ["post", "forfeit"])
                if (kind == "message" and not talk) or (kind == "post" and not chat):
                    kind = "pull"
                own: Line = {}
                if kind == "pull":
                    own["beneficiary"] = random.choice(seats) if mixed else other(seat)
                    if random.random() < 0.5:
                        own["credit_claimed"] = random.choice([*seats, "nobody", "", None])
                elif kind == "message":
                    own["to"] = other(seat)
                if kind in ("message", "post"):
                    if random.random() < 0.95:
                        own["text"] = "hé😀\u2028"[: random.randint(0, 5)]
                    if recorded and random.random() < 0.6:
                        own["promise"] = _random_promises(random, seats, seat, own.get("to"), slots)
                add(now, slot, seat, kind, **own)
    if not finished:
        del lines[random.randint(0, len(lines)) :]
    return [header, *lines]


def _random_header(
    random: Random, seats: list[str], rounds: int, slots: int, mixed: bool, talk: bool
) -> Line:
    economy, messages = "mixed" if mixed else "pure", "msg-on" if talk else "msg-off"
    header: Line = {
        "episode": f"episode {random.random()}",
        "condition": f"{random.choice(['ring', 'complete'])}/{economy}/{messages}",
        "seats": seats,
        "rounds": rounds,
        "slots": slots,
        "models": {seat: random.choice(["a", "b", None]) for seat in seats},
        "status": random.choice(["confirmatory", "exploratory", None]),
        "credit": random.choice(["off", "plain", "plain", "payback_clause", None]),
        "control_pull_points": random.choice([0, 1, 2.5, None]),
        "public_chat": random.choice([True, False, None]),
        "promises_recorded": random.choice([True, False, None, None]),
        "focal": random.choice([*seats, None, None]),
    }
    if mixed:
        header["self_pull_payoff"] = random.choice([0, 0.25, 0.5, 1])
    return header


def _random_promises(random: Random, seats: list[str], by: str, to: str | None, slots: int) -> Json:
    others = [seat for seat in seats if seat != by]

    def deadline() -> Json:
        last = random.randint(1, 6)
        slot = random.randint(1, slots)
        return random.choice([None, "end", {"round": last}, {"round": last, "slot": slot}])

    def promise() -> Line:
        made: Line = {"by": deadline(), "times": random.choice([None, 1, 1, 2])}
        if to is None or random.random() < 0.4:
            made["beneficiary"] = random.choice(others)
        if random.random() < 0.5:
            first, second = random.sample(seats, 2)
            made["condition"] = {"seat": first, "pulls_for": second, "by": deadline()}
            if random.random() < 0.3:
                made["condition"]["times"] = 2
        return made

    return promise() if random.random() < 0.5 else [promise(), promise()]


def test_a_random_log_is_valid() -> None:
    for seed in range(60):
        found = imported(random_log(seed, finished=seed % 3 > 0))
        assert found.skipped == []
        assert found.damaged == []
