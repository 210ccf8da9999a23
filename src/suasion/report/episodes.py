"""The list of episodes, and a reader for each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import suasion
from suasion.core.asks import Json
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine
from suasion.measures.measure import OfEpisode, OfSeat, Value
from suasion.measures.panel import Link
from suasion.report import kin
from suasion.report.answered import MOMENTS
from suasion.report.answers import agents, condition
from suasion.report.book import Book
from suasion.report.calls import summed_up
from suasion.report.cast import FEW, Cast, Lane
from suasion.report.columns import chain_words
from suasion.report.commands import fork_command, sent_command, show_command
from suasion.report.lanes import Timeline
from suasion.report.lines import LINES, in_words, line_rows
from suasion.report.reader import Reader, read, round_of
from suasion.report.stuck import cards_of, causes, words
from suasion.report.text import number
from suasion.report.transcript import transcript

ROWS = 1000
"""Rows a page of the list: more are slow to filter."""
SHAPES = (
    ("private", "private"),
    ("action", "action"),
    ("public", "public"),
    ("each", "a row each"),
    ("inner", "to itself"),
    ("aside", "aside"),
    ("lost", "forfeit"),
)
SHOWN = 4
"""Measures in the list of episodes; all of them stand on each episode's page."""


def episodes(book: Book) -> None:
    """Write the list, every reader, and `episodes.json`, which names the page of each id."""
    _list(book)
    values = _by_episode(book)
    for at, filed in enumerate(book.filed):
        around = [book.filed[i] if 0 <= i < len(book.filed) else None for i in (at - 1, at + 1)]
        _reader(book, filed, around, values.get(filed.id, {}))
    pages = {id_: f"episodes/{page}.html" for id_, page in book.places.pages.items()}
    book.folder.write("episodes.json", json.dumps(pages, indent=1) + "\n")


def _list(book: Book) -> None:
    measures = _columns(book)
    rows = [[*_row(each), *(of.get(each.id) for of in measures.values())] for each in book.filed]
    there, why = {each.id for each in book.filed}, book.missing
    absent = [row for row in book.rows if row.id not in there]
    rows += [
        [
            Link(r.id) if r.id in book.places.pages else r.id,
            r.arm or "none",
            _state(r.state, why.get(r.id)),
            None,
            None,
            *(None for _ in measures),
        ]
        for r in absent
    ]
    pages = [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)] or [[]]
    names = ["index" if at == 0 else f"index-{at + 1}" for at in range(len(pages))]
    columns = ["episode", "condition", "state", "agents", "events", *measures]
    for at, part in enumerate(pages):
        book.page(
            f"episodes/{names[at]}.html",
            "episodes.html",
            "../",
            here="Episodes",
            total=len(rows),
            page=at + 1,
            pages=len(pages),
            names=names,
            columns=columns,
            rows=part,
            causes=causes(book),
        )


def _state(state: str, why: str | None) -> str:
    """How far an episode is and, where it goes no further, why."""
    return state if why in (None, state) else f"{state}: {words(why or '')}"


def _row(filed: Filed) -> list[Any]:
    state = "damaged" if filed.damaged else "whole" if filed.finished else "unfinished"
    return [Link(filed.id), condition(filed), state, agents(filed), len(filed.episode.events)]


def _columns(book: Book) -> dict[str, dict[str, Any]]:
    """A few measures of whole episodes: those that have a value most often, in the kit's order."""
    if book.results is None:
        return {}
    found = {}
    for measure in book.results.kit.measures:
        if isinstance(measure, OfEpisode):
            values = {v.episode: v.value for v in book.results.values(measure.id)}
            found[measure.id] = values
    nulls = {measure.null for measure in book.results.kit.measures}
    able = [
        name
        for name, of in found.items()
        if name not in nulls and any(v is not None for v in of.values())
    ]
    return {name: found[name] for name in able[:SHOWN]}


