"""Published transcripts: read whole whatever stands in their words, or else refused by file."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cells_test import PROBES, row, written
from suasion.environments.persuasion.transcripts import parse, read
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine, Imported, Lacking, Unreadable
from suasion.measures.lines import Bad
from suasion.report.results import RunResults

SENTENCE = "Cats should vote, even where dogs object."
PLAIN = [f"What I say in turn {n}." for n in range(1, 9)]


def transcript(
    turns: Sequence[str] = PLAIN,
    speakers: tuple[str, str] = ("p", "q"),
    proposition: str = SENTENCE,
) -> str:
    """A transcript in the published form."""
    parts = ["# Persuasion Transcript", f"## Proposition\n\n{proposition}"]
    for number, words in enumerate(turns, 1):
        parts.append(heading(number, speakers[(number + 1) % 2]) + f"\n\n{words}")
    return "\n\n".join(parts) + "\n"


def heading(number: int, model: str) -> str:
    """What a turn of the published form begins with."""
    role = "persuader" if number % 2 else "target"
    return f"## Turn {number}\n\n- speaker_role: `{role}`\n- speaker_model: `{model}`"


def named(folder: Path, text: str, name: str = "t1__p__q__pro") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}__no_notes.md"
    path.write_bytes(text.encode())
    return path


def joined(
    tmp_path: Path, *files: Path, cells: Path | None = None, taken: Sequence[str] = ()
) -> Imported:
    table = cells or written(tmp_path, row(), row(side="con"))
    return read.beside({"cells": table})(files, frozenset(taken))


def turns(filed: Filed) -> list[str]:
    return [event.data["text"] for _, event in filed.episode.of("say")]


def reasons(lines: Sequence[BadLine]) -> list[str]:
    return [line.reason for line in lines]


def test_turns_stand_between_the_probes_and_each_with_who_wrote_it(tmp_path: Path) -> None:
    found = joined(tmp_path, named(tmp_path, transcript()))
    filed, silent = found.filed
    assert not found.skipped
    assert not found.warnings
    kinds = [event.kind for event in filed.episode.events]
    assert kinds == ["proposition", "side", *["aside"] * 3, *["say"] * 8, *["aside"] * 3]
    assert turns(filed) == PLAIN
    assert [event.by for _, event in filed.episode.of("say")] == [0, 1] * 4
    assert found.events == len(filed.episode.events) + len(silent.episode.events)
    assert filed.episode.header.settings["proposition"] == SENTENCE
    assert filed.episode.outcome["turns"] == [4, 4]


def test_a_row_without_a_file_keeps_its_numbers_and_its_topics_sentence(tmp_path: Path) -> None:
    _, silent = joined(tmp_path, named(tmp_path, transcript())).filed
    assert (silent.id, turns(silent)) == ("t1__p__q__con", [])
    assert silent.episode.header.settings["proposition"] == SENTENCE
    assert "total_turns" not in silent.episode.header.settings


MARKDOWN = f"""\
# A heading of my own

## Turn 3

What stands under it is mine.

---

- speaker_role: `target`
- a list

