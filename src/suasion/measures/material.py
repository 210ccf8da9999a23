"""Material: what an environment can be played about, by name, from its own bank or from a pack.

A name stands for settings. What is planned and recorded are the settings it stands for, so that a
record is whole without the file that the name came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from suasion.core.asks import Json


class Item(NamedTuple):
    """One item of a pack as it was written, for the environment to read."""

    line: int
    """That it begins at, counted from 1."""
    values: Mapping[str, Json]
    lines: Mapping[str, int]
    """That each of its values begins at."""


class Fault(NamedTuple):
    """What is wrong with an item of a pack."""

    item: int
    """Which it is, counted from 0."""
    key: str
    """The value that is at fault; empty for the item as a whole."""
    said: str


class Faulty(ValueError):
    """Items that cannot be read; names every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(each.said for each in faults))
        self.faults = tuple(faults)


class Entry(NamedTuple):
    """Something an environment can be played about."""

    name: str
    settings: Mapping[str, Json]
    """What its name stands for."""
    row: Mapping[str, Json]
    """What is listed of it."""


@dataclass(frozen=True)
class Material:
    """What an environment can be played about."""

    name: str
    """What it is called, in the plural: `suasion list NAME`, and the key of a pack."""
    setting: str
    """The setting that is given a name."""
    keys: Mapping[str, str]
    """What an item of a pack may say, and what that means."""
    columns: Sequence[str]
    """What of a row is shown to people; programs get all of it."""
    bank: Callable[[], Sequence[Entry]]
    """Its own."""
    read: Callable[[Sequence[Item]], Sequence[Entry]]
    """The entries of a pack; raises `Faulty`."""
