"""Question pages: a finding with everything a doubting reader asks for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

from markupsafe import Markup

from suasion.core.asks import Json
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Finding, Question
from suasion.report.book import Book
from suasion.report.cast import some
from suasion.report.dossiers import listed
from suasion.report.figure import PAGE, PHONE, chart
from suasion.report.grid import shown
from suasion.report.readings import Reading, reading
from suasion.report.sections import sections
from suasion.report.svg import inline, standalone
from suasion.report.templating import link_words
from suasion.report.text import cell, clean

MOST = 1000
"""Episodes in a table of a page; of more, the list of episodes and the data have them all."""
AGENTS = 8
"""Agents that are named in a cell; more are counted."""


def answers(book: Book) -> None:
    """Write every question's page and its downloads."""
    for at, question in enumerate(book.questions):
        if question.slug in book.findings:
            _downloads(book, question)
        _page(book, question, at)


def _page(book: Book, question: Question, at: int) -> None:
    finding = book.findings.get(question.slug)
    beside = dict(zip(("previous", "following"), _around(book.questions, at), strict=True))
    book.page(
        f"q/{question.slug}.html",
        "question.html",
        "../",
        here="Questions",
        title=question.title,
        slug=question.slug,
        number=at + 1,
        count=len(book.questions),
        why=book.why_not.get(question.slug),
        **beside,
        **(_blocks(book, question, finding) if finding else {}),
    )


def _around(items: Sequence[Any], at: int) -> tuple[Any, Any]:
    return (items[at - 1] if at else None), (items[at + 1] if at + 1 < len(items) else None)


def _blocks(book: Book, question: Question, finding: Finding) -> dict[str, Any]:
    slug, title = question.slug, question.title
    pictures: dict[str, Any] = {"grid": None}
    matrix = finding.panel.kind == "matrix"
    if matrix:
        pictures["grid"] = shown(finding.panel, lambda link: f"../{book.places.href(link)}")
    for name, size in () if matrix else (("wide", PAGE), ("narrow", PHONE)):
        drawing = chart(finding.panel, lambda link: f"../{book.places.href(link)}", size)
        words = f"{finding.sentence} {finding.how_to_read}"
        svg = inline(drawing, f"{slug}-{name}", clean(title), clean(words))
        pictures[name] = Markup(svg)  # noqa: S704 - drawn by the renderer, all text cleaned
    return {
        "finding": finding,
        "further": _further(book, finding),
        "parts": sections(book, slug, tuple(finding.parts)),
        "dossiers": (listed(book) or {}).get("pages"),
        **pictures,
        "reading": _reading(book, slug),
        "episodes": _episodes(book, finding),
        "cite": _citation(book, title, slug),
    }


def _further(book: Book, finding: Finding) -> list[dict[str, str]]:
    """Questions to read next: those that this run answers."""
    return [{"slug": slug, "words": words} for slug, words in finding.further
            if slug in book.findings]  # fmt: skip


def _reading(book: Book, slug: str) -> Reading | None:
    return reading(book.kit.environment.name, book.head.name, slug) if book.kit else None


def _episodes(book: Book, finding: Finding) -> dict[str, Any]:
    """The episodes of a finding, by condition, then as the run has them."""
    wanted = set(finding.episodes)
    filed = [each for each in book.filed if not wanted or each.id in wanted]
    arms = list(dict.fromkeys(each.arm for each in book.filed))
    filed.sort(key=lambda each: arms.index(each.arm))
    more = finding.episode_columns
    if len(filed) > MOST:
        return {"columns": [], "rows": [], "count": len(filed)}
    return {
        "columns": ["episode", "condition", "agents", *more],
        "rows": [
            [
                Link(each.id),
                condition(each),
                agents(each),
                *(of.get(each.id) for of in more.values()),
            ]
            for each in filed
        ],
        "count": len(filed),
    }


def condition(filed: Filed) -> str:
    """The study's condition, or that of a log."""
    return filed.arm or str((filed.kept.get("header") or {}).get("condition") or "none")


def agents(filed: Filed) -> str:
    """Who played, each once, with how many seats."""
    held: dict[str, int] = {}
    for seat in filed.seats:
        name = (seat.agent or "unknown").removeprefix("policy/")
        held[name] = held.get(name, 0) + 1
    named = [name if n == 1 else f"{n:,} of {name}" for name, n in islice(held.items(), AGENTS)]
    return some(named, len(held))


def _citation(book: Book, title: str, slug: str) -> str:
    head = book.head
    return (
        f"“{title}” In: {head.title}. Study {head.name}, run {head.digest[:12]}, "
        f"{book.done} episodes, {book.status}. Suasion {head.version}. q/{slug}.html"
    )


def _downloads(book: Book, question: Question) -> None:
    slug, finding = question.slug, book.findings[question.slug]
    drawing = chart(finding.panel, lambda _: None, PAGE)
    source = f"Study {book.head.name}, run {book.digest[:12]}, Suasion {book.head.version}"
    book.folder.write(f"q/{slug}.svg", standalone(drawing, clean(question.title), clean(source)))
    columns, rows = _flat(book, finding)
    book.folder.write(f"q/{slug}.csv", as_csv(columns, rows))
    body = {
        "question": question.title,
        "finding": finding.sentence,
        "how_to_read": finding.how_to_read,
        "sureness": list(finding.sureness),
        "exclusions": list(finding.exclusions),
        "statistics": dict(finding.statistics),
        "columns": columns,
        "rows": rows,
        "spec": drawing.spec,
        "provenance": {
            "study": book.head.name,
            "run": book.digest,
            "suasion": book.head.version,
            "status": book.status,
            "episodes": book.done,
        },
    }
    book.folder.write(f"q/{slug}.json", as_json(body))


def _flat(book: Book, finding: Finding) -> tuple[list[str], list[list[Json]]]:
    """The rows with links as words and addresses, in two columns."""
    columns: list[str] = []
    linked = [
        any(isinstance(row[at], Link) for row in finding.rows) for at in range(len(finding.columns))
    ]
    for name, is_link in zip(finding.columns, linked, strict=True):
        columns += [name, f"{name}_page"] if is_link else [name]
    rows = []
    for row in finding.rows:
        flat: list[Json] = []
        for value, is_link in zip(row, linked, strict=True):
            if isinstance(value, Link):
                flat += [link_words(value), f"../{book.places.href(value)}"]
            else:
                flat += [value, None] if is_link else [value]
        rows.append(flat)
    return columns, rows


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Json]]) -> str:
    """A CSV file that a spreadsheet will not run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    writer.writerows([[cell(value) for value in row] for row in rows])
    return out.getvalue()


def as_json(value: Json) -> str:
    """JSON for programs: numbers in full, anything that is no text replaced by its escape."""
    return json.dumps(value, allow_nan=False, indent=1) + "\n"
