"""Rows as tables hold what the JSON holds."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import polars
import pytest

from suasion.cli.tables import as_csv, as_parquet

ROWS: list[dict[str, Any]] = [
    {"measure": "a", "by": {"model": "m", "s": None}, "value": 0.1, "n": 3, "reason": None},
    {"measure": "=b", "by": {"arm": "x"}, "value": None, "n": 0, "reason": "no_values"},
    {"measure": "c", "by": {}, "value": -1.5e-300, "n": 2, "reason": None},
]
CATEGORY: dict[str, Any] = {"measure": "d", "by": {}, "value": "red", "n": 1, "reason": None}


def read_csv(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(rows).decode())))


def test_csv_holds_numbers_in_full_and_by_twice() -> None:
    found = read_csv(ROWS)
    assert [row["value"] for row in found] == ["0.1", "", "-1.5e-300"]
    assert [json.loads(row["by"]) for row in found] == [row["by"] for row in ROWS]
    assert [row["by.model"] for row in found] == ["m", "", ""]
    assert [row["n"] for row in found] == ["3", "0", "2"]


def test_a_spreadsheet_runs_nothing() -> None:
    assert read_csv(ROWS)[1]["measure"] == "'=b"


def test_parquet_holds_the_same_with_types() -> None:
    found = polars.read_parquet(io.BytesIO(as_parquet([*ROWS, CATEGORY])))
    assert found["value"].to_list() == [0.1, None, -1.5e-300, None]
    assert found["category"].to_list() == [None, None, None, "red"]
    assert found["n"].to_list() == [3, 0, 2, 1]
    assert found.schema["value"] == polars.Float64
    assert found["measure"].to_list()[1] == "=b"


@pytest.mark.parametrize("write", [as_csv, as_parquet])
def test_no_rows_are_a_table_too(write: Any) -> None:
    assert isinstance(write([]), bytes)


def test_whole_and_broken_numbers_stand_in_one_column() -> None:
    rows: list[dict[str, Any]] = [{"value": 1}, {"value": 0.5}, {"value": None}]
    assert polars.read_parquet(io.BytesIO(as_parquet(rows)))["value"].to_list() == [1.0, 0.5, None]


def test_text_that_no_file_can_hold_is_replaced() -> None:
    assert polars.read_parquet(io.BytesIO(as_parquet([{"seat": "\ud800"}])))["seat"][0] == "?"
