"""`suasion show`: one recorded episode, or one event of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed
from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from suasion.core.events import Event
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
        str | None, typer.Option("--as", metavar="SEAT", help="Only what this seat was told.")
    ] = None,
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
    if at is not None:
        _one(found, filed, at)
        return _event(filed, rules, at, as_json)
    if as_json:
        return say_json(described(filed, rules))
    _known_seat(found, filed, viewpoint)
    say(f"{filed.id}: {_state(found, filed)}")
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
    names = [seat.name for seat in filed.seats]
    if viewpoint is not None and viewpoint not in names:
        said = f"no seat {viewpoint[:80]!r} in {filed.id[:80]!r}; there are: {', '.join(names)}"
        seat = ("--as", names[0]) if names else ()
        raise Failed(said, "show", str(run.path), filed.id, *seat)


def _state(run: Run, filed: Filed) -> str:
    words: list[str] = [run.row(filed.id).state, filed.status]
    words += ["damaged"] if filed.damaged else []
    held = (f"{seat.name} {seat.agent or 'unknown'}" for seat in filed.seats)
    return f"{', '.join(words)}; {', '.join(held)}"


def _event(filed: Filed, rules: Rules, at: int, as_json: bool) -> None:
    event = filed.episode.events[at]
    found = {"episode": filed.id, **of_event(filed, rules, at, event)}
    if as_json:
        return say_json(found)
    say(f"{filed.id}, event {at}: {event.kind}")
    rows = [(f"told to {seat}", words) for seat, words in found["words"].items()]
    rows += [("data", _plain(found["data"])), ("truth", _plain(found["truth"]))]
    return say_table(rows)


def _plain(value: Any) -> str:
    import json

    return json.dumps(value)


def described(filed: Filed, rules: Rules) -> dict[str, Any]:
    """An episode for programs."""
    episode = filed.episode
    return {
        "episode": filed.id,
        "arm": filed.arm,
        "replicate": filed.replicate,
        "status": filed.status,
        "finished": filed.finished,
        "damaged": filed.damaged,
        "seed": episode.header.seed,
        "settings": dict(episode.header.settings),
        "seats": [{"name": s.name, "agent": s.agent, "role": s.role} for s in filed.seats],
        "payoffs": list(episode.payoffs),
        "outcome": dict(episode.outcome),
        "events": [of_event(filed, rules, at, event) for at, event in enumerate(episode.events)],
    }


def of_event(filed: Filed, rules: Rules, at: int, event: Event) -> dict[str, Any]:
    """An event for programs, with the words that each seat was told."""
    told = [at for at in range(len(filed.seats)) if event.reaches(at)]
    names = [seat.name for seat in filed.seats]
    return {
        "event": at,
        "kind": event.kind,
        "by": None if event.by is None else names[event.by],
        "told_to": [names[seat] for seat in told],
        "words": {names[seat]: rules.tell(event, seat) for seat in told},
        "data": dict(event.data),
        "truth": dict(event.truth),
    }
