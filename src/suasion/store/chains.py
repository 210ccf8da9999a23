"""Chains: which episode follows which, and which cannot begin; and what of a run is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

STUCK = ("blocked", "failed")
"""States of episodes that go no further in this run: they are missing from estimates."""


class Placed(Protocol):
    """An episode that may be a link of a chain."""

    @property
    def id(self) -> str: ...
    @property
    def chain(self) -> str | None: ...


class Known(Placed, Protocol):
    """The same, with how far it is."""

    @property
    def state(self) -> str: ...


class Told(Known, Protocol):
    """The same, with what stopped it."""

    @property
    def error(self) -> str | None: ...


def following(planned: Sequence[Placed]) -> dict[int, int]:
    """By the number of an episode, counted from 1, the number of the one that inherits from it.

    In a run the links of a chain stand in their order.
    """
    latest: dict[str, int] = {}
    found: dict[int, int] = {}
    for number, each in enumerate(planned, 1):
        if each.chain is not None:
            if each.chain in latest:
                found[latest[each.chain]] = number
            latest[each.chain] = number
    return found


def waiting(rows: Iterable[Known]) -> dict[str, str]:
    """By id, why an episode cannot begin: one before it in its chain is blocked or failed."""
    stuck: dict[str, str] = {}
    found: dict[str, str] = {}
    for row in rows:
        if row.chain is None or row.state == "whole":
            continue
        if row.chain in stuck:
            found[row.id] = f"an episode before it in its chain is {stuck[row.chain]}"
        elif row.state in STUCK:
            stuck[row.chain] = row.state
    return found


WAITING, NEVER_BEGUN, CUT_SHORT = "waiting", "never_begun", "cut_short"
_NAME = re.compile(r"([a-z]+(?:_[a-z]+)*)(?:: |\Z)")


def missing(rows: Iterable[Told], over: bool) -> dict[str, str]:
    """By id, why an episode is missing from what the run shows, by name.

    What blocked it (`rate_limit`, …), `blocked` where that has no name, `failed`, or `waiting` for
    one before it in its chain. Of a run that nobody goes on with, also `never_begun` and
    `cut_short`.
    """
    every = list(rows)
    waits = waiting(every)
    found = {}
    for row in every:
        if row.state in STUCK:
            found[row.id] = named(row)
        elif row.id in waits:
            found[row.id] = WAITING
        elif over and row.state != "whole":
            found[row.id] = NEVER_BEGUN if row.state == "planned" else CUT_SHORT
    return found


def named(row: Told) -> str:
    """Of a blocked or failed episode, why, by name."""
    name = _NAME.match(row.error or "") if row.state == "blocked" else None
    return name[1] if name else row.state