def _by_episode(book: Book) -> dict[str, dict[str, list[Value]]]:
    """Values of episodes and seats, by episode and measure."""
    found: dict[str, dict[str, list[Value]]] = {}
    if book.results is None:
        return found
    for measure in book.results.kit.measures:
        if isinstance(measure, OfEpisode | OfSeat):
            for value in book.results.values(measure.id):
                found.setdefault(value.episode, {}).setdefault(measure.id, []).append(value)
    return found


def _reader(
    book: Book,
    filed: Filed,
    around: Sequence[Filed | None],
    values: Mapping[str, Sequence[Value]],
) -> None:
    page = book.places.pages[filed.id]
    cites = book.cites.get(filed.id, {})
    asked = cards_of(book, filed) if book.played else {}
    heard = book.run.told(filed.id) if book.played else {}
    told = {key: text for key, text in heard.items() if key[1] not in asked}
    reader = read(filed, book.rules(filed), cites, told)
    book.folder.write(f"episodes/{page}.events.jsonl", _events(filed, page))
    book.folder.write(f"episodes/{page}.transcript.md", transcript(reader))
    timeline = Timeline(
        reader.lanes,
        [shown.by for shown in reader.events],
        [shown.glyph.shape for shown in reader.events],
        [round_of(event) for event in filed.episode.events],
    )
    lines = book.bad_lines.get(filed.id, ())
    previous, following = (
        each and {"page": book.places.pages[each.id], "id": each.id} for each in around
    )
    book.page(
        f"episodes/{page}.html",
        "reader.html",
        "../",
        here="Episodes",
        r=reader,
        page=page,
        timeline=timeline,
        previous=previous,
        following=following,
        shapes=SHAPES,
        facts=_facts(filed),
        origin=kin.origin(filed),
        relatives=_relatives(book, filed),
        notices=_notices(filed, reader, lines),
        lines=line_rows(lines),
        lines_left=max(0, len(lines) - LINES),
        # What was played elsewhere has no answers that could be played again.
        fork=fork_command(book.folder_name, filed.id) if filed.episode.decisions else None,
        other=_other_seat(book, reader),
        calls=[(at, summed_up(cards), cards) for at, cards in list(asked.items())[:FEW]],
        sent_command=sent_command(book.folder_name, filed.id) if asked else None,
        answers=reader.answers[:MOMENTS],
        answers_left=max(0, len(reader.answers) - MOMENTS),
        unit=_unit(reader),
        remarks=_remarks(reader),
        tally=_tally(reader),
        wide="many" if len(reader.has) > 2 else "",
        measures=_measured(reader.cast, values),
        provenance=_provenance(book, filed),
    )


def _provenance(book: Book, filed: Filed) -> list[str]:
    """What holds for this episode alone: other episodes of the run do not change its page."""
    digest = book.digests.get(filed.id)
    return [
        f"study {book.head.name}" if book.study else str(book.run.manifest.get("kind", "")),
        f"episode digest {(digest or filed.episode.digest())[:12]}",
        f"suasion {suasion.__version__}",
        filed.status,
        "whole" if filed.finished else "unfinished",
    ]


def _facts(filed: Filed) -> list[tuple[str, object]]:
    header = filed.episode.header
    facts: list[tuple[str, object]] = [("Environment", header.environment)]
    if filed.arm is not None:
        facts.append(("Condition", filed.arm))
    if filed.replicate is not None:
        facts.append(("Replicate", filed.replicate))
    facts += [("Seed", str(header.seed)), ("Events", len(filed.episode.events))]
    if len(filed.seats) > 1:
        facts.append(("Seats", f"{len(filed.seats):,}"))
    if header.channels:
        facts.append(("Channels", chain_words(header.channels)))
    if kin.place(filed) is not None:
        facts.append(("Link", kin.place(filed)))
    if filed.focal is not None:
        facts.append(("Focal seat", filed.seats[filed.focal].name))
    return facts


