"""How it was done: rules, settings, words, measures, parameters and statistics, all from source."""

from __future__ import annotations

import difflib
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from suasion.agents.skinned import ask_in
from suasion.core.asks import Json
from suasion.core.environment import USUAL, gained
from suasion.core.episode import canonical
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure
from suasion.measures.skin import Skin
from suasion.report.answers import condition
from suasion.report.asked import asked
from suasion.report.book import METHOD_WORDS, Book, of_words
from suasion.report.cast import Cast
from suasion.report.columns import facts
from suasion.report.results import methods_of
from suasion.report.rules import Rules, Spoken, moments
from suasion.report.text import number

STATISTICS = """\
Intervals are at 95%, by {0}; beside it stand {1} and {2}, each with 2,000 resamples where it
resamples, from a fixed seed.

The unit of resampling is the episode, or the whole block or chain where episodes stand in these,
unless a row says otherwise; where a model holds several
seats of an episode its seats are averaged first, or resampled together.

How often these intervals hold the true value at n = 5, 10, 20, 30 and 100 is measured by
simulation, and printed in docs/reference/coverage.md of the program.

Values that are undefined have a reason and are left out; they are never nought. Blocked, failed,
unfinished and damaged episodes are in no estimate; where a measure is bounded, the estimate with
each of them at its worst stands beside it and in the data.

Episodes are pooled only with their like: the same status, rules and sizes.

Only contrasts that were declared are spoken of as higher or lower, corrected together by Holm's
method; all else is shown with its interval."""
SECTIONS = 24
"""Ways to play, each a condition with its settings, that pages show; more are counted."""
BRIEFS = 12
"""Different briefs of one episode that are shown; more are counted."""
TITLE = 80
"""Characters of the settings in a title."""
LATER = 12
"""Which moment of an episode is shown beside its first, when enough has been told to be news."""


def method(book: Book) -> None:
    """Write `method.html`."""
    kit = book.kit
    nulls = {measure.null for measure in (kit.measures if kit else ())}
    book.page(
        "method.html",
        "method.html",
        here="Method",
        rules=_rules_in_words(book),
        settings=_settings(alike(book)[:SECTIONS]),
        left=max(0, len(alike(book)) - SECTIONS),
        statistics=_statistics(book),
        parameters=_parameters(book),
        asked=asked(book),
        measures=[_measure(m, m.id in nulls) for m in (kit.measures if kit else ())],
    )


def alike(book: Book) -> list[list[Filed]]:
    """Episodes by the settings and condition they were played with, in the run's order.

    Later links of a chain are left out: what they inherit differs from chain to chain.
    """
    found: dict[bytes, list[Filed]] = {}
    for each in book.filed:
        if not each.link:
            key = canonical([each.arm, each.episode.header.settings])
            found.setdefault(key, []).append(each)
    return list(found.values())


def _titles(groups: Sequence[Sequence[Filed]]) -> list[str]:
    """The condition of each group and, of those that share one, the settings that differ."""
    played = [several[0] for several in groups]
    return [condition(each) + _apart(each, played) for each in played]


def _apart(filed: Filed, played: Sequence[Filed]) -> str:
    """The settings in which an episode differs from others of its condition."""
    same = [each.episode.header.settings for each in played if condition(each) == condition(filed)]
    own = filed.episode.header.settings
    differing = {
        name: value
        for name, value in own.items()
        if any(canonical(other.get(name)) != canonical(value) for other in same)
    }
    words = facts(differing)
    return f" ({words if len(words) <= TITLE else words[:TITLE] + '…'})" if differing else ""


def _settings(groups: Sequence[Sequence[Filed]]) -> dict[str, Any]:
    """A row for each setting, a column for each condition."""
    played = [several[0].episode.header.settings for several in groups]
    names = list(dict.fromkeys(name for settings in played for name in settings))
    usual = _usual({each.episode.header.environment for several in groups for each in several[:1]})
    return {
        "columns": ["setting", *_titles(groups)],
        "rows": [
            [name, *(_value(settings.get(name, usual.get(name))) for settings in played)]
            for name in names
        ],
    }


def _usual(environments: Iterable[str]) -> dict[str, Json]:
    """What settings are that a record need not say, of environments that are installed."""
    from suasion import catalogue

    found = dict(USUAL)
    for name in environments:
        with suppress(catalogue.Mistake):
            found |= gained(catalogue.kit(name).environment)
    return found


