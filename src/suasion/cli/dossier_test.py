"""Dossiers and quotes, from a run to its pages: by a script, by a model, and by a hostile one."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.environments.persuasion.cell import Cell
from suasion.environments.persuasion.claims import CLAIMS
from suasion.environments.persuasion.filing import Spoken, filed_of
from suasion.measures.filed import Filed
from suasion.measures.imported import Imported
from suasion.measures.question import Question
from suasion.report.site import build_with, installed
from suasion.store.importing import file
from suasion.store.run import open_run
from suasion.store.writings import folders, writings
from suasion.testing.http1 import Connection, Request, Serving, in_thread
from suasion.testing.model_server import encoded, serve

MODELS = ("alpha-1", "beta-2", "gamma-3")
TOPICS = ("t1", "t2")
PROPOSITION = "Cats should vote, even where dogs object."
LINE = "{0} holds that the scope of this sentence is what decides it, and {1} knows that well."


def talk(topic: str, persuader: str, target: str, side: str, random: Random) -> Filed:
    """A conversation of two turns and probes, its words by its persuader and target."""
    way = 1 if side == "pro" else -1
    before = [random.randint(-1, 1) for _ in range(3)]
    after = [max(-3, min(3, way * (1 + MODELS.index(target)) + random.randint(-1, 1)))] * 3
    cell = Cell(topic, persuader, target, side, "completed", before, after, None, PROPOSITION, {})
    turns = [LINE.format(persuader, target), LINE.format(target, persuader) + " I agree."]
    id_ = f"{topic}__{persuader}__{target}__{side}"
    return filed_of(id_, cell, PROPOSITION, Spoken(PROPOSITION, turns))


def talks() -> list[Filed]:
    random = Random(5)
    return [
        talk(topic, persuader, target, side, random)
        for topic in TOPICS
        for persuader in MODELS
        for target in MODELS
        for side in ("pro", "con")
        if persuader != target
    ]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dossiers") / "run"
    file(Imported(talks()), folder, {"environment": "persuasion", "environment_version": "1"})
    return folder


@pytest.fixture
def run(recorded: Path, tmp_path: Path) -> Path:
    """A run of its own for a test."""
    shutil.copytree(recorded, tmp_path / "run")
    return tmp_path / "run"


def said(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.exception or result.output
    return result.stdout


def failed(*words: object) -> Failed:
    error = CliRunner().invoke(app, [str(word) for word in words]).exception
    assert isinstance(error, Failed), error
    return error


def pages(run: Path, *questions: Question) -> Path:
    """The site of a run with these questions alone: figures take their time."""
    kit, make = installed("persuasion")
    assert kit is not None
    return build_with(
        open_run(run), replace(kit, questions=questions), make, run / "site"
    ).home.parent


def record(run: Path) -> bytes:
    """Everything of a run that is its record."""
    return b"".join((run / name).read_bytes() for name in ("manifest.json", "record.db"))


def test_a_script_writes_them_all_and_leaves_the_record_as_it_is(run: Path) -> None:
    before, digest = record(run), open_run(run).digest()
    told = said("dossier", run, "--display", "plain", "--workers", 1)
    assert "7 of 7 texts are written" in told
    found = {each.subject: each for each in writings(run)}
    roles = {f"{model}/{role}" for role in ("persuader", "target") for model in MODELS}
    assert set(found) == {*roles, "quotes"}
    assert all((each.text or "").startswith("No model wrote this") for each in found.values())
    assert (record(run), open_run(run).digest()) == (before, digest)
    assert said("check", run).endswith(": whole\n")


def test_the_same_record_gives_the_same_source_and_another_one_another(run: Path) -> None:
    said("dossier", run, "--display", "none", "--workers", 1, "--only", "alpha-1/target")
    [folder] = folders(run)
    said("dossier", run, "--display", "none", "--workers", 1, "--only", "alpha-1/target")
    assert folders(run) == [folder]
    said("dossier", run, "--display", "none", "--only", "alpha-1/target", "--words", 9)
    assert len(folders(run)) == 2


def test_a_subject_that_does_not_exist_is_named_with_those_that_do(run: Path) -> None:
    error = failed("dossier", run, "--only", "alpha-1/targt")
    assert "did you mean alpha-1/target?" in str(error)
    said(*error.command, "--display", "none", "--workers", 1)


def test_a_writer_that_does_not_exist_is_named_with_a_command_that_works(run: Path) -> None:
    error = failed("dossier", run, "--writer", "policy/nobody")
    assert "writing has no agent" in str(error)
    assert error.command == ("dossier", str(run), "--writer", "policy/stand_in")


def test_pages_lead_from_home_to_a_dossier_and_from_a_quote_to_its_event(run: Path) -> None:
    said("dossier", run, "--display", "none", "--workers", 1)
    site = pages(run)
    assert 'href="dossiers/index.html"' in (site / "index.html").read_text()
    assert 'href="quotes.html"' in (site / "dossiers" / "index.html").read_text()
    page = (site / "dossiers" / "quotes.html").read_text()
    assert "No model wrote this" in page
    assert page.count('<figure class="quote">') == 6
    assert 'href="../episodes/t1-' in page or 'href="../episodes/t1__' in page
    assert (site / "dossiers" / "quotes.source.md").read_text().startswith("# Candidates")


def test_a_site_without_dossiers_says_how_to_write_them(run: Path) -> None:
    assert "suasion dossier RUN" in (pages(run) / "index.html").read_text()


# --- models ------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Serving]:
    with in_thread(serve) as serving:
        yield serving


def test_a_model_writes_through_the_machinery_of_seats(run: Path, server: Serving) -> None:
    writer = f"{{model: vllm/any, base_url: '{server.url}/v1', temperature: 1}}"
    only = ("--only", "beta-2/persuader")
    said("dossier", run, "--writer", writer, *only, "--display", "none", "--workers", 1)
    [found] = writings(run)
    assert found.text
    assert found.asked_with["temperature"] == 1
    [folder] = folders(run)
    id_ = open_run(folder).ids()[0]
    [call] = json.loads(said("show", folder, id_, "--sent", "--json"))["calls"]
    assert call["outcome"] == "answered"
    assert len(call["sha256"]) == 64
    assert "You write a dossier" in call["messages"][0]["content"]
    assert "## In sentences" in call["messages"][1]["content"]
    assert said("check", run).endswith(": whole\n")


HOSTILE = """\
# <script>window.ran=1</script>

