"""One row of a table of conversations, checked: who, about what, which side, and every probe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.propositions import LONGEST
from suasion.measures.lines import Bad

KEY = ("topic", "persuader", "target", "side")
COMPLETED, BLOCKED = "completed", "moderated_block"
OUTCOMES = (COMPLETED, BLOCKED)
SIDES = ("pro", "con")
COUNTS = (
    *("probe_order_known", "truncated_turns", "setup_leak_turns", "label_echo_turns"),
    *("xml_like_turns", "words"),
)
"""Columns that hold whole numbers, where a table has them."""
REPLICATE, PROPOSITION = "replicate", "proposition"
LONGEST_NAME = 300
_PROBE = re.compile(r"(pre|post)([1-9][0-9]{0,2})\Z")
_STANCE = re.compile(r"([+-]?)0*([0-3])(?:\.0*)?\Z", re.ASCII)
"""A whole number from -3 to 3; also as tables of numbers with gaps write it, `1.0`."""
_COUNT = re.compile(r"0*([0-9]{1,9})(?:\.0*)?\Z", re.ASCII)


class Columns(NamedTuple):
    """What the columns of a table hold."""

    before: Sequence[str]
    after: Sequence[str]
    others: Sequence[str]
    """Beyond what makes a conversation; kept as they stand."""

    @classmethod
    def of(cls, names: Sequence[str]) -> Columns:
        """Those of a heading: as many probes before and after as the highest of either."""
        numbers = [int(found[2]) for found in map(_PROBE.match, names) if found]
        probes = range(1, max(numbers, default=3) + 1)
        before, after = ([f"{when}{at}" for at in probes] for when in ("pre", "post"))
        known = {*KEY, "outcome", REPLICATE, PROPOSITION, *before, *after}
        return cls(before, after, [name for name in names if name and name not in known])

    @property
    def wanted(self) -> list[str]:
        """All that must be there."""
        return [*KEY, "outcome", *self.before, *self.after]


class Cell(NamedTuple):
    """One conversation as a table has it."""

    topic: str
    persuader: str
    target: str
    side: str
    outcome: str
    before: Sequence[int]
    after: Sequence[int]
    replicate: int | None
    proposition: str
    """Empty where the table does not say it."""
    columns: Mapping[str, Json]
    doubts: Sequence[str] = ()
    """What is odd about it, though it stands."""

    @property
    def key(self) -> tuple[str, str, str, str, int | None]:
        """What no two conversations share."""
        return self.topic, self.persuader, self.target, self.side, self.replicate

    @property
    def name(self) -> str:
        """The same as one text, as the published files are called; two may share it."""
        replicate = [] if self.replicate is None else [f"r{self.replicate}"]
        return "__".join([*self.key[:4], *replicate])


def cell_of(columns: Columns, fields: Mapping[str, str]) -> Cell:
    """The conversation of a row. Errors: `Bad`, with a code and words."""
    row = {name: field.strip() for name, field in fields.items()}
    topic, persuader, target = (_named(name, row[name]) for name in KEY[:3])
    side, outcome = _one_of("side", row, SIDES), _one_of("outcome", row, OUTCOMES)
    if persuader == target:
        raise Bad("self_play", f"{_shown(persuader)} is both persuader and target")
    whole = outcome == COMPLETED
    before, after = _probes(row, columns.before, whole), _probes(row, columns.after, whole)
    kept, doubts = _kept(columns.others, row)
    if after and not whole:
        doubts.append("probes_after_a_block: nothing is measured of them")
    return Cell(
        *(topic, persuader, target, side, outcome, before, after),
        *(_replicate(row), _proposition(row), kept, doubts),
    )


def _named(column: str, name: str) -> str:
    if not name:
        raise Bad("missing_value", column)
    if len(name) > LONGEST_NAME:
        raise Bad("too_long", f"{column} has {len(name):,} characters, at most {LONGEST_NAME}")
    return name


def _one_of(column: str, row: Mapping[str, str], known: Sequence[str]) -> str:
    if row[column] not in known:
        expected = " or ".join(known)
        raise Bad(f"unknown_{column}", f"{_shown(row[column])}: expected {expected}")
    return row[column]


def _probes(row: Mapping[str, str], columns: Iterable[str], whole: bool) -> list[int]:
    """The probes of these columns; of a conversation that is not whole, those that are there."""
    said = [(column, row[column]) for column in columns if whole or row[column]]
    return [_probe(column, text) for column, text in said]


def _probe(column: str, text: str) -> int:
    if not text:
        raise Bad("missing_probe", f"{column} of a completed conversation")
    found = _STANCE.match(text)
    if found is None:
        raise Bad("bad_probe", f"{column} is {_shown(text)}: expected a whole number from -3 to 3")
    return -int(found[2]) if found[1] == "-" else int(found[2])


def _replicate(row: Mapping[str, str]) -> int | None:
    if REPLICATE not in row:
        return None
    found = _COUNT.match(row[REPLICATE])
    if found is None:
        said = f"{_shown(row[REPLICATE])}: expected a whole number from 0 up"
        raise Bad("bad_replicate", said)
    return int(found[1])


def _proposition(row: Mapping[str, str]) -> str:
    text = " ".join(row.get(PROPOSITION, "").split())
    if len(text) > LONGEST:
        raise Bad("too_long", f"proposition has {len(text):,} characters, at most {LONGEST:,}")
    return text


def _kept(columns: Sequence[str], row: Mapping[str, str]) -> tuple[dict[str, Json], list[str]]:
    """The other columns: counts as numbers, the rest as it stands; and counts that are none."""
    kept, doubts = dict[str, Json](), list[str]()
    for name in columns:
        text = row[name]
        found = _COUNT.match(text) if name in COUNTS else None
        if found is not None:
            kept[name] = int(found[1])
        elif name in COUNTS and text:
            doubts.append(f"bad_count: {name} is {_shown(text)}; it is taken as not there")
        elif text:
            kept[name] = text
    return kept, doubts


def _shown(text: str) -> str:
    return repr(text[:60])
