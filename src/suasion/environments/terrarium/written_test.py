"""Small logs as the published engines write them, for the tests beside this one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from suasion.core.asks import Json
from suasion.environments.terrarium.kit_measures import MEASURES
from suasion.environments.terrarium.log import read
from suasion.measures.filed import Filed
from suasion.measures.imported import Imported
from suasion.measures.measure import Value

Line = dict[str, Json]
NAMES = ("Vera", "Kip", "Sable")
MODEL = "Qwen/Qwen2.5-7B-Instruct-AWQ"


def line(type_: str, round_: int, agent: str | int = "system", **fields: Json) -> Line:
    """One line of the game `g`; seats by their numbers."""
    by = f"agent_{agent}" if isinstance(agent, int) else agent
    return {
        "game_id": "g",
        "round": round_,
        "timestamp": 1770847926.25,
        "event_type": type_,
        "agent": by,
        **fields,
    }


def puzzle(round_: int, name: str, **clues: str) -> Line:
    """A puzzle, with the clue of each holder."""
    held: Json = dict(clues)
    return line(
        "PUZZLE_CREATED",
        round_,
        puzzle_id=name,
        category="color",
        answer="BLUE",
        clue_holders=held,
    )


def private(round_: int, by: int, to: int, text: str, before: int = 100, cost: int = 1) -> Line:
    """A private message."""
    return line(
        "SEND_PRIVATE",
        round_,
        by,
        target=f"agent_{to}",
        target_name=NAMES[to] if to < len(NAMES) else None,
        content=text,
        token_cost=cost,
        balance_before=before,
        balance_after=before - cost,
    )


def public(round_: int, by: int, text: str, before: int = 100, cost: int = 2) -> Line:
    """A public message."""
    return line(
        "SEND_PUBLIC",
        round_,
        by,
        content=text,
        token_cost=cost,
        balance_before=before,
        balance_after=before - cost,
    )


def trade(round_: int, by: int, to: int, amount: int) -> Line:
    """A gift, or an offer that was accepted."""
    return line("TRADE", round_, by, target=f"agent_{to}", amount=amount)


def solved(round_: int, name: str, *contributors: int, by: int | None = None) -> Line:
    """A puzzle that was solved, by itself where nobody is named."""
    agent: str | int = "system" if by is None else by
    own: Line = {"auto_solved": True} if by is None else {}
    ids: Json = [f"agent_{seat}" for seat in contributors]
    return line(
        "PUZZLE_SOLVED",
        round_,
        agent,
        puzzle_id=name,
        answer="BLUE",
        contributors=ids,
        cooperative=len(contributors) > 1,
        **own,
    )


def end(rounds: int, *, dead: Sequence[tuple[str, int]] = (), **fields: Json) -> Line:
    """The last line: it has no round and no agent."""
    gone = [name for name, _ in dead]
    alive: Json = [name for name in NAMES if name not in gone]
    eliminated: Json = [{"name": name, "death_round": at} for name, at in dead]
    balances: Json = {name: 0 if name in gone else 50 for name in NAMES}
    return {
        "game_id": "g",
        "event_type": "GAME_END",
        "timestamp": 1770847999,
        "total_rounds": rounds,
        "survivors": alive,
        "eliminated": eliminated,
        "final_balances": balances,
        **fields,
    }


GAME: Sequence[Line] = (
    line("AGENT_MODEL", 0, 0, model=MODEL),
    puzzle(1, "Q-1", Vera="The answer is BL__", Kip="The answer is __UE"),
    private(1, 0, 1, "My clue for Q-1 is BL__"),
    private(1, 1, 0, "Q-1: __UE"),
    line("SHOUT", 1, 2, content="Hello all", token_cost=0),
    line("REWARD", 1, 0, amount=40, reason="puzzle_solve", cooperative=True),
    line("REWARD", 1, 1, amount=40, reason="puzzle_solve", cooperative=True),
    solved(1, "Q-1", 0, 1),
    private(2, 0, 2, "I have a clue for Z-9", before=131),
    private(2, 2, 0, "No.", before=92),
    line("DEATH", 2, 2, cause="starvation"),
    end(2, dead=[("Sable", 2)]),
)
"""A sound game of three seats."""


def changed(lines: Sequence[Line], at: int, **fields: Any) -> list[Line]:
    """The lines with fields of one changed; `...` takes a field away."""
    line_ = {**lines[at], **fields}
    new = {key: value for key, value in line_.items() if value is not ...}
    return [*lines[:at], new, *lines[at + 1 :]]


def text(lines: Sequence[Line | bytes]) -> bytes:
    """The lines as a file holds them."""
    return b"".join(
        (each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines
    )


def imported(*logs: Sequence[Line | bytes] | bytes, taken: Sequence[str] = ()) -> Imported:
    """What is read of logs, each in a file of its own, `0.jsonl`, `1.jsonl`, …"""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{at}.jsonl" for at in range(len(logs))]
        for file, log in zip(files, logs, strict=True):
            file.write_bytes(log if isinstance(log, bytes) else text(log))
        return read(files, taken)


def one(lines: Sequence[Line]) -> Filed:
    """The game of a log that is sound."""
    found = imported(lines)
    assert found.skipped == []
    [filed] = found.filed
    return filed


def values(filed: Filed, measure: str) -> list[Value]:
    """The values of one measure."""
    [found] = [each for each in MEASURES if each.id == measure]
    return list(found.values(filed, {}))


def number(filed: Filed, measure: str) -> Json:
    """The one value of a measure of the episode, or why there is none."""
    [value] = values(filed, measure)
    return value.reason or value.value


def by_seat(filed: Filed, measure: str) -> dict[str | None, Json]:
    """The values of a measure of seats, by name."""
    return {value.seat: value.reason or value.value for value in values(filed, measure)}
