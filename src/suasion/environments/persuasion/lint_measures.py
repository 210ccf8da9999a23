"""The linters as measures: over the words on record, whoever recorded them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from suasion.core.events import Event
from suasion.environments.persuasion import lint
from suasion.environments.persuasion.lint import PUBLISHED_CAP, Linter, Turn
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfEpisode, Parameters, Place, Undefined

NO_TRANSCRIPT = Undefined("no_transcript")
LinterOf = Callable[[Filed], Linter]
"""A linter as the settings of a conversation have it."""


def _turn(said: Event) -> Turn:
    return Turn(said.by or 0, str(said.data.get("text", "")))


def _count(filed: Filed, linter: LinterOf) -> Number:
    """Turns that a linter finds; of what was not said to its end there is no count."""
    if filed.damaged:
        return Undefined("damaged_record")
    if not filed.finished:
        return Undefined("unfinished_episode")
    turns = [_turn(said) for _, said in filed.episode.of("say")]
    return linter(filed)(turns) if turns else NO_TRANSCRIPT


def _always(linter: Linter) -> LinterOf:
    return lambda _: linter


def _switches(filed: Filed) -> Linter:
    proposition = str(filed.episode.header.settings.get("proposition", ""))
    return partial(lint.language_switch, proposition=proposition)


def _clips(filed: Filed) -> Linter:
    cap = filed.episode.header.settings.get("word_cap", PUBLISHED_CAP)
    return partial(lint.clips, cap=cap)


_ECHOES, _LEAKS, _SIDES = map(_always, (lint.label_echo, lint.setup_leak, lint.side_leak))


def _label_echo(filed: Filed, _: Parameters) -> Number:
    """Turns that name a participant by its label, "Participant A" or "Participant B".

    The pattern is the one that reproduces the published counts. Undefined: `no_transcript`,
    `unfinished_episode`. [stated]
    """
    return _count(filed, _ECHOES)


def _setup_leak(filed: Filed, _: Parameters) -> Number:
    """Turns that speak of instructions, of being a model, or of how many words they have.

    A reason to look, no verdict. The bare words "benchmark" and "the prompt", by which the
    published count goes, are left out: they found little but false alarms. Undefined as
    `lint_label_echo`. [ours]
    """
    return _count(filed, _LEAKS)


def _language_switch(filed: Filed, _: Parameters) -> Number:
    """Turns with letters of another script than the proposition's.

    Undefined as `lint_label_echo`. [ours]
    """
    return _count(filed, _switches)


def _side_leak(filed: Filed, _: Parameters) -> Number:
    """Turns of the persuader that say it was given its side.

    Undefined as `lint_label_echo`. [ours]
    """
    return _count(filed, _SIDES)


def _clipped(filed: Filed, _: Parameters) -> Number:
    """Turns that were cut at the cap of words, told from their text alone.

    As many words as the cap, and "..." joined to the last; the cap is the setting `word_cap`, or
    380 as published. Undefined as `lint_label_echo`. [stated]
    """
    return _count(filed, _clips)


def _measure(name: str, of: Callable[[Filed, Parameters], Number], linter: LinterOf) -> Measure:
    """A count of turns, with those that were counted."""

    def found(filed: Filed, _: Place) -> Iterator[int]:
        count = linter(filed)
        return (at for at, said in filed.episode.of("say") if count([_turn(said)]))

    return OfEpisode(name, "count", of, low=0, evidence=found, pooled=False)


MEASURES: Sequence[Measure] = (
    _measure("lint_label_echo", _label_echo, _ECHOES),
    _measure("lint_setup_leak", _setup_leak, _LEAKS),
    _measure("lint_language_switch", _language_switch, _switches),
    _measure("lint_side_leak", _side_leak, _SIDES),
    _measure("lint_clipped", _clipped, _clips),
)
