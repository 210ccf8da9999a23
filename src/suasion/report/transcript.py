"""An episode as plain text, as a reader sees it who sees all."""

from __future__ import annotations

from collections.abc import Iterator

from suasion.report.reader import Reader, Shown
from suasion.report.text import clean, counted


def transcript(reader: Reader) -> str:
    """The whole text, in Markdown."""
    lines = [f"# {clean(reader.filed.id)}", "", f"Seats: {_seats(reader)}.", ""]
    for chunk in reader.chunks:
        if chunk.round is not None:
            lines += [f"## Round {chunk.round}", ""]
        lines += [clean(line) for shown in chunk.events for line in _lines(shown, reader)] + [""]
    lines += [
        f"- {moment.words}, {counted(moment.seats, 'seat')}: {clean(moment.answers)}"
        for moment in reader.answers
    ]
    lines.append(f"End: {counted(len(reader.events), 'event')}.")
    return "\n".join(lines) + "\n"


def _seats(reader: Reader) -> str:
    return ", ".join(
        clean(f"{lane.name} ({lane.agent or 'unknown'})") for lane in reader.cast.lanes
    )


def _lines(shown: Shown, reader: Reader) -> Iterator[str]:
    cast = reader.cast
    by = "the rules" if shown.event.by is None else cast.name(shown.event.by)
    to = cast.names(shown.glyph.to) or shown.hearers
    head = f"{by} to {to}" if to else by
    said = clean(_said(shown)).replace("\n", "\n    ")
    yield clean(f"- #{shown.id} {head}, {shown.glyph.words}: ") + said
    for fate in shown.fates:
        yield f"    - on its way to {cast.names(fate.seats)}: {fate.words}"
    for copy in shown.rewritten:
        told = clean(copy.told).replace("\n", "\n    ")
        yield f"    - {cast.name(copy.seat)} was told: {told}"


def _said(shown: Shown) -> str:
    if shown.columns is not None:
        table = shown.columns
        return "; ".join(filter(None, (table.common, table.summary)))
    if shown.aside is not None:
        return f"{shown.aside.name}, told to nobody: {shown.aside.answer}"
    return shown.words if shown.words is not None else shown.facts
