"""Dossiers and quotes: what was written about a run, held against what was said in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import SCRIPT
from suasion.measures.quotes import Found
from suasion.report.book import Book
from suasion.report.prose import Prose
from suasion.report.shelf import Page, Shelf
from suasion.report.text import clean, counted
from suasion.store.writings import Written

COMMAND = "suasion dossier {}"
WHY = 400
"""Characters of the words on why a quote matters."""


def listed(book: Book) -> Mapping[str, Any] | None:
    """What the home page and others say of it; None where nothing can be written."""
    found = book.shelf
    if found is None or not found.subjects:
        return None
    return {
        "pages": [{"slug": p.subject.slug, "title": p.subject.title} for p in found.pages],
        "command": COMMAND.format(book.folder_name),
        "missing": len(found.subjects) - len(found.pages),
    }


def dossiers(book: Book) -> None:
    """Write `dossiers/index.html`, and a page for each subject that was written about."""
    found = book.shelf
    if found is None or not found.subjects:
        return
    book.page(
        "dossiers/index.html", "dossiers.html", "../", rows=_index(found), **(listed(book) or {})
    )
    for at, page in enumerate(found.pages):
        _page(book, found, page, at)


def _index(found: Shelf) -> list[dict[str, Any]]:
    return [
        {
            "slug": page.subject.slug,
            "title": page.subject.title,
            "by": _by(page.texts[0]),
            "words": len((page.texts[0].text or "").split()),
            "others": len(page.texts) - 1,
        }
        for page in found.pages
    ]


def _page(book: Book, found: Shelf, page: Page, at: int) -> None:
    slug, newest = page.subject.slug, page.texts[0]
    source = found.source(page.subject)
    texts = [_text(found, page, each, source.markdown) for each in page.texts]
    around = [
        found.pages[i].subject if 0 <= i < len(found.pages) else None for i in (at - 1, at + 1)
    ]
    files = {
        f"{slug}.md": clean(texts[0]["prose"].markdown),
        f"{slug}.source.md": clean(newest.given),
        f"{slug}.prompt.txt": clean(newest.task),
    }
    for name, text in files.items():
        book.folder.write(f"dossiers/{name}", text)
    book.page(
        f"dossiers/{slug}.html",
        "dossier.html",
        "../",
        subject=page.subject,
        texts=texts,
        examples=source.examples,
        files=[(name, f"{len(text.encode()):,}") for name, text in files.items()],
        previous=around[0],
        following=around[1],
    )


def _text(found: Shelf, page: Page, text: Written, source: str) -> dict[str, Any]:
    """One text as its page shows it."""
    read = found.read(page, text)
    return {
        "prose": read,
        "quotes": list(_gallery(read)) if page.subject.form == "quotes" else None,
        "by": _by(text),
        "scripted": text.writer.startswith(SCRIPT),
        "notes": list(_notes(text, read, source)),
        "facts": [
            ("Written by", text.writer),
            ("Asked with", _settings(text.asked_with)),
            ("When", text.created),
            ("Recorded in", f"dossiers/{text.run}, episode {text.episode}"),
            ("Source", f"SHA-256 {_hash(text.given)}"),
        ],
    }


def _notes(text: Written, read: Prose, source: str) -> Iterator[str]:
    """What a reader must know of how it came about."""
    yield read.tally.words
    limit = counted(text.cap, "word")
    if text.cut:
        yield (
            f"It had {counted(text.words, 'word')} after it was asked for again, and may have "
            f"{limit}: it is cut at the end of a sentence."
        )
    elif text.asked > 1:
        yield f"It was longer than {limit} at first, and was asked for again."
    if source != text.given:
        yield (
            "The record, or how it is summed up, has changed since: the source it was written "
            "from is not what one would be now."
        )


class Entry(NamedTuple):
    """One line of a gallery."""

    text: str
    found: Found
    note: str
    why: str


def _gallery(read: Prose) -> Iterator[Entry]:
    """Quotes that stand in the record; what does not is on the page beneath, and counted."""
    for span, behind in read.quotes():
        if span.found is not None:
            yield Entry(span.text, span.found, span.note, behind.strip(" :.-\u2013\u2014")[:WHY])


def _by(text: Written) -> str:
    return "a script; no model" if text.writer.startswith(SCRIPT) else text.writer


def _settings(asked_with: Mapping[str, Json]) -> str | None:
    return ", ".join(f"{name} {value}" for name, value in asked_with.items()) or None


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