def _relatives(book: Book, filed: Filed) -> list[dict[str, Any]]:
    """Episodes it belongs together with, and their pages."""
    pages = book.places.pages
    return [
        {
            "words": each.words,
            "named": [{"page": pages[id_], "id": id_} for id_ in each.ids],
            "left": each.left,
        }
        for each in book.kin.relatives(filed)
    ]


def _other_seat(book: Book, reader: Reader) -> str | None:
    """The command that shows one of those seats of a crowd that the page does not."""
    cast = reader.cast
    seat = next((at for at in range(len(cast.seats)) if at not in set(cast.shown)), None)
    if seat is None:
        return None
    return show_command(book.folder_name, reader.filed.id, cast.name(seat))


def _notices(filed: Filed, reader: Reader, lines: Sequence[tuple[str, BadLine]]) -> list[str]:
    found = []
    if lines:
        found.append(f"{in_words(lines)} They stand at the end of this page.")
    if filed.damaged:
        found.append(
            "The log of this episode has bad lines: what is sound is shown, nothing is measured."
        )
    if not filed.finished:
        found.append("This game was cut short; it is in no estimate.")
    if reader.rules.kit is None:
        found.append(
            "The environment of this episode is not installed here: events are shown as recorded."
        )
    elif reader.rules.env is None:
        found.append("Played elsewhere: what seats were told in words is not on record.")
    return found


def _unit(reader: Reader) -> str:
    unit = reader.beside.unit if reader.beside else "payoff"
    return unit[:1].upper() + unit[1:]


def _remarks(reader: Reader) -> str:
    """What the remarks are: `Promises`, where all are."""
    kinds = {remark.kind for remark in reader.promises}
    return f"{kinds.pop().capitalize()}s" if len(kinds) == 1 else "Remarks"


def _tally(reader: Reader) -> str:
    """Remarks counted by state, such as `3 kept, 2 broken`."""
    counts: dict[str, int] = {}
    for remark in reader.promises:
        counts[remark.state] = counts.get(remark.state, 0) + 1
    return ", ".join(f"{n} {state}" for state, n in counts.items())


def _measured(cast: Cast, values: Mapping[str, Sequence[Value]]) -> dict[str, Any]:
    """A row for each measure: of the episode, or of every lane; why not, where there is none."""
    rows = []
    for measure, several in values.items():
        by_seat = {value.seat: value for value in several}
        whole = by_seat.get(None)
        lanes = (_of_lane(cast, lane, by_seat) for lane in cast.lanes)
        rows.append([measure, "" if whole is None else _shown(whole), *lanes])
    return {"columns": ["measure", "episode", *(lane.name for lane in cast.lanes)], "rows": rows}


def _of_lane(cast: Cast, lane: Lane, by_seat: Mapping[str | None, Value]) -> str:
    """The value of its seat; of several seats their mean."""
    found = [by_seat[name] for seat in lane.seats if (name := cast.name(seat)) in by_seat]
    known = [v.value for v in found if isinstance(v.value, int | float)]
    if len(found) > 1 and known:
        return f"mean {number(sum(known) / len(known))} of {len(known):,}"
    return _shown(found[0]) if found else ""


def _shown(value: Value) -> str:
    if value.value is None:
        return f"{number(None)} {value.reason}"
    return value.value if isinstance(value.value, str) else number(value.value)


def _events(filed: Filed, page: str) -> str:
    """Every event as a line of JSON, with its address, and what channels made of it."""
    lines = []
    ways: dict[int, list[Json]] = {}
    for at, seat, made in filed.episode.changed:
        ways.setdefault(at, []).append([seat, made])
    for at, event in enumerate(filed.episode.events):
        row: dict[str, Json] = {
            "episode": filed.id,
            "event": at,
            "kind": event.kind,
            "by": event.by,
            "to": event.to if isinstance(event.to, str) else list(event.to),
            "data": event.data,
            "truth": event.truth,
            "url": f"{page}.html#event-{at}",
        }
        if at in ways:
            row["changed"] = ways[at]
        lines.append(json.dumps(row, allow_nan=False))
    return "\n".join(lines) + ("\n" if lines else "")
