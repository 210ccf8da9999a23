"""Published conversations through the front door: exit codes, what is told, and what runs hold."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.environments.persuasion.cells_test import COLUMNS, PROBES, row, written
from suasion.environments.persuasion.transcripts_test import PLAIN, named, transcript


class Done(NamedTuple):
    """What a command did."""

    code: int
    said: str
    wrong: str = ""
    next: tuple[str, ...] = ()
    """The command that it names in its complaint."""


def suasion(*words: str) -> Done:
    """Run a command in this process."""
    result = CliRunner().invoke(app, list(words))
    error = result.exception
    if isinstance(error, Failed):
        return Done(error.code, result.stdout, str(error), tuple(error.command))
    assert error is None or isinstance(error, SystemExit), error
    return Done(result.exit_code, result.stdout)


def imported(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code of an import and its JSON."""
    done = suasion("import", *words, "--json")
    assert not done.wrong
    found: dict[str, Any] = json.loads(done.said)
    return done.code, found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    blocked = row(topic="t2", outcome="moderated_block", **dict.fromkeys(PROBES[3:], ""))
    written(tmp_path, row(), row(side="con", post1=-1, truncated_turns=2), blocked, name="cells")
    for side in ("pro", "con"):
        named(tmp_path / "said", transcript(), f"t1__p__q__{side}")
    return tmp_path


def values(run: str, measure: str) -> dict[str, Any]:
    """A measure by episode: its value, or why there is none."""
    done = suasion("measure", run, "--json", "--values")
    assert done.code == 0, done.wrong
    found = json.loads(done.said)["values"]
    return {v["episode"]: v["reason"] or v["value"] for v in found if v["measure"] == measure}


def test_a_sound_table_is_a_run_that_every_command_reads(here: Path) -> None:
    code, found = imported("persuasion-cells", "cells.csv", "--out", "run")
    assert (code, found["episodes"], found["events"], found["skipped"]) == (0, 3, 21, [])
    assert values("run", "paired_effect")["t1__p__q__pro"] == 0.5
    assert values("run", "clipped_turns") == {
        "t1__p__q__pro": 0,
        "t1__p__q__con": 2,
        "t2__p__q__pro": "unfinished_episode: moderated_block",
    }
    assert values("run", "lint_clipped")["t1__p__q__pro"] == "no_transcript"
    for words in (
        ("status", "run"),
        ("check", "run"),
        ("show", "run", "t1__p__q__pro"),
        ("export", "run", "--format", "jsonl", "--out", "run.jsonl"),
        ("site", "run", "--out", "site"),
    ):
        assert suasion(*words).code == 0
    page = (here / "site" / "episodes" / "t2__p__q__pro.html").read_text()
    assert "moderated block" in page or "moderated_block" in page


def test_a_bad_row_makes_the_exit_code_three_and_is_told_by_line(here: Path) -> None:
    written(here, row(pre1=7), row(), row(), name="bad")
    code, found = imported("persuasion-cells", "bad.csv", "--out", "run")
    assert (code, found["episodes"]) == (3, 1)
    assert [(line["line"], line["reason"].split(":")[0]) for line in found["skipped"]] == [
        (2, "bad_probe"),
        (4, "duplicate_key"),
    ]
    done = suasion("import", "persuasion-cells", "bad.csv", "--out", "other")
    assert done.code == 3
    assert "skipped: bad.csv, line 2: bad_probe: pre1 is '7'" in done.said


def test_a_missing_column_makes_the_exit_code_one_and_leaves_no_run(here: Path) -> None:
    written(here, row(), columns=[c for c in COLUMNS if c not in ("side", "post2")], name="lacks")
    done = suasion("import", "persuasion-cells", "lacks.csv", "--out", "run")
    assert done.code == 1
    assert "'lacks.csv' has no columns side, post2: expected topic, persuader" in done.wrong
    assert not (here / "run").exists()


def test_an_import_comes_in_pieces(here: Path) -> None:
    written(here, row(), row(topic="t9"), name="more")
    assert imported("persuasion-cells", "cells.csv", "--out", "run")[0] == 0
    code, found = imported("persuasion-cells", "more.csv", "--out", "run")
    assert (code, found["episodes"]) == (3, 1)
    assert [line["reason"] for line in found["skipped"]] == [
        "duplicate_episode: the run holds it already"
    ]
    assert len(values("run", "stance_before")) == 4
    assert imported("persuasion-cells", "more.csv", "--out", "run")[0] == 1


def test_transcripts_are_read_with_their_table(here: Path) -> None:
    words = ("persuasion-transcripts", "said", "--cells", "cells.csv", "--out", "run")
    code, found = imported(*words)
    assert (code, found["episodes"], found["events"]) == (0, 3, 37)
    assert values("run", "words")["t1__p__q__pro"] == sum(len(t.split()) for t in PLAIN)
    assert values("run", "clipped_turns")["t1__p__q__con"] == 0
    assert suasion("check", "run").code == 0
    assert "What I say in turn 8." in suasion("show", "run", "t1__p__q__pro").said
    assert imported(*words)[0] == 1


def test_a_transcript_without_a_row_is_skipped_and_its_file_told(here: Path) -> None:
    stray = named(here / "said", transcript(), "t5__p__q__pro")
    words = ("persuasion-transcripts", "said", "--cells", "cells.csv", "--out", "run")
    code, found = imported(*words)
    assert (code, found["episodes"]) == (3, 3)
    assert [(line["file"], line["reason"]) for line in found["skipped"]] == [
        (str(stray.relative_to(here)), "no_cell: no row of the table is 't5__p__q__pro'")
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("persuasion-transcripts", "said"),
            "persuasion-transcripts: --cells FILE is missing: the table with a row for each",
        ),
        (
            ("persuasion-transcripts", "said", "--cells", "nowhere.csv"),
            "no file 'nowhere.csv'; there are: cells.csv",
        ),
        (
            ("persuasion-cells", "cells.csv", "--cells", "cells.csv"),
            "persuasion-cells: this format is read without --cells",
        ),
        (("persuasion-cells", "said"), "no file 'said'; there are: "),
        (("persuasion-cell", "cells.csv"), "did you mean persuasion-cells?"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_command_that_works(
    here: Path, words: tuple[str, ...], said: str
) -> None:
    done = suasion("import", *words, "--out", "run")
    assert done.code == 1
    assert said in done.wrong
    assert not (here / "run").exists()
    assert suasion(*done.next).code == 0
