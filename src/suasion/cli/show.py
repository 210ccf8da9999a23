"""`suasion show`: one recorded episode, or one event of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed
from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from suasion.cli.transcript import Told
    from suasion.measures.filed import Filed
    from suasion.report.rules import Rules
    from suasion.store.run import Run


def show(
    run: RunFolder,
    episode: Annotated[
        str,
        typer.Argument(metavar="EPISODE[#EVENT]", help="An episode's id, as in suasion status."),
    ],
    event: Annotated[int | None, typer.Option(metavar="N", help="Only this event.")] = None,
    viewpoint: Annotated[
        str | None,
        typer.Option("--as", "--seat", metavar="SEAT", help="Only what this seat was told."),
    ] = None,
    sent: Annotated[
        bool, typer.Option("--sent", help="What models were sent, call by call.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell one recorded episode, or one event of it."""
    from suasion.cli.transcript import tell
    from suasion.report.rules import rules_of
    from suasion.report.site import installed

    found = opened(run)
    name, at = named(found, episode, event)
    filed = _filed(found, name)
    rules = rules_of(filed, *installed(str(found.manifest.get("environment"))))
    _known_seat(found, filed, viewpoint)
    if sent:
        from suasion.agents.sent import Unsound
        from suasion.cli.sent import calls, tell_calls

        try:
            made = list(calls(found, filed, viewpoint))
        except Unsound as error:
            raise Failed(f"{filed.id[:80]!r}: {error}", "check", str(found.path)) from None
        return say_json({"episode": filed.id, "calls": made}) if as_json else tell_calls(made)
    if at is not None:
        _one(found, filed, at)
        return _event(filed, rules, at, as_json, viewpoint)
    if as_json:
        return say_json(described(filed, rules, viewpoint))
    say(f"{filed.id}: {_state(found, filed)}")
    for line in _beside(filed):
        say(line)
    return tell(rules, [seat.name for seat in filed.seats], filed.episode, viewpoint)


def named(run: Run, episode: str, event: int | None) -> tuple[str, int | None]:
    """The episode and the event that are meant: an id may itself hold a number sign."""
    start, sign, end = episode.rpartition("#")
    ids = run.ids()
    if episode not in ids and sign and end.isdecimal() and len(end) < 10 and start in ids:
        return start, int(end) if event is None else event
    return episode, event


def _filed(run: Run, episode: str) -> Filed:
    from suasion.catalogue import nearest
    from suasion.store.run import UnknownEpisode

    try:
        return run.filed(episode)
    except UnknownEpisode as error:
        ids = run.ids()
        near = nearest(episode, ids) or next(iter(ids), None)
        again = ("show", str(run.path), near) if near else ("status", str(run.path))
        raise Failed(str(error), *again) from None


def _one(run: Run, filed: Filed, event: int) -> None:
    count = len(filed.episode.events)
    if not 0 <= event < count:
        there = f"there are: 0 to {count - 1}" if count else "it has none"
        last = ("--event", str(count - 1)) if count else ()
        said = f"no event {event} in {filed.id[:80]!r}; {there}"
        raise Failed(said, "show", str(run.path), filed.id, *last)


def _known_seat(run: Run, filed: Filed, viewpoint: str | None) -> None:
    from suasion.cli.transcript import some_of

    names = [seat.name for seat in filed.seats]
    if viewpoint is not None and viewpoint not in names:
        said = f"no seat {viewpoint[:80]!r} in {filed.id[:80]!r}; there are: {some_of(names)}"
        seat = ("--as", names[0]) if names else ()
        raise Failed(said, "show", str(run.path), filed.id, *seat)


def _state(run: Run, filed: Filed) -> str:
    from suasion.report.cast import Cast

    words: list[str] = [run.row(filed.id).state, filed.status]
    words += ["damaged"] if filed.damaged else []
    return f"{', '.join(words)}; {Cast(filed.seats).words}"


