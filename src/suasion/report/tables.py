"""The data page: every table these pages were made from, to take away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any, NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Filed
from suasion.report.answers import as_csv, condition
from suasion.report.book import Book
from suasion.report.cast import FEW
from suasion.report.home import estimates_table
from suasion.report.lines import line_rows


class Column(NamedTuple):
    """A column of a table."""

    name: str
    type: str
    meaning: str


class Table(NamedTuple):
    """A table: its name, what a row is, its columns and its rows."""

    name: str
    words: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Json]]


EPISODES = (
    Column("episode", "text", "its id in the run; any text"),
    Column("page", "text", "its page, from the root of the site"),
    Column("condition", "text", "of the study, or of the log it was imported from"),
    Column("replicate", "integer", "counted from 0 in each condition"),
    Column("status", "text", "confirmatory, exploratory, calibration or smoke; never pooled"),
    Column("finished", "boolean", "false for a game that was cut short"),
    Column("damaged", "boolean", "true where its record has bad lines; nothing is measured"),
    Column("seed", "integer", "of the episode; the same in every condition of a replicate"),
    Column("events", "integer", "how many it has"),
    Column(
        "seats",
        "JSON",
        f"name, agent and role of each seat, in order; of more than {FEW} seats how many each"
        " agent and role has",
    ),
    Column("block", "text", "the episodes that are compared with one another; empty outside one"),
    Column("chain", "text", "the episodes that inherit from one another; empty outside one"),
    Column("link", "integer", "its place in the chain, from 0"),
)
LINES = (
    Column("kind", "text", "skipped, or read with a warning"),
    Column("file", "text", "its name"),
    Column("line", "integer", "counted from 1"),
    Column("reason", "text", "a code, alone or followed by words"),
    Column("episode", "text", "the episode it belongs to, where that is known"),
)
VALUES = (
    Column("measure", "text", "its id; see the method page"),
    Column("episode", "text", "its id"),
    Column("seat", "text", "the seat it is of; of a pair, the one credited"),
    Column("other", "text", "of a pair, the counterpart"),
    Column("event", "integer", "the event it is of"),
    Column("index", "integer", "of a series, the place counted from 1"),
    Column("value", "number or text", "in the unit of its row; empty where undefined"),
    Column("unit", "text", "of the value"),
    Column("reason", "text", "why there is no value"),
)
ESTIMATES = (
    Column("measure", "text", "its id"),
    Column("by", "JSON", "what defines the group, and nothing else"),
    Column("statistic", "text", "mean, or what the row says"),
    Column("value", "number", "of the statistic; empty where there is none"),
    Column("low", "number", "lower bound of the interval"),
    Column("high", "number", "upper bound of the interval"),
    Column("level", "number", "of the interval"),
    Column("n", "integer", "how many went in"),
    Column("unit_of_resampling", "text", "what is independent of what"),
    Column("method", "text", "of the interval; why there is none"),
    Column("status", "text", "of the study; never pooled"),
    Column("reason", "text", "why there is no value"),
    Column("blocked", "integer", "episodes missing from it"),
    Column("causes", "JSON", "how many of these are missing for what"),
    Column("bound_low", "number", "with each missing value at its lowest"),
    Column("bound_high", "number", "with each missing value at its highest"),
    Column("bound_reason", "text", "why there is no such bound, where something is missing"),
    Column("retried", "number", "share of its episodes in which a seat had to be asked again"),
    Column("forfeits", "JSON", "share of answers that were lost on the way, by how"),
)
SNIPPET = """\
import polars as pl

estimates = pl.read_csv("data/estimates.csv")
estimates.filter(pl.col("measure") == "{measure}").select("by", "value", "low", "high", "n")"""


def data(book: Book) -> None:
    """Write the tables and `data.html`."""
    made = _tables(book)
    shown = []
    for table in made:
        files = [
            _file(book, f"{table.name}.csv", _csv(table)),
            _file(book, f"{table.name}.json", _json(table)),
        ]
        shown.append(
            {
                "name": table.name,
                "title": table.name.capitalize(),
                "words": table.words,
                "count": len(table.rows),
                "columns": table.columns,
                "files": files,
            }
        )
    estimates = estimates_table(book) if book.results else None
    measures = book.kit.measures if book.kit else ()
    book.page(
        "data.html",
        "data.html",
        here="Data",
        tables=shown,
        snippet=SNIPPET.format(measure=measures[0].id if measures else "points"),
        method=book.method,
        lines=line_rows([line for several in book.bad_lines.values() for line in several]),
        shown=estimates if estimates and estimates["rows"] else None,
    )


def _file(book: Book, name: str, text: str) -> dict[str, Any]:
    content = text.encode()
    book.folder.write(f"data/{name}", content)
    return {"name": name, "size": f"{len(content):,}", "sha256": sha256(content).hexdigest()}


def _tables(book: Book) -> list[Table]:
    found = [Table("episodes", "One row for each episode on record.", EPISODES, _episodes(book))]
    if book.bad_lines:
        words = "One row for each line of the logs that was not read as it stood."
        found.append(Table("lines", words, LINES, _lines(book)))
    if book.results is not None:
        found.append(Table("values", "One row for each measured thing.", VALUES, _values(book)))
        found.append(
            Table("estimates", "One row for each group and method.", ESTIMATES, _estimates(book))
        )
    return found


def _episodes(book: Book) -> list[list[Json]]:
    return [
        [
            each.id,
            f"episodes/{book.places.pages[each.id]}.html",
            condition(each),
            each.replicate,
            each.status,
            each.finished,
            each.damaged,
            each.episode.header.seed,
            len(each.episode.events),
            _seats(each),
            each.block,
            each.chain,
            each.link,
        ]
        for each in book.filed
    ]


def _seats(filed: Filed) -> list[Json]:
    if len(filed.seats) <= FEW:
        return [{"name": s.name, "agent": s.agent, "role": s.role} for s in filed.seats]
    counts = Counter((seat.agent, seat.role) for seat in filed.seats)
    return [{"agent": agent, "role": role, "seats": n} for (agent, role), n in counts.items()]


def _lines(book: Book) -> list[list[Json]]:
    return [
        [kind, PurePath(line.file).name, line.line, line.reason, line.episode]
        for several in book.bad_lines.values()
        for kind, line in several
    ]


def _values(book: Book) -> list[list[Json]]:
    if book.results is None:
        return []
    return [
        [
            v.measure,
            v.episode,
            v.seat,
            v.other,
            v.event,
            v.series and v.series[1],
            v.value,
            v.unit,
            v.reason,
        ]
        for v in book.results.all_values()
    ]


def _estimates(book: Book) -> list[list[Json]]:
    if book.results is None:
        return []
    names = [column.name for column in ESTIMATES]
    rows = (row.row() for row in book.results.all_estimates())
    return [[row[name] for name in names] for row in rows]


def _csv(table: Table) -> str:
    flat = [[_flat(value) for value in row] for row in table.rows]
    return as_csv([column.name for column in table.columns], flat)


def _flat(value: Json) -> Json:
    return json.dumps(value) if isinstance(value, dict | list | bool) else value


def _json(table: Table) -> str:
    """A list of objects, one a line."""
    names = [column.name for column in table.columns]
    rows = (json.dumps(dict(zip(names, row, strict=True)), allow_nan=False) for row in table.rows)
    return "[\n" + ",\n".join(rows) + "\n]\n"
