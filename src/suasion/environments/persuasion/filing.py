"""A published conversation as an episode: its probes as our own runs record them, and its turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header
from suasion.core.events import EVERYONE, Event
from suasion.environments.persuasion.cell import COMPLETED, Cell
from suasion.environments.persuasion.lint import clipped, counted_words
from suasion.environments.persuasion.propositions import key_of
from suasion.environments.persuasion.rules import AFTER, BEFORE, Persuasion
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.filed import Filed, Held

NOBODY = ()
FORMAT = "persuasion-cells"


class Spoken(NamedTuple):
    """What was said in a conversation: the persuader opens, and both write by turns."""

    proposition: str
    turns: Sequence[str]


def filed_of(id_: str, cell: Cell, proposition: str, spoken: Spoken | None = None) -> Filed:
    """The episode of a row, with its turns where they are known.

    `proposition` is the sentence by which its topic goes, or else the topic itself.
    """
    turns = () if spoken is None else spoken.turns
    text = proposition if spoken is None else spoken.proposition
    settings: dict[str, Json] = {
        "topic": cell.topic,
        "proposition": proposition,
        "side": cell.side,
        "arm": "plain",
        "probes": max(len(cell.before), len(cell.after)),
    }
    if spoken is not None:
        settings["total_turns"] = len(turns)
    whole = cell.outcome == COMPLETED
    return Filed(
        id=id_,
        episode=Episode(
            Header(Persuasion.name, Persuasion.version, settings, 0, "recorded"),
            (),
            (),
            (*_opening(cell, text), *_said(turns), *_probed(AFTER, cell.after)),
            (0.0, 0.0),
            _outcome(cell, proposition, turns),
        ),
        seats=[Held("persuader", cell.persuader), Held("target", cell.target)],
        replicate=cell.replicate,
        finished=whole,
        lost="" if whole else cell.outcome,
        kept={"format": FORMAT, "columns": dict(cell.columns)},
    )


def events_of(cell: Cell, turns: int) -> int:
    """How many events the episode has."""
    return 2 + len(cell.before) + turns + len(cell.after)


def _opening(cell: Cell, proposition: str) -> Iterator[Event]:
    yield Event("proposition", None, {"text": proposition, "key": key_of(proposition)})
    yield Event("side", None, {"side": cell.side}, (PERSUADER,))
    yield from _probed(BEFORE, cell.before)


def _probed(name: str, answers: Sequence[int]) -> Iterator[Event]:
    for repeat, answer in enumerate(answers):
        yield Event("aside", TARGET, {"name": name, "repeat": repeat, "answer": answer}, NOBODY)


def _said(turns: Sequence[str]) -> Iterator[Event]:
    for number, text in enumerate(turns, 1):
        seat = speaker(number)
        if text:
            data = {"turn": number, "text": text, "cut": clipped(text)}
            yield Event("say", seat, data, EVERYONE)
        else:
            yield Event("forfeit", seat, {"turn": number}, EVERYONE, {"reason": "empty"})


def speaker(turn: int) -> int:
    """The seat that writes a turn, by its number from 1."""
    return PERSUADER if turn % 2 else TARGET


def _outcome(cell: Cell, proposition: str, turns: Sequence[str]) -> Mapping[str, Json]:
    """How it ended; of what was said, as the rules count it."""
    ended = {"proposition": key_of(proposition), "side": cell.side, "outcome": cell.outcome}
    if not turns:
        return ended
    by = [turns[PERSUADER::2], turns[TARGET::2]]
    return {
        **ended,
        "turns": list(map(len, by)),
        "words": [sum(map(counted_words, each)) for each in by],
        "clipped": [sum(map(clipped, each)) for each in by],
        "forfeits": [sum(not text for text in each) for each in by],
    }