```
{heading(7, "somebody")}
```
| a | b |
## Turn 4
> ## Turn 5
1. last"""


def test_words_may_hold_headings_rules_lists_and_turns_that_are_not_due(tmp_path: Path) -> None:
    said = [*PLAIN[:1], MARKDOWN, *PLAIN[2:]]
    found = joined(tmp_path, named(tmp_path, transcript(said)))
    assert turns(found.filed[0]) == said
    assert not found.skipped
    assert [(line.line, line.reason, line.episode) for line in found.warnings] == [
        (31, "heading_in_words: '## Turn 7' is not due here; taken as words", "t1__p__q__pro")
    ]


@pytest.mark.parametrize("number", [1, 2, 4, 5])
def test_a_whole_heading_out_of_order_is_words_with_a_warning(tmp_path: Path, number: int) -> None:
    model = "p" if number % 2 else "q"
    said = [*PLAIN[:4], f"As was said:\n\n{heading(number, model)}\n\nAnd so on.", *PLAIN[5:]]
    found = joined(tmp_path, named(tmp_path, transcript(said)))
    assert turns(found.filed[0]) == said
    assert reasons(found.warnings) == [
        f"heading_in_words: '## Turn {number}' is not due here; taken as words"
    ]


def test_of_two_headings_that_are_due_the_one_with_the_right_speaker_begins_the_turn(
    tmp_path: Path,
) -> None:
    said = [*PLAIN[:2], *PLAIN[2:]]
    said[1] = f"You said:\n\n{heading(3, 'somebody else')}\n\nI doubt it."
    found = joined(tmp_path, named(tmp_path, transcript(said)))
    assert turns(found.filed[0]) == said
    assert reasons(found.warnings) == [
        "heading_in_words: '## Turn 3' is not due here; taken as words"
    ]


@pytest.mark.parametrize(
    "text",
    [
        transcript().replace("\n", "\r\n"),
        "\ufeff" + transcript(),
        transcript().replace("\n\n", "\n"),
        transcript().rstrip("\n"),
        transcript().replace("\n\n", "\n \n\n"),
    ],
    ids=("CRLF", "BOM", "no blank lines", "no last line end", "more blank lines"),
)
def test_line_ends_and_blank_lines_make_no_difference(tmp_path: Path, text: str) -> None:
    found = joined(tmp_path, named(tmp_path, text))
    assert not found.skipped
    assert turns(found.filed[0]) == PLAIN


def without(text: str, part: str) -> str:
    assert part in text
    return text.replace(part, "", 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_transcript: expected '# Persuasion Transcript'"),
        ("A readme.", "no_transcript"),
        (without(transcript(), "## Proposition"), "no_transcript"),
        (without(transcript(), SENTENCE), "bad_proposition"),
        (transcript(proposition="x " * 1000), "bad_proposition"),
        (transcript([]), "no_transcript"),
        (
            without(transcript(), "- speaker_role: `persuader`"),
            "no_turns: line 7: expected who speaks under '## Turn 1'",
        ),
        (
            transcript().replace("## Turn 3", "## Turn 4", 1),
            "wrong_turns: line 21: turn 4 where turn 3 is due",
        ),
        (without(transcript(), "## Turn 5"), "wrong_turns: line 42: turn 6 where turn 5 is due"),
        (
            transcript(speakers=("p", "r")),
            "other_speaker: line 14: turn 2 is by target 'r'; by its name it is by target 'q'",
        ),
        (
            transcript(speakers=("q", "p")),
            "other_speaker: line 7: turn 1 is by persuader 'q'; by its name it is by persuader 'p'",
        ),
        (
            transcript().replace("`persuader`", "`target`", 1),
            "other_speaker: line 7: turn 1 is by target 'p'",
        ),
        (
            transcript().replace(heading(5, "p"), heading(5, "z")),
            "other_speaker: line 35: turn 5 is by persuader 'z'",
        ),
    ],
)
def test_a_file_of_another_form_is_skipped_and_its_row_stands(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = named(tmp_path, text)
    found = joined(tmp_path, path)
    [line] = found.skipped
    assert line.file == str(path)
    assert line.reason.startswith(reason)
    assert [filed.id for filed in found.filed] == ["t1__p__q__pro", "t1__p__q__con"]
    assert not turns(found.filed[0])


def test_bytes_that_are_no_utf_8_are_told_where(tmp_path: Path) -> None:
    path = named(tmp_path, "")
    path.write_bytes(b"# Persuasion Transcript\n\xff")
    assert reasons(joined(tmp_path, path).skipped) == ["not_utf8: byte 25 of the file"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("t1__p__q__pro.md", "bad_name: expected TOPIC__PERSUADER__TARGET__SIDE__no_notes.md"),
        ("t1__p__q__pro__with_notes.md", "bad_name"),
        ("README.md", "bad_name"),
        ("t1__p__q__pro__no_notes.txt", "bad_name"),
        ("t1__p__z__pro__no_notes.md", "no_cell: no row of the table is 't1__p__z__pro'"),
    ],
)
def test_a_file_of_another_name_is_skipped(tmp_path: Path, name: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(transcript())
    [said] = reasons(joined(tmp_path, path).skipped)
    assert said.startswith(reason)


def test_a_second_file_of_one_conversation_is_skipped(tmp_path: Path) -> None:
    first = named(tmp_path / "a", transcript())
    second = named(tmp_path / "b", transcript(["Something else."] * 8))
    found = joined(tmp_path, first, second)
    assert turns(found.filed[0]) == PLAIN
    assert [(line.file, line.reason) for line in found.skipped] == [
        (str(second), f"duplicate_transcript: {first} is of this conversation too")
    ]


def test_bad_rows_and_what_the_run_holds_have_no_transcript(tmp_path: Path) -> None:
    table = written(tmp_path, row(pre1=9), row(side="con"), row(topic="t2"))
    files = [named(tmp_path, transcript(), f"t1__p__q__{side}") for side in ("pro", "con")]
    found = joined(tmp_path, *files, cells=table, taken=["t1__p__q__con"])
    assert [filed.id for filed in found.filed] == ["t2__p__q__pro"]
    assert [line.reason.split(":")[0] for line in found.skipped] == [
        *("bad_probe", "duplicate_episode", "no_cell", "duplicate_episode"),
    ]


def test_low_lines_in_names_are_told_apart_by_who_speaks(tmp_path: Path) -> None:
    table = written(
        tmp_path,
        row(topic="a__b", persuader="c", target="d"),
        row(topic="a", persuader="b__c", target="d"),
    )
    path = named(tmp_path, transcript(speakers=("b__c", "d")), "a__b__c__d__pro")
    found = joined(tmp_path, path, cells=table)
    first, second = found.filed
    assert not found.skipped
    assert (turns(first), turns(second)) == ([], PLAIN)


def test_replicates_are_named_too(tmp_path: Path) -> None:
    columns = [*row(), "replicate"]
    table = written(tmp_path, row(replicate=1), row(replicate=2), columns=columns)
    path = named(tmp_path, transcript(), "t1__p__q__pro__r2")
    first, second = joined(tmp_path, path, cells=table).filed
    assert (turns(first), turns(second)) == ([], PLAIN)


def test_a_folder_is_all_its_transcripts(tmp_path: Path) -> None:
    folder = tmp_path / "transcripts"
    deep = folder / "run"
    folder.mkdir()
    paths = [named(deep, transcript(), f"t1__p__q__{side}") for side in ("pro", "con")]
    (deep / "chart.png").write_bytes(b"")
    os.mkfifo(deep / "pipe.md")
    found = joined(tmp_path, folder, paths[0])
    assert not found.skipped
    assert [len(turns(filed)) for filed in found.filed] == [8, 8]


def test_other_lengths_than_most_are_warnings(tmp_path: Path) -> None:
    table = written(tmp_path, row(), row(side="con"), row(topic="t2"))
    long, short = transcript(), transcript(PLAIN[:6])
    paths = [named(tmp_path, long, f"t1__p__q__{side}") for side in ("pro", "con")]
    paths.append(named(tmp_path, short, "t2__p__q__pro"))
    found = joined(tmp_path, *paths, cells=table)
    assert [(line.file, line.reason) for line in found.warnings] == [
        (str(paths[2]), "other_length: 6 turns, where most have 8")
    ]
    assert len(turns(found.filed[2])) == 6


def test_another_sentence_under_the_same_topic_is_a_warning(tmp_path: Path) -> None:
    files = [
        named(tmp_path, transcript(proposition=text), f"t1__p__q__{side}")
        for text, side in ((SENTENCE, "pro"), ("Dogs should vote.", "con"))
    ]
    found = joined(tmp_path, *files)
    assert [line.reason.split(":")[0] for line in found.warnings] == ["other_proposition"]
    assert {f.episode.header.settings["proposition"] for f in found.filed} == {SENTENCE}
    assert found.filed[1].episode.events[0].data["text"] == "Dogs should vote."


def test_a_turn_of_no_words_is_a_forfeit(tmp_path: Path) -> None:
    said = [*PLAIN[:3], "", *PLAIN[4:]]
    [filed, _] = joined(tmp_path, named(tmp_path, transcript(said))).filed
    assert [(e.by, e.data["turn"]) for _, e in filed.episode.of("forfeit")] == [(1, 4)]
    assert filed.episode.outcome["forfeits"] == [0, 1]


def test_clipped_turns_are_told_from_their_text(tmp_path: Path) -> None:
    long = " ".join(["word"] * 380)
    said = [f"{long}...", long, f"{long} more...", "short...", *PLAIN[4:]]
    [filed, _] = joined(tmp_path, named(tmp_path, transcript(said))).filed
    assert [event.data["cut"] for _, event in filed.episode.of("say")] == [True, *[False] * 7]
    results = RunResults(KIT, [filed])
    [[clips], [words]] = (results.values(name) for name in ("clipped_turns", "words"))
    assert clips.value == 1
    assert words.value == sum(len(text.split()) for text in said)


def test_a_blocked_conversation_keeps_what_was_said(tmp_path: Path) -> None:
    blocked = row(outcome="moderated_block", **dict.fromkeys(PROBES[3:], ""))
    path = named(tmp_path, transcript(PLAIN[:3]))
    [filed] = joined(tmp_path, path, cells=written(tmp_path, blocked)).filed
    assert (turns(filed), filed.finished, filed.lost) == (PLAIN[:3], False, "moderated_block")


def test_without_the_table_nothing_is_read(tmp_path: Path) -> None:
    with pytest.raises(Lacking, match="--cells FILE is missing: the table with a row for each"):
        KIT.imports["persuasion-transcripts"]([named(tmp_path, transcript())], ())


def test_a_file_that_changes_while_it_is_read_stops_the_import(tmp_path: Path) -> None:
    path = named(tmp_path, transcript())
    found = joined(tmp_path, path)
    path.write_text(transcript(["Something else."] * 8))
    with pytest.raises(Unreadable, match="changed while it was read"):
        list(found.filed)


def test_words_are_not_all_held_at_once(tmp_path: Path) -> None:
    rows = [row(topic=f"t{n}") for n in range(60)]
    big = transcript(["x" * 50_000] * 8)
    files = [named(tmp_path, big, f"t{n}__p__q__pro") for n in range(60)]
    table = written(tmp_path, *rows)
    tracemalloc.start()
    found = joined(tmp_path, *files, cells=table)
    held = sum(len(filed.episode.events) for filed in found.filed)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held == found.events == 60 * 16
    assert most < 10 * len(big), "the sixtieth part of it, a few times over"


def test_hostile_text_is_read_in_no_time() -> None:
    text = "# Persuasion Transcript\n" + "## Proposition\n" * 200_000
    with pytest.raises(Bad, match="no_transcript"):
        parse(text, ("p", "q"))
    text = transcript([("## Turn 2\n" + " \n" * 50) * 5_000])
    assert len(parse(text, ("p", "q")).spoken.turns) == 1


LINES = st.sampled_from(
    [
        *("## Turn 1", "## Turn 2", "## Turn 3", "## Turn 9", "## Proposition", "---", "", "```"),
        *("- speaker_role: `target`", "- speaker_model: `q`", "# Persuasion Transcript", "words"),
    ]
)
WORDS = st.lists(LINES, min_size=1, max_size=8).map("\n".join).map(str.strip)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_words_of_any_lines_come_back_as_they_were_unless_a_due_heading_is_among_them(
    said: list[str],
) -> None:
    due = [f"## Turn {n}\n- speaker_role: `target`\n- speaker_model: `q`" for n in range(1, 10)]
    found = parse(transcript(said), ("p", "q")) if not _any(due, said) else None
    assert found is None or found.spoken.turns == said


def _any(headings: Sequence[str], said: Sequence[str]) -> bool:
    flat = ["\n".join(filter(None, text.split("\n"))) for text in said]
    return any(each in text for each in headings for text in flat)