def _beside(filed: Filed) -> Iterator[str]:
    """What an episode belongs to, and what its deliveries went through."""
    from suasion.report import kin
    from suasion.report.columns import chain_words

    if filed.episode.header.channels:
        yield f"Channels: {chain_words(filed.episode.header.channels)}"
    if filed.block is not None:
        yield f"Block: {filed.block}"
    if filed.chain is not None:
        yield f"Link {kin.place(filed)}"
    origin = kin.origin(filed)
    if origin is not None:
        yield origin


def _event(filed: Filed, rules: Rules, at: int, as_json: bool, viewpoint: str | None) -> None:
    from suasion.cli.transcript import Told

    told = Told(rules, [seat.name for seat in filed.seats], filed.episode)
    found = {"episode": filed.id, **of_event(told, at, viewpoint)}
    if as_json:
        return say_json(found)
    event = filed.episode.events[at]
    say(f"{filed.id}, event {at}: {event.kind}")
    rows = [(f"told to {seat}", words or "no words") for seat, words in found["words"].items()]
    left = found["told"] - len(rows)
    rows += [("told to", f"{left:,} more: name one with --seat")] if left and not viewpoint else []
    fates = told.ways.fates(at, told.cast)
    rows += [(f"on its way to {told.cast.names(f.seats)}", f.words) for f in fates]
    rows += [("data", _plain(found["data"])), ("truth", _plain(found["truth"]))]
    return say_table(rows)


def _plain(value: Mapping[str, Any]) -> str:
    """Data as JSON or, where they are long, in words."""
    import json

    from suasion.cli.transcript import LONG
    from suasion.report.columns import facts

    text = json.dumps(value)
    return text if len(text) <= LONG else facts(value)


def described(filed: Filed, rules: Rules, viewpoint: str | None = None) -> dict[str, Any]:
    """An episode for programs; with a viewpoint only the events that seat was told."""
    from suasion.cli.transcript import Told

    episode = filed.episode
    told = Told(rules, [seat.name for seat in filed.seats], episode)
    events = (of_event(told, at, viewpoint) for at in range(len(episode.events)))
    return {
        "episode": filed.id,
        "arm": filed.arm,
        "replicate": filed.replicate,
        "block": filed.block,
        "chain": filed.chain,
        "link": filed.link,
        "origin": filed.origin,
        "status": filed.status,
        "finished": filed.finished,
        "damaged": filed.damaged,
        "seed": episode.header.seed,
        "settings": dict(episode.header.settings),
        "channels": [dict(channel) for channel in episode.header.channels],
        "seats": [{"name": s.name, "agent": s.agent, "role": s.role} for s in filed.seats],
        "payoffs": list(episode.payoffs),
        "outcome": dict(episode.outcome),
        "events": [event for event in events if viewpoint is None or viewpoint in event["words"]],
    }


def of_event(told: Told, at: int, viewpoint: str | None = None) -> dict[str, Any]:
    """An event for programs, with the words that each seat was told.

    Of a crowd the first few that were told are named; `told` says how many there are.
    """
    from suasion.report.cast import FEW

    event, cast = told.episode.events[at], told.cast
    every = [seat for seat in range(len(cast.seats)) if told.ways.copies(at, seat)]
    named = [seat for seat in every if viewpoint in (None, cast.name(seat))][:FEW]
    return {
        "event": at,
        "kind": event.kind,
        "by": None if event.by is None else cast.name(event.by),
        "told_to": [cast.name(seat) for seat in every[:FEW]],
        "told": len(every),
        "words": {cast.name(seat): told.known(at, seat) for seat in named},
        **(_whole(told, at) if viewpoint is None else _copies(told, at, named)),
    }


def _whole(told: Told, at: int) -> dict[str, Any]:
    """What an event holds, for one who sees all, and what channels made of it."""
    event = told.episode.events[at]
    changed = [[told.cast.name(seat), made] for seat, made in told.ways.made(at)]
    return {"data": dict(event.data), "truth": dict(event.truth), "changed": changed}


def _copies(told: Told, at: int, named: Sequence[int]) -> dict[str, Any]:
    """What an event holds for a seat that was told; of several copies the first."""
    copies = [copy for seat in named for copy in told.ways.copies(at, seat)]
    return {"data": dict(copies[0].held.data) if copies else {}, "truth": {}}
