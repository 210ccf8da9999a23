"""Packs: read from each format, refused with the line and the entry, and held by what was run."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from suasion import catalogue
from suasion.runner import pack
from suasion.runner.pack import (
    LARGEST,
    MOST,
    MOST_FAULTS,
    BadPack,
    Pack,
    Standing,
    load,
    packed,
    stood_in,
)
from suasion.runner.run import run
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import load as load_study
from suasion.runner.study_file import of
from suasion.store.run import open_run

KIT = catalogue.kit("persuasion")
HATS, COATS = "Cats should wear hats rather than coats.", "Dogs are warmer in coats than in hats."
YAML = f"""\
propositions:
  - name: hats
    text: {HATS}

  - name: coats
    text: >
      Dogs are warmer in coats
      than in hats.
    kind: empirical
    truth: true
    source: "A. Dog, On Coats, 2001"
"""
CSV = f"""\
name,text,kind,truth,source
hats,{HATS},,,

coats,{COATS},empirical,TRUE,"A. Dog, On Coats, 2001"
"""
JSON = json.dumps(
    {
        "propositions": [
            {"name": "hats", "text": HATS},
            {
                "name": "coats",
                "text": COATS,
                "kind": "empirical",
                "truth": True,
                "source": "A. Dog, On Coats, 2001",
            },
        ]
    }
)
STANDING: Standing = {"hats": {"proposition": HATS}, "coats": {"proposition": COATS, "truth": True}}


def read(text: str | bytes, name: str = "mine.yaml") -> Pack:
    data = text.encode() if isinstance(text, str) else text
    return pack.read(data, name, pack.material_of(KIT))


def refused(text: str | bytes, name: str = "mine.yaml") -> str:
    with pytest.raises(BadPack) as caught:
        read(text, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", YAML), ("a.yml", YAML), ("a.CSV", CSV), ("a.json", JSON)]
)
def test_a_pack_is_the_same_in_every_format(name: str, text: str) -> None:
    assert read(text, name).standing == STANDING
    assert read(b"\xef\xbb\xbf" + text.encode(), name).standing == STANDING


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", YAML, "a.txt: expected a name that ends in .yaml, .yml, .json, .csv"),
        ("a.yaml", "", "line 1: expected one key, propositions, with a list of entries"),
        ("a.yaml", "[]", "line 1: expected one key, propositions"),
        ("a.yaml", "propositions: {a: b}", "line 1: expected one key, propositions"),
        ("a.yaml", "propositions: []\nmore: 1", "line 1: expected one key, propositions"),
        ("a.yaml", "propositions: []", "a.yaml: has no propositions: expected one entry or more"),
        ("a.yaml", "propositions:\n  - text", "line 2, entry 1: expected keys with their values"),
        ("a.yaml", "propositions:\n  - name: 'a", "line 2: found unexpected end of stream"),
        ("a.yaml", "propositions:\n- a: 1\n  a: 2", "line 3: key 'a' stands twice"),
        ("a.yaml", "propositions:\n- !!python/name:os.system ", "is not read: only plain values"),
        ("a.json", '{"propositions": [{"name"', "a.json, line 1: "),
        ("a.csv", "", "a.csv, line 1: no first row with keys; there are: name, text, kind"),
        ("a.csv", "name,text", "a.csv: has no propositions: expected one entry or more"),
        ("a.csv", "name,words\na,b", "line 1: no such key 'words'; there are: name, text"),
        ("a.csv", "name,text,name\na,b,c", "line 1: 'name' stands twice"),
        ("a.csv", f"name,text\nhats,{HATS}\na", "line 3, entry 2: 1 cells: expected 2"),
        ("a.csv", 'name,text\nhats,"un', "line 2: not CSV: unexpected end of data"),
    ],
)
def test_what_is_no_pack_is_refused_with_its_line(name: str, text: str, said: str) -> None:
    assert said in refused(text, name)


def test_a_fault_is_told_with_file_line_entry_and_key() -> None:
    text = YAML.replace("kind: empirical", "kind: moral").replace(": hats", ": night_trains")
    one, other = refused(text).split("\n")
    assert one.startswith("mine.yaml, line 2, entry 1: 'name' is 'night_trains', which the bank")
    assert other.startswith("mine.yaml, line 9, entry 2: 'kind' is 'moral': expected empirical,")
    assert "mine.csv, line 4, entry 2: 'kind' is 'moral'" in refused(
        CSV.replace("empirical", "moral"), "mine.csv"
    )


def test_a_row_is_known_by_the_line_it_begins_at() -> None:
    text = 'name,text\n"ha\nts",x\ncoats,y\n'
    assert "line 2, entry 1: 'name' holds U+000A" in refused(text, "a.csv")
    assert "line 4, entry 2: 'text' is 'y': expected a sentence" in refused(text, "a.csv")


def test_what_is_not_utf_8_is_refused_with_its_line() -> None:
    text = CSV.encode().replace(b"Dogs", b"D\xf6gs")
    assert refused(text, "a.csv") == "a.csv, line 4: not UTF-8: invalid start byte"
    assert "not UTF-8" in refused(YAML.encode("utf-16"))


def test_a_pack_that_is_too_large_is_refused_before_it_is_read() -> None:
    rows = "".join(f"n{at},Cats should wear {at} hats.\n" for at in range(100_000))
    assert "expected at most 524,288 bytes" in refused(f"name,text\n{rows}", "a.csv")
    assert "expected at most" in refused(b"#" * (LARGEST + 1))
    some = rows.split("\n")[: MOST + 1]
    many = "name,text\n" + "\n".join(some)
    assert refused(many, "a.csv") == f"a.csv, line {MOST + 2}: more than {MOST:,} entries"
    assert len(read(many.rpartition("\n")[0], "a.csv").entries) == MOST
    listed = "propositions:\n" + "- {}\n" * (MOST + 1)
    assert refused(listed) == f"mine.yaml, line {MOST + 2}: more than {MOST:,} entries"


def test_yaml_that_would_grow_without_end_is_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    names = "abcdefghi"
    for one, other in pairwise(names):
        bomb += f"{other}: &{other} [{', '.join([f'*{one}'] * 9)}]\n"
    assert "too large" in refused(bomb + "propositions: *i\n")
    assert "too large" in refused("propositions: " + "[" * 50 + "]" * 50)


def test_of_many_faults_the_first_are_named_and_the_rest_counted() -> None:
    rows = "".join(f"n{at},no stop at all\n" for at in range(MOST_FAULTS + 5))
    lines = refused(f"name,text\n{rows}", "a.csv").split("\n")
    twice = MOST_FAULTS + 4
    assert len(lines) == MOST_FAULTS + 1
    assert lines[-1] == f"a.csv: and {MOST_FAULTS + 5 + twice - MOST_FAULTS:,} more"


def test_a_file_that_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    for name, said in (("none.csv", "No such file"), ("a.csv", "Is a directory")):
        (tmp_path / "a.csv").mkdir(exist_ok=True)
        with pytest.raises(BadPack, match=said):
            load(tmp_path / name, KIT)
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(BadPack, match="not a plain file"):
        load(tmp_path / "pipe.csv", KIT)


def test_an_environment_without_material_takes_no_pack(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    with pytest.raises(BadPack, match="influence is played about nothing that a pack could hold"):
        load(tmp_path / "a.csv", catalogue.kit("influence"))


def test_what_a_name_stands_for_is_put_over_what_is_given() -> None:
    given = {"proposition": "coats", "side": "con", "truth": False}
    assert stood_in(given, KIT, STANDING) == {
        "side": "con",
        "proposition": COATS,
        "truth": True,
    }
    assert stood_in({"proposition": "night_trains"}, KIT, STANDING) == {
        "proposition": "night_trains"
    }
    assert stood_in({"proposition": 3}, KIT, STANDING) == {"proposition": 3}
    assert stood_in({"side": "pro"}, catalogue.kit("influence"), STANDING) == {"side": "pro"}


def test_every_name_of_every_bank_can_be_played_and_so_can_what_it_stands_for() -> None:
    kits = [catalogue.kit(name) for name in catalogue.bundled()]
    having = [kit for kit in kits if kit.material]
    assert KIT in having
    for kit in having:
        material = pack.material_of(kit)
        for entry in material.bank():
            assert set(entry.row) >= {*material.columns}
            by_name = catalogue.make(kit.environment.name, None, {material.setting: entry.name})
            in_full = catalogue.make(kit.environment.name, None, entry.settings)
            assert [by_name.brief(seat) for seat in (0, 1)] == [
                in_full.brief(seat) for seat in (0, 1)
            ]


# --- in a study ----------------------------------------------------------------------------------


def study(**changed: Any) -> dict[str, Any]:
    return {
        "name": "packed",
        "question": "q",
        "expectation": "e",
        "environment": "persuasion",
        "settings": {"total_turns": 2, "probes": 1},
        "seats": ["policy/persuader", "policy/target"],
        "block": {side: {"settings": {"side": side}} for side in ("pro", "con")},
        "conditions": {
            "hats": {"settings": {"proposition": "hats"}},
            "trains": {"settings": {"proposition": "night_trains"}},
        },
        "replicates": 1,
        "pack": "mine.csv",
        **changed,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(CSV)
    (tmp_path / "study.yaml").write_text(json.dumps(study()))
    return tmp_path


def test_a_study_holds_of_its_pack_what_it_names(folder: Path) -> None:
    made = load_study(folder / "study.yaml")
    assert made.pack == {"hats": STANDING["hats"]}
    assert made.given("hats", "pro")["proposition"] == HATS
    assert made.given("trains", "pro")["proposition"] == "night_trains"
    plain: dict[str, Any] = study(pack={}, conditions={"trains": {}})
    kept = of(plain).to_json()
    assert isinstance(kept, dict)
    assert "pack" not in kept


def test_a_pack_that_is_given_stands_in_place_of_the_studys_own(folder: Path) -> None:
    other = folder / "other.csv"
    other.write_text(CSV.replace("Cats", "Cows"))
    made = load_study(folder / "study.yaml", other)
    assert made.given("hats", "pro")["proposition"] == HATS.replace("Cats", "Cows")
    without = study()
    del without["pack"]
    (folder / "bare.yaml").write_text(json.dumps(without))
    with pytest.raises(BadStudy, match=r"setting 'proposition' is 'hats'"):
        load_study(folder / "bare.yaml")
    assert load_study(folder / "bare.yaml", folder / "mine.csv").pack.keys() == {"hats"}


def test_names_of_a_pack_may_be_crossed(folder: Path) -> None:
    crossed = study(cross={"proposition": ["hats", "coats"]}, conditions={"all": {}})
    made = of(crossed, folder=folder)
    assert {job.settings["proposition"] for job in made.jobs()} == {HATS, COATS}
    assert {job.settings.get("truth") for job in made.jobs()} == {None, True}
    assert all("hats" in job.id or "coats" in job.id for job in made.jobs())


def test_a_run_is_gone_on_with_without_the_file(folder: Path) -> None:
    out = folder / "run"
    run(load_study(folder / "study.yaml"), out, workers=1)
    (folder / "mine.csv").unlink()
    with pytest.raises(BadStudy, match=r"pack: 'mine.csv': No such file"):
        load_study(folder / "study.yaml")
    again = load_study(out / "study.json")
    assert run(again, out, workers=1).exit_code == 0
    hats = open_run(out).filed("hats--r0--pro")
    [(_, event)] = hats.episode.of("proposition")
    assert event.data["text"] == HATS
    assert hats.episode.header.settings["proposition"] == HATS


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("../mine.csv", "expected a path below the study's folder"),
        ("/etc/passwd", "expected a path below the study's folder"),
        (".hidden.csv", "expected a path below the study's folder"),
        ("none.csv", "pack: 'none.csv': No such file"),
        ("link.csv", "pack: 'link.csv': "),
        ("bad.csv", "pack: bad.csv, line 2, entry 1: 'text' is 'x'"),
    ],
)
def test_a_pack_of_a_study_lies_below_its_folder(folder: Path, named: str, said: str) -> None:
    (folder / "bad.csv").write_text("name,text\na,x\n")
    (folder / "link.csv").symlink_to(folder / "mine.csv")
    (folder / "study.yaml").write_text(json.dumps(study(pack=named)))
    with pytest.raises(BadStudy) as caught:
        load_study(folder / "study.yaml")
    assert said in str(caught.value)


def test_what_is_no_pack_of_a_study_is_refused_in_its_own_words(folder: Path) -> None:
    for odd in (7, ["mine.csv"], {"hats": "Cats"}):
        with pytest.raises(BadStudy, match="pack"):
            of(study(pack=odd), folder=folder)
    with pytest.raises(BadStudy, match="no environment 'chess'"):
        of(study(environment="chess"), folder=folder)
    with pytest.raises(BadStudy, match="played about nothing that a pack could hold"):
        of(study(environment="influence"), folder=folder)


def test_a_study_may_write_out_what_its_names_stand_for_but_not_of_the_bank() -> None:
    made = of(study(pack={"hats": {"proposition": HATS, "truth": True}}))
    assert made.given("hats", "con")["proposition"] == HATS
    assert made.given("hats", "con")["truth"] is True
    with pytest.raises(BadStudy, match=r"pack\.night_trains: is in the bank"):
        of(study(pack={**STANDING, "night_trains": {"proposition": HATS}}))
    with pytest.raises(BadStudy, match=r"no setting 'colour'"):
        of(study(pack={"hats": {"colour": "red"}}))
    with pytest.raises(BadStudy, match="played about nothing that a pack could hold"):
        of(study(environment="influence", pack=dict(STANDING)))


def test_names_are_looked_for_in_every_part_of_a_study() -> None:
    value = {"pack": {}, "cross": {"proposition": ["a", "b"]}, "block": {"x": {"settings": {}}}}
    assert packed(value, None).value == value
