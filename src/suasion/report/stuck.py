"""Episodes that were not played to their end: why, how many, and what there is of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import suasion
from suasion.agents.sent import files_of
from suasion.core.asks import Forfeit, Json
from suasion.core.play import INNER
from suasion.measures.filed import Filed
from suasion.report.book import Book
from suasion.report.calls import Cards, cards, summed_up
from suasion.report.cast import FEW, Cast
from suasion.report.columns import fact
from suasion.report.commands import sent_command
from suasion.report.text import counted
from suasion.store.run import Run

ROWS = 400
"""Decisions in a table; more are counted."""


def stuck(book: Book) -> None:
    """Write a page for each of those in which something was asked."""
    for filed in book.stuck:
        page = book.places.pages[filed.id]
        cast, asked = Cast(filed.seats), cards_of(book, filed)
        rows = list(_decisions(filed, cast))
        book.page(
            f"episodes/{page}.html",
            "stuck.html",
            "../",
            here="Episodes",
            filed=filed,
            why=words(filed.lost),
            error=errors(book).get(filed.id, ""),
            facts=[
                ("Environment", filed.episode.header.environment),
                ("Seed", str(filed.episode.header.seed)),
                ("Decisions", len(rows)),
            ],
            decisions=rows[:ROWS],
            left=max(0, len(rows) - ROWS),
            seats=[
                (cast.name(seat), summed_up(several), several)
                for seat, several in list(asked.items())[:FEW]
            ],
            command=sent_command(book.folder_name, filed.id) if asked else None,
            provenance=[book.head.name, f"suasion {suasion.__version__}", filed.status, filed.lost],
        )


def cards_of(book: Book, filed: Filed) -> Cards:
    """What models were sent in an episode, as far as the record tells."""
    try:
        attempts = book.run.attempts(filed.id)
        frames = book.run.frames(a.frame for a in attempts if a.frame is not None)
        files = files_of(book.run, filed) if attempts and isinstance(book.run, Run) else {}
    except ValueError:  # damaged, which the episode's own seal tells of
        return {}
    return cards(filed, attempts, frames, files)


def _decisions(filed: Filed, cast: Cast) -> Iterator[list[Json]]:
    """Every answer so far, but inner calls."""
    for each in filed.episode.decisions:
        if INNER not in each.aside:
            lost = isinstance(each.answer, Forfeit)
            said = f"forfeit ({each.answer.reason})" if lost else fact(each.answer)
            yield [each.step, cast.name(each.seat), each.aside or "its turn", said]


def errors(book: Book) -> dict[str, str]:
    """What stopped each episode, in its own words."""
    return {row.id: row.error for row in book.rows if row.error and row.id in book.missing}


def words(why: str) -> str:
    """A cause as it is read."""
    return why.replace("_", " ")


def causes(book: Book) -> list[str]:
    """How many episodes are missing for what, a line each."""
    counts = Counter(book.missing.values())
    return [f"{counted(n, 'episode')}: {words(why)}." for why, n in counts.most_common()]
