"""What models were asked in a run: tables for the method page, and a line for the first."""

from __future__ import annotations

from typing import Any

from suasion.models.hosts import BadUrl, place
from suasion.models.ids import BadModel, parsed
from suasion.models.prices import listed, table
from suasion.models.providers import provider
from suasion.report.book import Book
from suasion.report.text import counted
from suasion.store.asked import Asked
from suasion.store.usage import usage

COLUMNS = (
    "model",
    "host",
    "calls",
    "asked again",
    "read",
    "from a cache",
    "written",
    "cost",
    "replies not counted",
)


def asked(book: Book) -> dict[str, Any] | None:
    """Every model, and how its calls ended; None where none was called."""
    if not book.asked:
        return None
    outcomes = [
        (each.model, name, many)
        for each in book.asked
        for name, many in each.outcomes.most_common()
    ]
    blocked = [
        (each.model, why, many) for each in book.asked for why, many in each.blocked.most_common()
    ]
    return {
        "columns": COLUMNS,
        "rows": [_row(each) for each in book.asked],
        "outcomes": outcomes,
        "blocked": blocked,
        "prices": _prices(book),
        "reuse": _reuse(book),
    }


def _row(model: Asked) -> tuple[object, ...]:
    cached = f"{model.cached:,} of {model.told_cached:,}" if model.told_cached else "not said"
    return (
        model.model,
        ", ".join(sorted(hosts(model))) or "none on record",
        model.calls,
        f"{model.again / model.calls:.1%}",
        model.read,
        cached,
        model.written,
        _cost(model),
        model.uncounted,
    )


def _cost(model: Asked) -> str:
    if model.unpriced:
        return f"${model.cost:.4f}, and unknown of {counted(model.unpriced, 'reply', 'replies')}"
    return f"${model.cost:.4f}"


def hosts(model: Asked) -> set[str]:
    """Where a model was asked: as the study says, else where its provider is."""
    try:
        id_ = parsed(model.model)
    except BadModel:
        return set()
    urls = model.urls | ({id_.url} if id_.url else set())
    known = provider(id_.provider)
    if not urls:
        return {str(known.home)} if known is not None and known.home is not None else set()
    try:
        return {str(place(url)) for url in urls}
    except BadUrl:
        return set()


def _reuse(book: Book) -> str:
    """How much of what acts were sent had been sent before."""
    try:
        shares = usage(book.run.path).reuse
    except ValueError:  # damaged, which `suasion check` tells of
        return ""
    if shares.repeated is None or shares.bound is None:
        return ""
    return (
        f"Of the bytes that acts were sent, {shares.repeated:.1%} had been sent in the act before;"
        f" at most {shares.bound:.1%} could have been, with the model's own last reply."
    )


def _prices(book: Book) -> str:
    """Of which day the prices are."""
    days = [day for each in book.asked if (day := _day(each))]
    if not days:
        newest = max((row.price.as_of or "" for row in table().values()), default="")
        return f"No price of these models is in the table, whose newest is of {newest}."
    return f"Prices of the table are of {', '.join(sorted(set(days)))}."


def _day(model: Asked) -> str | None:
    try:
        id_ = parsed(model.model)
    except BadModel:
        return None
    found = listed(id_.provider, id_.name)
    return None if found is None else found.price.as_of


def in_a_line(book: Book) -> str:
    """What models were asked, in a sentence or two; empty where none was."""
    several = book.asked
    if not several:
        return ""
    calls, again = sum(each.calls for each in several), sum(each.again for each in several)
    read, written = sum(each.read for each in several), sum(each.written for each in several)
    cost, unknown = sum(each.cost for each in several), any(each.unpriced for each in several)
    price = f"${cost:.4f}" + (", and some unknown" if unknown else "")
    return (
        f"{counted(len(several), 'model')} took {counted(calls, 'call')}, {again / calls:.1%} of"
        f" them made again; {read:,} tokens read, {written:,} written; cost {price}."
    )
