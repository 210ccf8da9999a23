"""Tables as people write them: every odd one is read, or refused by name and line."""

from __future__ import annotations

import csv
import gzip
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.measures.imported import Unreadable
from suasion.measures.table import LONGEST_FIELD, Record, cells_of, missing, table

EXPECTED = ("a", "b")


def written(tmp_path: Path, data: bytes | str) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(path: Path) -> list[Record]:
    return list(table(path, EXPECTED).records)


def fields(path: Path) -> list[list[str]]:
    return [list(record.fields) for record in read(path)]


def faults(path: Path) -> list[tuple[int, str]]:
    return [(record.line, record.fault) for record in read(path) if record.fault]


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n",
        b"a,b\n1,2",
        b"\xef\xbb\xbfa,b\r\n1,2\r\n",
        b" a , b \n\n1,2\n\n",
        b'"a","b"\n"1","2"\n',
        gzip.compress(b"a,b\n1,2\n"),
    ],
    ids=("plain", "no last line end", "BOM and CRLF", "blanks", "quoted", "gzip"),
)
def test_the_same_table_however_it_is_written(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    assert table(path, EXPECTED).columns == ["a", "b"]
    assert fields(path) == [["1", "2"]]


def test_records_are_told_by_the_physical_line_they_begin_on(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n"one\n\nword",2\n\nx\n3,4\n')
    assert fields(path) == [["one\nword", "2"], [], ["3", "4"]]
    assert [record.line for record in read(path)] == [2, 6, 7]
    assert faults(path) == [(6, "wrong_fields: 1 fields under 2 columns")]
    assert read(path)[1].raw == b"x"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"1", "wrong_fields: 1 fields under 2 columns"),
        (b"1,2,3", "wrong_fields: 3 fields under 2 columns"),
        (b"\xff,2", "not_utf8: byte 1 of the line"),
        (b'"1"x,2', "bad_quotes: ',' expected after '\"'"),
        (b"1\r2,3", "bad_line_end: a CR without its LF outside quotes"),
        (b"x" * (LONGEST_FIELD + 1) + b",2", "too_long: a field of more than 131,072 characters"),
        (b"x" * (2**24 + 1) + b",2", "too_long: a line of more than 16777216 bytes"),
    ],
)
def test_a_bad_record_takes_no_other_with_it(tmp_path: Path, line: bytes, fault: str) -> None:
    path = written(tmp_path, b"a,b\n1,2\n" + line + b"\n5,6\n")
    assert faults(path) == [(3, fault)]
    assert [list(r.fields) for r in read(path) if not r.fault] == [["1", "2"], ["5", "6"]]


def test_a_quote_that_is_never_closed_is_told_where_it_opens(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n')
    said = "bad_quotes: a field is quoted here and not closed up to line 4"
    assert faults(path) == [(3, said)]


def test_a_compressed_file_that_ends_too_early_keeps_what_came_before(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(9999)))
    found = read(written(tmp_path, whole[: len(whole) // 2]))
    assert found[0].fields == ["0", "0"]
    assert found[-1].fault.startswith("damaged: the compressed data is damaged")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: expected a heading with a, b"),
        (b"\n\n", "is empty"),
        (b"a;b\n1;2\n", "are set apart by semicolons: expected commas"),
        (b"a\tb\n1\t2\n", "are set apart by tabs: expected commas"),
        (b'"a"|"b"\n', "are set apart by bars: expected commas"),
        (b"a,b,a\n", "has several columns a: expected one each"),
        (b"PK\x03\x04whatever", "is a spreadsheet or an archive"),
        ("a,b\n1,2\n".encode("utf-16"), "is UTF-16 text: expected comma-separated UTF-8 text"),
        (b"\xe9,b\n", "line 1 of .* is no heading .not_utf8: byte 1 of the line."),
        (b"a,b\r1,2\r", "line 1 of .* is no heading .bad_line_end"),
        (b",".join(b"c%d" % n for n in range(2000)), "has 2,000 columns: expected 1,000 at most"),
    ],
)
def test_what_is_no_such_table_is_refused_in_words(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        table(written(tmp_path, data), EXPECTED)


def test_every_missing_column_is_named_beside_those_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, "x,a\n")
    columns = table(path, EXPECTED).columns
    with pytest.raises(Unreadable) as error:
        missing(path, columns, ("a", "b", "c"))
    assert (
        str(error.value) == f"{str(path)!r} has no columns b, c: expected a, b, c; there are: x, a"
    )
    missing(path, columns, ("x", "a"))


def test_one_missing_column_is_named_in_the_singular(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="has no column b:"):
        missing(tmp_path, ["a", "odd name"], EXPECTED)


def test_columns_without_a_name_are_left_out() -> None:
    assert cells_of(["a", ""], Record(2, ["1", "index"], b"")) == {"a": "1"}


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"))


@given(st.lists(st.tuples(TEXT, TEXT), max_size=20))
def test_what_the_standard_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([EXPECTED, *rows])
    path = written(tmp_path_factory.mktemp("table"), text.getvalue())
    assert fields(path) == [list(row) for row in rows]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("bytes"), data)
    with suppress(Unreadable):
        assert all(record.fault or record.fields for record in read(path))
