"""One small study end to end, by the commands that people type; and a log from elsewhere."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from suasion.cli import main

PROGRAM = str(Path(sys.executable).parent / "suasion")


def typed(folder: Path, *words: str) -> str:
    """What a command prints that is typed into a shell."""
    called = subprocess.run(
        [PROGRAM, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert called.returncode == 0, called.stdout + called.stderr
    assert "\x1b" not in called.stdout + called.stderr
    return called.stdout


def suasion(folder: Path, *words: str, code: int = 0) -> str:
    """The same within this process, which is quicker, once it has ended as it should."""
    out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.chdir(folder)
        patch.setattr(sys, "argv", [PROGRAM, *words])
        with redirect_stdout(out), redirect_stderr(error):
            main()
    printed, told = flushed(out), flushed(error)
    assert ended.value.code == code, printed + told
    assert "\x1b" not in printed + told
    return printed


def flushed(stream: io.TextIOWrapper) -> str:
    """All that was written to a stream."""
    stream.seek(0)
    return stream.read()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the smoke study was run."""
    folder = tmp_path_factory.mktemp("whole")
    told = typed(folder, "run", "smoke").rstrip().split("\n")
    assert told[0] == "0 of 4 episodes"
    assert told[-3] == "4 of 4 episodes are whole in runs/smoke"
    assert told[-1].endswith("suasion site runs/smoke")
    return folder


def test_the_commands_work_as_they_are_typed(here: Path) -> None:
    folder = here / "typed"
    folder.mkdir()
    typed(folder, "run", "smoke", "--out", "run")
    assert "whole" in typed(folder, "status", "run")
    assert json.loads(typed(folder, "measure", "run", "--json"))["estimates"]
    digest = typed(folder, "check", "run", "--digest")
    assert len(digest) == 65
    assert int(digest, 16)
    typed(folder, "export", "run", "--format", "influence-log", "--out", "log.jsonl")
    typed(folder, "import", "influence-log", "log.jsonl", "--out", "read")
    assert "read/site/index.html" in typed(folder, "site", "read")
    assert (folder / "read" / "site" / "index.html").is_file()


def test_a_run_that_is_whole_is_left_as_it_is(here: Path) -> None:
    before = suasion(here, "check", "runs/smoke", "--digest")
    assert suasion(here, "run", "smoke", "--display", "none") == ""
    assert suasion(here, "check", "runs/smoke", "--digest") == before


def test_the_record_is_the_same_however_many_play_it(here: Path) -> None:
    suasion(here, "run", "smoke", "--out", "alone", "--workers", "1", "--display", "none")
    assert suasion(here, "check", "alone", "--digest") == suasion(
        here, "check", "runs/smoke", "--digest"
    )


def test_its_state_is_told_in_words_and_as_json(here: Path) -> None:
    found = json.loads(suasion(here, "status", "runs/smoke", "--json"))
    assert found["progress"] == "whole"
    assert found["arms"]["talking"]["whole"] == 2
    assert "talking" in suasion(here, "status", "runs/smoke")


def test_check_finds_it_whole_and_sees_a_changed_byte(here: Path) -> None:
    assert json.loads(suasion(here, "check", "runs/smoke", "--json"))["whole"] is True
    suasion(here, "run", "smoke", "--out", "damaged", "--display", "none")
    record = here / "damaged" / "record.db"
    data = record.read_bytes()
    place = data.index(b"keep") if b"keep" in data else len(data) // 2
    record.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    assert "damage was found" in suasion(here, "check", "damaged", code=1)


def test_it_is_measured(here: Path) -> None:
    found = json.loads(suasion(here, "measure", "runs/smoke", "--json"))
    assert list(found)[:4] == ["run", "environment", "parameters", "values"]
    assert set(found) >= {"promises", "estimates"}
    a_value = {"measure", "episode", "seat", "other", "event", "value", "unit", "reason"}
    assert all(set(row) >= a_value for row in found["values"])
    assert all((row["value"] is None) == (row["reason"] is not None) for row in found["values"])
    points = [row for row in found["values"] if row["measure"] == "points_received"]
    assert len(points) == 4 * 3
    arms = {row["by"].get("arm") for row in found["estimates"]}
    assert arms == {None, "talking", "silent"}
    assert {row["status"] for row in found["estimates"]} == {"smoke"}


def test_either_list_alone_is_the_same_rows(here: Path) -> None:
    both = json.loads(suasion(here, "measure", "runs/smoke", "--json"))
    values = json.loads(suasion(here, "measure", "runs/smoke", "--json", "--values"))
    estimates = json.loads(suasion(here, "measure", "runs/smoke", "--json", "--estimates"))
    assert values["values"] == both["values"]
    assert "estimates" not in values
    assert estimates["estimates"] == both["estimates"]
    assert "values" not in estimates


def test_a_parameter_changes_what_is_measured(here: Path) -> None:
    usual = json.loads(suasion(here, "measure", "runs/smoke", "--json"))
    asked = ("--set", "capture.window=any", "--set", "repayment.window=1")
    other = json.loads(suasion(here, "measure", "runs/smoke", "--json", *asked))
    assert usual["parameters"]["capture.window"] == "rounds=1"
    assert other["parameters"]["capture.window"] == "any"
    assert other["parameters"]["repayment.window"] == 1
    assert other["values"] != usual["values"]


