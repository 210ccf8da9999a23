"""An episode in words: every event, who was told, and as whom one reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from suasion.cli.errors import Failed
from suasion.cli.terminal import say, say_table
from suasion.core.events import EVERYONE, Event

if TYPE_CHECKING:
    from suasion.core.episode import Episode
    from suasion.report.rules import Rules

_SECOND_PERSON = re.compile(r"\byou(?:r|rs)?\b", re.IGNORECASE)


def tell(rules: Rules, names: Sequence[str], episode: Episode, viewpoint: str | None) -> None:
    """Print what happened; with a viewpoint, exactly what that seat was told."""
    if viewpoint is None:
        rows = [line(rules, names, at, event) for at, event in enumerate(episode.events)]
        return say_table(rows, ("event", "told to", "in words"))
    seat = number(names, viewpoint)
    if rules.env is not None:
        say(rules.env.brief(seat) + "\n")
    for event in episode.events:
        if event.reaches(seat):
            say(rules.tell(event, seat) or bare(event))
    return None


def number(names: Sequence[str], name: str) -> int:
    """Which seat is called so."""
    if name not in names:
        raise Failed(f"no seat {name[:80]!r}; there are: {', '.join(names)}", "list", "settings")
    return list(names).index(name)


def line(rules: Rules, names: Sequence[str], at: int, event: Event) -> tuple[str, str, str]:
    """One event: its id, who was told, and the words; whose words where they speak to somebody."""
    told = range(len(names)) if event.to == EVERYONE else [int(seat) for seat in event.to]
    who = "everyone" if event.to == EVERYONE else ", ".join(names[seat] for seat in told)
    groups: dict[str, list[int]] = {}
    for seat in told:
        words = rules.tell(event, seat)
        if words is not None:
            groups.setdefault(words, []).append(seat)
    if not groups:
        return str(at), who or "nobody", bare(event)
    words = min(groups, key=lambda each: _partial(each, groups[each], event))
    spoken = len(groups) > 1 and len(groups[words]) == 1
    as_told = f"  (as told to {names[groups[words][0]]})" if spoken else ""
    return str(at), who, words + as_told


def _partial(words: str, seats: Sequence[int], event: Event) -> tuple[int, int, bool]:
    """How much words depend on who hears them: an onlooker's least."""
    return len(_SECOND_PERSON.findall(words)), -len(seats), event.by in seats


def bare(event: Event) -> str:
    """An event nobody has words for."""
    return f"{event.kind} {json.dumps(dict(event.data))}"
