"""Episodes that belong together: a fork and its twin, the links of a chain, a block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Filed
from suasion.report.cast import NAMES, some
from suasion.report.columns import fact, facts

_DIGEST = re.compile("[0-9a-f]{64}")
MEMBERS = 20
"""Episodes of a block that are named; more are counted."""


class Relatives(NamedTuple):
    """Episodes that stand in one relation to another."""

    words: str
    ids: Sequence[str]
    """The first of them."""
    left: int = 0


@dataclass(frozen=True)
class Kin:
    """The bonds between the episodes of one run."""

    blocks: dict[str, list[Filed]]
    chains: dict[str, dict[int, Filed]]
    pairs: dict[str, list[Filed]]
    """Forks that share a seed and the event they branched off at."""

    @classmethod
    def of(cls, filed: Iterable[Filed]) -> Kin:
        """Of the episodes of a run."""
        kin = cls({}, {}, {})
        for each in filed:
            if each.block is not None:
                kin.blocks.setdefault(each.block, []).append(each)
            if each.chain is not None and each.link is not None:
                kin.chains.setdefault(each.chain, {})[each.link] = each
            if each.origin is not None:
                kin.pairs.setdefault(_pair(each.origin), []).append(each)
        return kin

    def relatives(self, filed: Filed) -> list[Relatives]:
        """Those of one episode."""
        return [*self._twins(filed), *self._links(filed), *self._members(filed)]

    def _twins(self, filed: Filed) -> Iterable[Relatives]:
        if filed.origin is None:
            return
        others = [each for each in self.pairs[_pair(filed.origin)] if each is not filed]
        if others:
            what = "with the edit" if filed.origin.get("edit") is None else "with nothing changed"
            yield _named(f"The same fork {what}, with the same seed:", others)

    def _links(self, filed: Filed) -> Iterable[Relatives]:
        if filed.chain is None or filed.link is None:
            return
        links = self.chains[filed.chain]
        for at, words in ((filed.link - 1, "Inherits from"), (filed.link + 1, "Leaves to")):
            if at in links:
                yield _named(words, [links[at]])

    def _members(self, filed: Filed) -> Iterable[Relatives]:
        others = [each for each in self.blocks.get(filed.block or "", ()) if each is not filed]
        if others:
            yield _named(f"Compared within the block {filed.block} with", others)


def _named(words: str, filed: Sequence[Filed]) -> Relatives:
    named = [each.id for each in filed[:MEMBERS]]
    return Relatives(words, named, len(filed) - len(named))


def _pair(origin: Json) -> str:
    return repr([origin.get(key) for key in ("run", "episode", "at", "through", "pair")])


def origin(filed: Filed) -> str | None:
    """Where a fork branched off, and what was changed; None of any other episode."""
    if filed.origin is None:
        return None
    of = filed.origin
    at, through, pair = of.get("at"), of.get("through"), of.get("pair")
    return (
        f"A fork of episode {of.get('episode')} of run {short(of.get('run'))}, at event #{at}, pair"
        f" {pair}: all steps up to {through} stand. {edited(of.get('edit'))}"
    )


def short(run: Json) -> str:
    """A run's digest, its start; never where a run lies."""
    return str(run)[:12] if _DIGEST.fullmatch(str(run)) else PurePath(str(run)).name


def edited(edit: Json) -> str:
    """What a fork changed, in a sentence."""
    if edit is None:
        return "Nothing was changed, so that its twin can be held against it."
    if not isinstance(edit, dict):
        return "What was changed is not on record in words."
    seats = edit.get("seats")
    to = some(list(map(fact, seats[:NAMES])), len(seats)) if isinstance(seats, list) else "all"
    said = {key: fact(value) for key, value in edit.items()}
    words = {
        "drop": f"The event was never delivered to {to}",
        "delay": f"The event reached {to} {said.get('steps')} steps later",
        "reroute": f"What was for {to} was delivered to {said.get('to')} instead",
        "rewrite": f"To {to} it said instead: “{said.get('text')}”",
        "draw": f"Draw {said.get('number')} of {said.get('name')} was {said.get('value')}",
        "answer": f"{said.get('seat')} answered {said.get('answer')}"
        if edit.get("answer") is not None
        else f"The answer of {said.get('seat')} was taken out",
    }
    return words.get(said.get("kind", ""), f"Changed: {facts(edit)}") + "."


def place(filed: Filed) -> str | None:
    """Which link of its chain an episode is."""
    if filed.chain is None or filed.link is None:
        return None
    return f"{filed.link} of {filed.chain}"
