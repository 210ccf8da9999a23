"""Files of a study, from beside it to what a model is sent and what a record says of it."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from suasion.agents.sent import record_of, sent
from suasion.cli.sent import calls, tell_calls
from suasion.models.parts_test import PNG
from suasion.models.registry import Models
from suasion.runner.check import examine
from suasion.runner.estimate import estimate
from suasion.runner.fork import Fork, run_fork
from suasion.runner.plan import Changed
from suasion.runner.run import run
from suasion.runner.study import Study
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import load, of
from suasion.store.files import LARGEST, path_of
from suasion.store.folder import STUDY
from suasion.store.run import open_run
from suasion.testing import http1
from suasion.testing.http1 import Serving, in_thread
from suasion.testing.model_server import USUAL, Model

HEX = sha256(PNG).hexdigest()
PERSONA = "You have seen this: ![a chart of prices](file:pictures/chart.png)."
WRITTEN: dict[str, Any] = {
    "name": "pictures",
    "question": "Does a picture sway?",
    "expectation": "No.",
    "environment": "influence",
    "settings": {"size": 2, "rounds": 2, "slots": 2, "personas": [PERSONA, "neutral"]},
    "files": ["pictures/chart.png"],
    "replicates": 1,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a study, with a picture below it."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "chart.png").write_bytes(PNG)
    return tmp_path


def loaded(folder: Path, **more: Any) -> Study:
    """The study, read from its file."""
    seats = ["scripted/valid", "policy/grim"]
    (folder / "study.yaml").write_text(json.dumps({"seats": seats, **WRITTEN, **more}))
    return load(folder / "study.yaml")


def faults(folder: Path, **more: Any) -> str:
    """What is wrong with it."""
    with pytest.raises(BadStudy) as bad:
        loaded(folder, **more)
    return str(bad.value)


def urls(body: bytes | str) -> list[str]:
    """The pictures in a body."""
    said = [each["content"] for each in json.loads(body)["messages"]]
    parts = [part for content in said if not isinstance(content, str) for part in content]
    return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


def bodies(out: Path) -> list[bytes]:
    """Every call of a run put together again; each is what was sent."""
    found, made = open_run(out), list[bytes]()
    for name in found.ids():
        for call in sent(record_of(found, found.filed(name), found.attempts(name))):
            assert call.whole
            made.append(call.body)
    return made


# --- the study ---


def test_texts_name_files_by_hash_once_a_study_is_read(folder: Path) -> None:
    study = loaded(folder)
    assert study.shown == {HEX: PNG}
    assert study.files == [path_of(HEX)]
    assert study.settings["personas"][0] == PERSONA.replace(
        "file:pictures/chart.png", f"sha256:{HEX}"
    )


def test_a_text_of_a_seat_and_of_a_condition_names_them_too(folder: Path) -> None:
    settings = {key: value for key, value in WRITTEN["settings"].items() if key != "personas"}
    study = loaded(
        folder,
        settings=settings,
        seats=[{"agent": "policy/grim", "settings": {"personas": PERSONA}}, "policy/grim"],
        conditions={"main": {}, "other": {"settings": {"personas": PERSONA}, "seats": None}},
    )
    assert f"sha256:{HEX}" in study.seats[0].settings["personas"]
    assert f"sha256:{HEX}" in study.conditions["other"].settings["personas"]


def test_a_study_without_files_says_nothing_of_them() -> None:
    study = of({**WRITTEN, "files": [], "settings": {"size": 2}, "seats": ["policy/grim"] * 2})
    assert "files" not in study.to_json()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../secret.png",
            "pictures/../../secret.png",
            "/etc/hostname",
            ".env",
            "pictures/.hidden",
        ),
        *("", "pictures//chart.png", "./pictures/chart.png", "a\x00b"),
    ],
)
def test_only_a_plain_path_below_the_study_is_taken(folder: Path, name: str) -> None:
    (folder.parent / "secret.png").write_bytes(PNG)
    (folder / ".env").write_text("OPENAI_API_KEY=x")
    assert "expected a path below the study's folder" in faults(folder, files=[name])


def test_a_link_is_not_followed_wherever_it_stands(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder / "pictures" / "chart.png")
    (folder / "linked").symlink_to(folder / "pictures")
    os.mkfifo(folder / "pipe")
    said = faults(folder, files=["link.png", "linked/chart.png", "pipe", "none.png"])
    assert len(said.splitlines()) >= 4
    assert "pipe" in said
    assert "No such file" in said


def test_a_file_is_taken_by_its_bytes_and_up_to_a_size(folder: Path) -> None:
    (folder / "wrong.png").write_bytes(b"MZ\x00\x01")
    with (folder / "large.png").open("wb") as large:
        large.write(PNG)
        large.truncate(LARGEST + 1)
    said = faults(folder, files=["wrong.png", "large.png"])
    assert "of no kind that is known: expected image/png" in said
    assert f"expected at most {LARGEST:,}" in said


def test_a_text_that_names_no_file_or_shows_one_without_words_is_a_mistake(folder: Path) -> None:
    personas = ["![x](file:pictures/chart.gif)", "![ ](file:pictures/chart.png)"]
    said = faults(folder, settings={"size": 2, "personas": personas})
    assert "settings.personas.0: names the file 'pictures/chart.gif'" in said
    assert "settings.personas.1: shows 'pictures/chart.png' without words" in said


def test_a_study_that_is_read_from_no_file_has_no_files() -> None:
    with pytest.raises(BadStudy, match="beside which its files lie"):
        of({**WRITTEN, "seats": ["policy/grim"] * 2})


@pytest.mark.parametrize(
    ("seat", "pictures"),
    [
        ({"model": "openai/gpt-4o-mini"}, True),
        ({"model": "openai/gpt-4o-mini", "pictures": False}, False),
        ({"model": "openai/x", "base_url": "http://localhost:1/v1"}, False),
        ({"model": "vllm/x"}, False),
        ({"model": "vllm/x", "pictures": True}, True),
        ({"model": "lab/x@http://localhost:1/v1"}, False),
        ({"agent": "policy/grim"}, None),
    ],
)
def test_what_a_model_takes_is_said_with_its_seat(
    folder: Path, seat: dict[str, Any], pictures: bool | None
) -> None:
    study = loaded(folder, seats=[seat, "policy/grim"])
    assert study.seats[0].asked_with.get("pictures") == pictures


# --- a run ---


@pytest.mark.parametrize("pictures", [True, False])
def test_a_run_keeps_each_file_once_and_all_that_was_sent_is_made_again(
    folder: Path, pictures: bool
) -> None:
    seats = [{"model": "scripted/valid", "pictures": pictures}, "policy/grim"]
    out = folder / "run"
    assert run(loaded(folder, seats=seats), out, workers=1).exit_code == 0
    assert [each.name for each in (out / "files").iterdir()] == [HEX]
    assert examine(out) == []
    made = bodies(out)
    address = f"data:image/png;base64,{b64encode(PNG).decode()}"
    assert len(made) == 4
    assert [urls(body) for body in made] == [[address] if pictures else []] * 4
    brief = json.loads(made[0])["messages"][0]["content"]
    assert ("a chart of prices (picture 1)." if pictures else "a chart of prices.") in brief
    assert HEX not in brief


def test_a_study_that_was_run_is_one_that_can_be_run(folder: Path) -> None:
    study = loaded(folder)
    run(study, folder / "run", workers=1)
    again = load(folder / "run" / STUDY)
    assert (again, again.shown) == (study, study.shown)
    run(again, folder / "again", workers=1)
    assert open_run(folder / "again").digest() == open_run(folder / "run").digest()


def test_a_changed_picture_is_another_study(folder: Path) -> None:
    run(loaded(folder), folder / "run", workers=1)
    (folder / "pictures" / "chart.png").write_bytes(PNG + b"\0")
    with pytest.raises(Changed, match=r"study\.files"):
        run(loaded(folder), folder / "run", workers=1)


def test_check_names_a_file_that_is_changed_or_missing(folder: Path) -> None:
    study, out = (
        loaded(folder, seats=[{"model": "scripted/valid", "pictures": True}] * 2),
        folder / "run",
    )
    run(study, out, workers=1)
    file = out / path_of(HEX)
    file.write_bytes(PNG + b"\0")
    assert [each.what for each in examine(out)] == [f"files/{HEX} does not hash to its name"]
    found = open_run(out)
    [name] = found.ids()
    record = record_of(found, found.filed(name), found.attempts(name))
    assert {each.whole for each in sent(record) if each.key[1] == 0} == {False}
    file.unlink()
    assert [each.what for each in examine(out)] == [f"files/{HEX} is missing"]
    run(study, out, workers=1)
    assert examine(out) == []


def test_a_fork_shows_the_same_files(folder: Path) -> None:
    seats = [{"model": "scripted/valid", "pictures": True}, "policy/grim"]
    run(loaded(folder, seats=seats), folder / "run", workers=1)
    old = open_run(folder / "run")
    [episode] = old.ids()
    assert run_fork(old, Fork(episode, 3, times=1), folder / "fork", workers=1).exit_code == 0
    assert examine(folder / "fork") == []
    assert all(urls(body) for body in bodies(folder / "fork"))
    (folder / "fork" / path_of(HEX)).unlink()
    assert [each.what for each in examine(folder / "fork")] == [f"files/{HEX} is missing"]


def test_people_are_told_of_a_picture_and_programs_are_given_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seats = [{"model": "scripted/valid", "pictures": True}, "policy/grim"]
    run(loaded(folder, seats=seats), folder / "run", workers=1)
    found = open_run(folder / "run")
    [name] = found.ids()
    made = list(calls(found, found.filed(name), None))
    assert all(urls(call["body"]) for call in made)
    tell_calls(made)
    said = " ".join(capsys.readouterr().out.split())
    assert f"(image/png, {len(b64encode(PNG))} characters of base64)" in said
    assert b64encode(PNG).decode() not in said


# --- a model behind an endpoint ---


@pytest.fixture
def server() -> Iterator[tuple[Serving, list[bytes]]]:
    """A model endpoint, and the bodies that it was sent."""
    bodies, model = list[bytes](), Model(USUAL)

    def handle(request: http1.Request, connection: http1.Connection) -> None:
        if request.body:
            bodies.append(bytes(request.body))
        model.handle(request, connection)

    async def serve() -> Serving:
        return await Serving(handle).start(0)

    with in_thread(serve) as serving:
        yield serving, bodies


def test_the_picture_arrives_where_its_reader_is_shown_it_and_nowhere_else(
    folder: Path, server: tuple[Serving, list[bytes]]
) -> None:
    serving, got = server
    model = {"model": "lab/eye", "base_url": f"{serving.url}/v1", "pictures": True}
    out = folder / "run"
    study = loaded(folder, seats=[model, model], limits={"deadline_s": 20})
    assert run(study, out, workers=1).exit_code == 0
    made = bodies(out)
    assert {sha256(body).digest() for body in made} <= {sha256(body).digest() for body in got}
    found = open_run(out)
    [name] = found.ids()
    by_seat: dict[int, list[int]] = {0: [], 1: []}
    for call in sent(record_of(found, found.filed(name), found.attempts(name))):
        by_seat[call.key[1]].append(len(urls(call.body)))
    assert set(by_seat[0]) == {1}
    assert set(by_seat[1]) == {0}
    data = urls(next(body for body in got if urls(body)))[0].partition("base64,")[2]
    assert b64decode(data) == PNG


def test_plan_counts_a_picture_by_what_it_costs(folder: Path) -> None:
    large = PNG + bytes(2**16)
    (folder / "pictures" / "chart.png").write_bytes(large)
    read = {}
    for pictures in (True, False):
        seats = [{"model": "openai/gpt-4o-mini", "pictures": pictures}, "policy/grim"]
        taken = estimate(loaded(folder, seats=seats), Models())
        read[pictures] = taken.models["openai/gpt-4o-mini"].read
    calls = 4
    assert 1_500 * calls < read[True] - read[False] < 1_700 * calls


def test_a_reservation_covers_the_bytes_of_a_picture(folder: Path) -> None:
    seats = [{"model": "scripted/valid", "pictures": True}, "policy/grim"]
    run(loaded(folder, seats=seats), folder / "run", workers=1)
    found = open_run(folder / "run")
    [name] = found.ids()
    for attempt, body in zip(found.attempts(name), bodies(folder / "run"), strict=True):
        assert attempt.reserved is not None
        assert attempt.reserved >= 2 * sum(map(len, json.dumps(json.loads(body)["messages"])))