def _value(value: Json) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _rules_in_words(book: Book) -> list[str]:
    """The environment's own page: the docstring of its module, else of its class."""
    if book.kit is None:
        return []
    environment = book.kit.environment
    package = inspect.getmodule(environment)
    parent = environment.__module__.rpartition(".")[0]
    texts = [getattr(sys.modules.get(parent), "__doc__", None), package and package.__doc__]
    if parent.endswith("environments"):
        texts.reverse()
    return of_words(next(filter(None, texts), environment.__doc__ or ""))


def _statistics(book: Book) -> list[str]:
    methods = [METHOD_WORDS[name] for name in methods_of(book.run.manifest)]
    text = STATISTICS.format(*methods)
    return [" ".join(part.split()) for part in text.split("\n\n")]


def _parameters(book: Book) -> list[tuple[str, str | None, str | None, str]]:
    if book.kit is None or book.results is None:
        return []
    return [
        (p.name, _value(book.results.parameters[p.name]), _value(p.default), p.meaning)
        for p in book.kit.parameters
    ]


def _measure(measure: Measure, is_null: bool) -> dict[str, Any]:
    ends = [number(end) if end is not None else "" for end in (measure.low, measure.high)]
    within = (
        f"from {ends[0]} to {ends[1]}" if all(ends) else f"at least {ends[0]}" if ends[0] else ""
    )
    return {
        "id": measure.id,
        "level": measure.level,
        "unit": measure.unit,
        "range": within,
        "meaning": of_words(measure.meaning),
        "null": measure.null,
        "is_null": is_null,
    }


def prompts(book: Book) -> None:
    """Write `prompts.html`."""
    groups = alike(book)
    shown = list(zip(groups, _titles(groups[:SECTIONS]), strict=False))
    sections = [_section(book.rules(several[0]), several, title) for several, title in shown]
    book.page(
        "prompts.html",
        "prompts.html",
        here="Prompts",
        sections=[section for section in sections if section["briefs"] or section["moments"]],
        left=len(groups) - len(shown),
    )


def _section(rules: Rules, several: Sequence[Filed], title: str) -> dict[str, Any]:
    first = several[0]
    told = _told(rules, first)
    recorded = any(seat.brief for seat in first.seats)
    return {
        "title": title,
        "episodes": len(several),
        "settings": facts(first.episode.header.settings),
        "note": None
        if rules.env or not recorded
        else "As recorded; the environment is not installed here.",
        "briefs": list(_briefs(first, told[:BRIEFS])),
        "more": max(0, len(told) - BRIEFS),
        "moments": list(_moments(rules, first)),
    }


def _told(rules: Rules, filed: Filed) -> list[tuple[list[int], str]]:
    """What seats are told first, equal words once."""
    found: dict[str, list[int]] = {}
    for seat in range(len(filed.seats)):
        found.setdefault(rules.brief(filed, seat), []).append(seat)
    return [(seats, text) for text, seats in found.items() if text]


def _briefs(filed: Filed, told: Sequence[tuple[Sequence[int], str]]) -> Iterator[dict[str, Any]]:
    """The first seat's words whole; of every other seat the lines that differ from them."""
    cast = Cast(filed.seats)
    for at, (seats, text) in enumerate(told):
        other = _differing(told[0][1], text) if at else text
        same = at > 0 and len(other) < len(text)
        yield {"seat": cast.names(seats), "same": same, "text": other if same else text}


def _differing(one: str, other: str) -> str:
    lines = difflib.ndiff(one.splitlines(), other.splitlines())
    return "\n".join(line[2:] for line in lines if line.startswith("+ ")) or "(no line differs)"


def _moments(rules: Rules, filed: Filed) -> Iterator[dict[str, str]]:
    """What a seat is asked at first, and later with news before it."""
    if rules.env is None or not filed.episode.decisions:
        return
    try:
        spoken = list(islice(moments(rules.env, filed.episode), LATER + 1))
    except Exception:
        return
    for at in dict.fromkeys((0, len(spoken) - 1)):
        yield _moment(spoken[at], filed, rules.worn(filed, spoken[at].asked.seat))


def _moment(spoken: Spoken, filed: Filed, skin: Skin | None) -> dict[str, str]:
    """A moment as the seat met it, in the words of its skin if it wore one."""
    asked = spoken.asked
    news = len(asked.news)
    what = "its first turn" if not news else f"a turn with {news} events that are news to it"
    if asked.aside:
        what = f"asked aside: {asked.aside}"
    told, schema = spoken.words, asked.turn.ask.schema()
    if skin is not None:
        told, schema = skin.words(told), ask_in(skin, asked.turn.ask).schema()
    return {
        "title": f"{filed.seats[asked.seat].name}, {what}",
        "words": told,
        "schema": json.dumps(schema, indent=1, ensure_ascii=False),
    }
