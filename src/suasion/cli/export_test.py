"""A run as files for others, from the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars
import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.export_test import STUDY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "run"
    assert run(of(STUDY), folder, workers=1).exit_code == 0
    return folder


def told(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_attempts_are_the_same_rows_as_csv_and_as_parquet(folder: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(told("export", folder, "--format", "attempts-csv"))))
    told("export", folder, "--format", "attempts-parquet", "--out", tmp_path / "attempts.parquet")
    table = polars.read_parquet(tmp_path / "attempts.parquet")
    assert len(rows) == table.height >= 4
    assert list(rows[0]) == table.columns
    assert table["tokens_in"].dtype == polars.Int64
    assert table["cost"].dtype == polars.Float64
    assert list(map(int, (row["tokens_in"] for row in rows))) == table["tokens_in"].to_list()
    assert [row["outcome"] for row in rows] == table["outcome"].to_list()


def test_a_parquet_file_is_not_printed(folder: Path) -> None:
    with pytest.raises(Failed, match="say --out"):
        told("export", folder, "--format", "attempts-parquet")