Its way is "alpha-1 holds that the scope" (beta-2), and it says "I was bribed" too.
[x](javascript:window.ran=2) <img src=x onerror=window.ran=3> {{ 7 * 7 }}

> beta-2 holds that the scope of this sentence is what decides it
"""


class Talker:
    """A model that says one thing, however it is asked."""

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, 0

    def handle(self, request: Request, connection: Connection) -> None:
        self.asked += b"In sentences" in request.body
        message = {"role": "assistant", "content": self.text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        connection.answer(200, encoded({**body, "choices": [choice], "usage": usage}))


def written_by(talker: Talker, run: Path, *options: object) -> None:
    async def listen() -> Serving:
        return await Serving(talker.handle).start(0)

    with in_thread(listen) as serving:
        writer = f"{{model: vllm/m, base_url: '{serving.url}/v1'}}"
        only = ("--only", "alpha-1/persuader", *options)
        said("dossier", run, "--writer", writer, *only, "--display", "none", "--workers", 1)


def test_a_hostile_text_is_inert_and_keeps_no_quote_that_the_record_lacks(run: Path) -> None:
    written_by(Talker(HOSTILE), run)
    [page] = (pages(run) / "dossiers").glob("alpha-1-persuader*.html")
    text = page.read_text()
    assert "<script>window" not in text
    assert "<img" not in text
    assert "{{ 7 * 7 }}" in text
    assert "javascript:window.ran=2" in text
    assert 'href="javascript' not in text
    assert "2 of 3 quotes stand in a turn of this run" in text
    assert "the speaker of 1 was corrected from the record" in text
    assert "1 stand in no turn" in text
    assert '<span class="lost" dir="auto">I was bribed</span>' in text
    assert "the text gave it to" in text


def test_what_is_too_long_is_asked_for_once_more_then_cut_and_says_so(run: Path) -> None:
    talker = Talker("One two three. " * 10)
    written_by(talker, run, "--words", 10)
    [found] = writings(run)
    assert found.text == "One two three. One two three. One two three."
    assert (found.words, found.asked, found.cut) == (30, 2, True)
    assert talker.asked == 2
    [page] = (pages(run) / "dossiers").glob("alpha-1-persuader*.html")
    assert "it is cut at the end of a sentence" in page.read_text()


def test_what_was_written_is_damaged_like_any_record(run: Path) -> None:
    said("dossier", run, "--display", "none", "--workers", 1)
    [folder] = folders(run)
    data = (folder / "record.db").read_bytes()
    (folder / "record.db").write_bytes(data.replace(b"No model wrote", b"A model wrote.", 1))
    told = said("check", run, code=1)
    assert f"dossiers/{folder.name}" in told


# --- quotes ------------------------------------------------------------------------------------

QUOTES = [
    ("alpha-1 holds that the scope of this sentence", "alpha-1"),
    ("gamma-3 knows that well", "alpha-1"),
    ("beta-2 holds that the scope", "alpha-1"),
    ("nobody said this", "gamma-3"),
]


def laid(folder: Path) -> Path:
    with (folder / "quotes.csv").open("w", newline="") as opened:
        csv.writer(opened).writerows([("text", "speaker"), *QUOTES])
    return folder / "quotes.csv"


def test_quotes_are_looked_up_told_kept_and_shown(run: Path, tmp_path: Path) -> None:
    before = record(run)
    found = json.loads(said("quotes", run, laid(tmp_path), "--json", code=3))["quotes"]
    assert [each["verdict"] for each in found] == ["exact", "exact", "other", "nowhere"]
    assert found[2]["spoken_by"] == "beta-2"
    page = (pages(run, CLAIMS) / "q" / "claims.html").read_text()
    assert "Of 4 quotes, 2 found as it stands" in page
    assert "spoken by another" in page
    assert record(run) == before
    assert said("check", run).endswith(": whole\n")
    [kept] = (run / "quotes").iterdir()
    kept.write_text("[]")
    assert "does not hash to its name" in said("check", run, code=1)


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "[1]", '[{"text": ""}]', '{"quotes": 3}', "text,speaker\n", "\x00\xff"],
)
def test_a_file_that_is_no_list_of_quotes_is_refused_by_name(
    text: str, run: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text(text, "latin-1")
    error = failed("quotes", run, tmp_path / "bad.csv")
    assert "expected columns text and speaker" in str(error)
    assert not (run / "quotes").exists()


def test_tabs_and_json_are_read_as_well(run: Path, tmp_path: Path) -> None:
    rows = "\n".join("\t".join(each) for each in [("Quote", "Speaker"), *QUOTES[:2]])
    (tmp_path / "q.tsv").write_text(rows)
    (tmp_path / "q.json").write_text(
        json.dumps([{"text": text, "model": speaker} for text, speaker in QUOTES[:2]])
    )
    for name in ("q.tsv", "q.json"):
        assert "2 found as it stands" in said("quotes", run, tmp_path / name)
    assert len(list((run / "quotes").iterdir())) == 1
