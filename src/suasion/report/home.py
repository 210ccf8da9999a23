"""The first page: what was asked, what was found, and how to do it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from suasion.measures.forked import again
from suasion.measures.panel import Panel
from suasion.report.a_a import checks, table
from suasion.report.asked import in_a_line
from suasion.report.book import Book
from suasion.report.cast import some
from suasion.report.commands import quoted
from suasion.report.dossiers import listed
from suasion.report.figure import MINI, chart
from suasion.report.lines import in_words
from suasion.report.situation import held
from suasion.report.stuck import causes
from suasion.report.svg import inline
from suasion.report.text import counted

PURPOSE = (
    "How agents influence, deceive and resist one another, measured over whole episodes; every "
    "mark on these pages leads to the event behind it."
)
ROWS = 300
"""Estimates in a table of a page; all of them are in its data."""
MISSING = ("missing", "lowest", "highest")
"""Episodes that are, and the number with each of them at its worst."""
TALLEST, LEAST_ROW = 216, 5
"""Pixels of the small figures in the list of questions, and of one of their rows."""
NAMED = 12
"""Conditions and agents that are named; more are counted."""


def home(book: Book) -> None:
    """Write `index.html`."""
    first = book.filed[0] if book.filed else None
    book.page(
        "index.html",
        "index.html",
        here="",
        purpose=PURPOSE,
        question=book.study.get("question"),
        expectation=book.study.get("expectation"),
        facts=_facts(book),
        answered=[_answer(book, slug) for slug in book.findings],
        unanswered=[
            {"slug": q.slug, "title": q.title, "why": book.why_not[q.slug]}
            for q in book.questions
            if q.slug in book.why_not
        ],
        declared=_declared(book),
        a_a=table(checks(book.results, book.study)) if book.results else None,
        dossiers=listed(book),
        held=held(book),
        measures=None if book.questions else estimates_table(book),
        method=book.method,
        done=book.done,
        planned=counted(len(book.rows), "planned episode" if book.study else "episode"),
        first=first and {"page": book.places.pages[first.id], "id": first.id},
        troubles=_troubles(book),
        asked=in_a_line(book),
        reproduce=_reproduce(book),
        imported=book.run.manifest.get("kind") == "import",
    )


def _facts(book: Book) -> list[tuple[str, object]]:
    arms = list(dict.fromkeys(row.arm for row in book.rows if row.arm is not None))
    agents = sorted({seat.agent for each in book.filed for seat in each.seats if seat.agent})
    return [
        ("Status", book.status),
        ("Progress", f"{book.done:,} of {counted(len(book.rows), 'episode')}"),
        ("Conditions", some(arms[:NAMED], len(arms)) or "none"),
        ("Agents", some(agents[:NAMED], len(agents)) or "not recorded"),
    ]


def _answer(book: Book, slug: str) -> dict[str, Any]:
    finding = book.findings[slug]
    title = next(q.title for q in book.questions if q.slug == slug)
    return {
        "slug": slug,
        "title": title,
        "sentence": finding.sentence,
        "n": counted(len(finding.episodes or book.filed), "episode"),
        "mini": mini(finding.panel, slug),
    }


def mini(panel: Panel, slug: str) -> Markup:
    """The figure in small, without links or words of its own."""
    rows = len({(mark.label, mark.series) for mark in panel.marks})
    size = replace(MINI, row=max(LEAST_ROW, min(MINI.row, TALLEST // max(rows, 1))))
    drawn = inline(chart(panel, lambda _: None, size), f"mini-{slug}", "", "")
    return Markup(drawn)  # noqa: S704 - drawn by the renderer, where all text was cleaned


def _declared(book: Book) -> dict[str, Any] | None:
    """The study's own contrasts as a table; with what is missing, where anything is."""
    lost = any(each.behind.blocked for each in book.bounded)
    rows = [
        (
            d.measure,
            d.of,
            d.against,
            d.made.value,
            d.made.low,
            d.made.high,
            d.made.units,
            d.p,
            d.verdict,
            *((there.behind.blocked, there.low, there.high) if lost else ()),
        )
        for d, there in zip(book.declared, book.bounded, strict=True)
    ]
    names = ("measure", "of", "less", "difference", "low", "high", "n", "p (Holm)", "verdict")
    columns = (*names, *(MISSING if lost else ()))
    return {"columns": columns, "rows": rows, "missing": lost} if rows else None


def estimates_table(book: Book) -> dict[str, Any]:
    """Means by group and model, the default method; with what is missing, where anything is."""
    found = [
        row
        for row in book.default_rows(arms=False)
        if (row.n or row.blocked) and not _of_index(book, row.measure)
    ]
    lost = any(row.blocked for row in found)
    rows = [
        (
            row.measure,
            ", ".join(f"{key} {value}" for key, value in row.by.items()),
            row.value,
            row.low,
            row.high,
            row.n,
            *((row.blocked, row.bound_low, row.bound_high) if lost else ()),
            row.unit_of_resampling,
            row.status,
        )
        for row in found
    ]
    columns = ("measure", "of", "mean", "low", "high", "n")
    names = [*columns, *(MISSING if lost else ()), "resampled", "status"]
    return {
        "columns": names,
        "rows": rows[:ROWS],
        "left": max(0, len(rows) - ROWS),
        "missing": lost,
    }


def _of_index(book: Book, measure: str) -> bool:
    """Whether it has a row for each place of a series, too many for a page."""
    from suasion.measures.measure import OfSeries

    return any(
        isinstance(m, OfSeries) for m in (book.kit.measures if book.kit else ()) if m.id == measure
    )


def _troubles(book: Book) -> list[str]:
    """What is not whole, counted."""
    found = causes(book)
    damaged = sum(each.damaged for each in book.filed)
    if damaged:
        found.append(
            f"{counted(damaged, 'episode')} with a damaged record: readable, not measured."
        )
    lines = [line for several in book.bad_lines.values() for line in several]
    found += [f"{in_words(lines)} They stand on the data page."] if lines else []
    unreadable = book.results.unreadable if book.results else 0
    if unreadable:
        found.append(f"{counted(unreadable, 'episode')} of other rules than these: not measured.")
    return found


def _reproduce(book: Book) -> str:
    """One command, of a study that comes with the program or of a file of one's own."""
    from suasion import catalogue

    name, fork = book.study.get("name"), book.run.manifest.get("fork")
    if isinstance(fork, dict):
        return f"{' '.join(map(quoted, again(fork)))} && suasion site RUN2"
    if not name:
        format_ = next(iter(book.kit.imports), "FORMAT") if book.kit else "FORMAT"
        return f"suasion import {format_} FILE --out RUN && suasion site RUN"
    known = f"{book.run.manifest.get('environment')}/{name}"
    study = quoted(known if known in catalogue.studies() else f"{name}.yaml")
    out = quoted(f"runs/{name}")
    return f"suasion run {study}{_replicates(book)} --out {out} && suasion site {out}"


def _replicates(book: Book) -> str:
    """The option that was given, where the run has more or fewer than its study says."""
    study = book.study
    if any(study.get(name) for name in ("panel", "cross", "allocate")):
        return ""  # its cells are known to those who plan it
    each = len(study.get("block") or "-") * (study.get("chain") or 1)
    each *= len(study.get("conditions") or "-") + bool(study.get("a_a"))
    run = len({row.id for row in book.rows}) / each
    same = run in (0, book.study.get("replicates"))
    return "" if same else f" --replicates {run:.0f}"