def test_tables_hold_the_same_rows(here: Path) -> None:
    import csv

    import polars

    suasion(here, "measure", "runs/smoke", "--csv", "csv", "--parquet", "parquet")
    found = json.loads(suasion(here, "measure", "runs/smoke", "--json"))
    for name in ("values", "estimates", "promises"):
        with (here / "csv" / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        table = polars.read_parquet(here / "parquet" / f"{name}.parquet")
        assert len(rows) == len(table) == len(found[name])
    numbers = [row["value"] for row in found["values"]]
    assert polars.read_parquet(here / "parquet" / "values.parquet")["value"].to_list() == numbers


def test_people_are_told_estimates_and_values(here: Path) -> None:
    told = suasion(here, "measure", "runs/smoke")
    assert "points_received" in told
    assert "arm talking" in told
    assert "undefined: " in suasion(here, "measure", "runs/smoke", "--values")


def test_an_episode_is_shown_whole_by_event_and_by_seat(here: Path) -> None:
    whole = json.loads(suasion(here, "show", "runs/smoke", "talking--r0", "--json"))
    event = json.loads(suasion(here, "show", "runs/smoke", "talking--r0#1", "--json"))
    assert event == {"episode": "talking--r0", **whole["events"][1]}
    assert suasion(here, "show", "runs/smoke", "talking--r0", "--event", "1").startswith(
        "talking--r0, event 1: "
    )
    for seat in ("P1", "P2", "P3"):
        told = suasion(here, "show", "runs/smoke", "talking--r0", "--as", seat)
        own = [each["words"][seat] for each in whole["events"] if seat in each["told_to"]]
        assert told.rstrip("\n").split("\n")[-len(own) :] == own


def test_a_run_here_and_its_export_and_import_measure_the_same(here: Path) -> None:
    suasion(here, "export", "runs/smoke", "--format", "influence-log", "--out", "log.jsonl")
    told = json.loads(
        suasion(here, "import", "influence-log", "log.jsonl", "--out", "read", "--json")
    )
    assert (told.pop("run"), told.pop("episodes"), told.pop("events")) == ("read", 4, 48)
    assert told == {"skipped": [], "warnings": [], "damaged": []}
    assert measured(here, "read") == measured(here, "runs/smoke")
    suasion(here, "export", "read", "--format", "influence-log", "--out", "again.jsonl")
    suasion(here, "import", "influence-log", "again.jsonl", "--out", "read-again")
    assert measured(here, "read-again") == measured(here, "read")


def measured(here: Path, run: str) -> list[dict[str, Any]]:
    """The values of a run."""
    found: list[dict[str, Any]] = json.loads(suasion(here, "measure", run, "--json"))["values"]
    return found


def test_stable_lines_are_the_same_for_the_same_record(here: Path) -> None:
    suasion(here, "run", "smoke", "--out", "twin", "--workers", "1", "--display", "none")
    lines = [
        suasion(here, "export", run, "--format", "jsonl", "--stable")
        for run in ("twin", "runs/smoke")
    ]
    assert lines[0] == lines[1]
    assert [json.loads(line)["id"] for line in lines[0].rstrip("\n").split("\n")] == [
        "talking--r0",
        "silent--r0",
        "talking--r1",
        "silent--r1",
    ]


LOG = """\
{"episode":"sound","condition":"complete/pure/msg-off","seats":["P1","P2"],"rounds":1,"slots":1}
{"episode":"sound","index":0,"round":1,"slot":1,"seat":"P1","action":"pull","beneficiary":"P2"}
{"episode":"sound","index":1,"round":1,"slot":1,"seat":"P2","action":"forfeit"}
"""
BAD = '{"episode":"sound","index":2,"round":1,"slot":1,"seat":"P9","action":"forfeit"}\n'


@pytest.mark.parametrize(
    ("text", "code", "episodes", "reasons"),
    [(LOG, 0, 1, []), (LOG + BAD, 3, 1, ["unknown_seat"]), ("{}\n", 1, 0, ["unknown_line"])],
)
def test_an_import_says_by_its_code_whether_anything_was_skipped(
    text: str, code: int, episodes: int, reasons: list[str], tmp_path: Path
) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    words = ("import", "influence-log", "log.jsonl", "--out", "read", "--json")
    told = json.loads(suasion(tmp_path, *words, code=code))
    assert told["episodes"] == episodes
    assert [row["reason"].split(":")[0] for row in told["skipped"]] == reasons
    assert (tmp_path / "read").exists() == (code != 1)


def test_pages_are_made_and_named(here: Path) -> None:
    home = json.loads(suasion(here, "site", "runs/smoke", "--json"))["home"]
    pages = json.loads((here / "runs" / "smoke" / "site" / "episodes.json").read_text())
    assert (here / home).is_file()
    assert "talking--r0" in json.dumps(pages)
    assert json.loads(suasion(here, "site", "runs/smoke", "--json"))["changed"] == 0


def test_what_there_is_can_be_listed(here: Path) -> None:
    found = json.loads(suasion(here, "list", "--json"))
    assert {row["name"] for row in found["environments"]} >= {"influence"}
    assert {row["study"] for row in found["studies"]} >= {"influence/demo", "influence/smoke"}
    schema = json.loads(suasion(here, "list", "keys", "--json"))
    assert "replicates" in schema["properties"]
    for kind in ("policies", "settings", "measures", "parameters", "formats", "rubrics", "keys"):
        assert suasion(here, "list", kind)


def test_a_study_can_be_checked_before_it_is_run(here: Path) -> None:
    found = json.loads(suasion(here, "check", "influence/calibration", "--json"))
    assert found["whole"] is True
    assert found["episodes"] == 25


def test_the_display_for_programs_is_json_line_by_line(here: Path) -> None:
    told = suasion(here, "run", "smoke", "--out", "watched", "--display", "json")
    found = [json.loads(line) for line in told.rstrip("\n").split("\n")]
    assert found[0]["event"] == "planned"
    assert found[-1]["event"] == "finished"
    assert found[-1]["exit_code"] == 0
    assert sum(each["event"] == "ended" for each in found) == 4
