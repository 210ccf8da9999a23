"""Tables of conversations: every rule, each broken once, and what stands beside what was broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cell import COUNTS, KEY
from suasion.measures.filed import Filed
from suasion.measures.imported import Imported, Unreadable
from suasion.report.results import RunResults

PROBES = [f"{when}{at}" for when in ("pre", "post") for at in (1, 2, 3)]
COLUMNS = [*KEY, "outcome", *PROBES, *COUNTS]


def row(**fields: object) -> dict[str, object]:
    """A sound row, but for these fields."""
    plain = {"topic": "t1", "persuader": "p", "target": "q", "side": "pro", "outcome": "completed"}
    stances = dict(zip(PROBES, (-1, 0, 0, 2, 3, 1), strict=True))
    return {**plain, **stances, **dict.fromkeys(COUNTS, 0), **fields}


def written(
    tmp_path: Path, *rows: Mapping[str, object], columns: Sequence[str] = COLUMNS, name: str = "c"
) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = tmp_path / f"{name}.csv"
    path.write_text(text.getvalue())
    return path


def read(*paths: Path, taken: Sequence[str] = ()) -> Imported:
    return KIT.imports["persuasion-cells"](paths, frozenset(taken))


def one(tmp_path: Path, **fields: object) -> Filed:
    [filed] = read(written(tmp_path, row(**fields))).filed
    return filed


def values(filed: Filed) -> dict[str, Any]:
    results = RunResults(KIT, [filed])
    named = ("stance_before", "stance_after", "signed_shift", "start_alignment")
    return {name: value.value for name in named for value in results.values(name)}


def test_a_row_is_an_episode_that_our_own_measures_read(tmp_path: Path) -> None:
    filed = one(tmp_path, side="con")
    assert filed.id == "t1__p__q__con"
    assert [(seat.name, seat.agent) for seat in filed.seats] == [
        ("persuader", "p"),
        ("target", "q"),
    ]
    settings = filed.episode.header.settings
    assert list(settings.items()) == [
        *(("topic", "t1"), ("proposition", "t1"), ("side", "con"), ("arm", "plain"), ("probes", 3)),
    ]
    assert (filed.status, filed.finished, filed.lost) == ("exploratory", True, "")
    assert values(filed) == {
        "stance_before": pytest.approx(-1 / 3),
        "stance_after": 2,
        "signed_shift": pytest.approx(-7 / 3),
        "start_alignment": "aligned",
    }


def test_probes_stand_as_events_that_no_seat_is_told(tmp_path: Path) -> None:
    events = one(tmp_path).episode.events
    assert [event.kind for event in events] == ["proposition", "side", *["aside"] * 6]
    asked = [(e.by, e.data["name"], e.data["repeat"], e.data["answer"], e.to) for e in events[2:]]
    assert asked[0] == (1, "stance_before", 0, -1, ())
    assert asked[-1] == (1, "stance_after", 2, 1, ())
    assert events[1].to == (0,), "the target is never told the side"


def test_a_blocked_conversation_keeps_its_probes_before_and_says_why_it_ended(
    tmp_path: Path,
) -> None:
    filed = one(tmp_path, outcome="moderated_block", post1="", post2="", post3="")
    assert (filed.finished, filed.damaged, filed.lost) == (False, False, "moderated_block")
    assert values(filed)["stance_before"] == pytest.approx(-1 / 3)
    [after] = RunResults(KIT, [filed]).values("stance_after")
    assert (after.value, after.reason) == (None, "unfinished_episode: moderated_block")


def test_a_blocked_conversation_may_lack_any_probe(tmp_path: Path) -> None:
    empty = dict.fromkeys(PROBES, "")
    assert values(one(tmp_path, outcome="moderated_block", **empty))["stance_before"] is None
    some = read(written(tmp_path, row(outcome="moderated_block")))
    assert [warning.reason for warning in some.warnings] == [
        "probes_after_a_block: nothing is measured of them"
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"pre2": "4"}, "bad_probe: pre2 is '4': expected a whole number from -3 to 3"),
        ({"pre1": "-4"}, "bad_probe: pre1 is '-4': expected"),
        ({"post3": "1.5"}, "bad_probe: post3 is '1.5': expected"),
        ({"post1": "nan"}, "bad_probe: post1 is 'nan': expected"),
        ({"post1": "\u0663"}, "bad_probe: post1 is '\u0663': expected"),
        ({"post1": "1e0"}, "bad_probe: post1 is '1e0': expected"),
        ({"post1": "=1+1"}, "bad_probe: post1 is '=1+1': expected"),
        ({"post1": "--1"}, "bad_probe: post1 is '--1': expected"),
        ({"outcome": "moderated_block", "pre1": "x"}, "bad_probe: pre1 is 'x'"),
        ({"post2": ""}, "missing_probe: post2 of a completed conversation"),
        ({"pre1": " "}, "missing_probe: pre1 of a completed conversation"),
        ({"side": "Pro"}, "unknown_side: 'Pro': expected pro or con"),
        ({"side": ""}, "unknown_side: '': expected pro or con"),
        ({"outcome": "lost"}, "unknown_outcome: 'lost': expected completed or moderated_block"),
        ({"target": "p"}, "self_play: 'p' is both persuader and target"),
        ({"topic": " "}, "missing_value: topic"),
        ({"persuader": ""}, "missing_value: persuader"),
        ({"target": "m" * 301}, "too_long: target has 301 characters, at most 300"),
    ],
)
def test_a_bad_row_is_skipped_with_its_line_and_takes_no_other_with_it(
    tmp_path: Path, fields: Mapping[str, object], reason: str
) -> None:
    path = written(tmp_path, row(), row(**{"topic": "t2", **fields}), row(topic="t3"))
    found = read(path)
    assert [filed.id for filed in found.filed] == ["t1__p__q__pro", "t3__p__q__pro"]
    [line] = found.skipped
    assert (line.file, line.line) == (str(path), 3)
    assert line.reason.startswith(reason)
    assert line.raw == path.read_bytes().split(b"\n")[2]


@pytest.mark.parametrize("text", ["2", " 2 ", "+2", "2.0", "2.", "02"])
def test_a_whole_number_may_be_written_as_programs_write_it(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, post1=text, post2=text, post3=text).episode.events[-1].data["answer"] == 2


def test_minus_nought_is_nought(tmp_path: Path) -> None:
    answers = [event.data["answer"] for event in one(tmp_path, pre1="-0").episode.events[2:]]
    assert str(answers[0]) == "0"


def test_a_key_that_comes_again_is_skipped_and_the_first_stands(tmp_path: Path) -> None:
    path = written(tmp_path, row(pre1=3), row(pre1=1), row(side="con"))
    found = read(path)
    assert [filed.id for filed in found.filed] == ["t1__p__q__pro", "t1__p__q__con"]
    assert found.filed[0].episode.events[2].data["answer"] == 3
    assert [(line.line, line.reason) for line in found.skipped] == [
        (3, f"duplicate_key: it stands in line 2 of {path}")
    ]


def test_replicates_tell_rows_apart_and_pair_with_their_own(tmp_path: Path) -> None:
    rows = [row(replicate=n, side=side) for n in (1, 2) for side in ("pro", "con")]
    found = read(written(tmp_path, *rows, rows[0], columns=[*COLUMNS, "replicate"]))
    assert [filed.id for filed in found.filed][:2] == ["t1__p__q__pro__r1", "t1__p__q__con__r1"]
    assert [filed.replicate for filed in found.filed] == [1, 1, 2, 2]
    assert [line.line for line in found.skipped] == [6]
    bad = read(written(tmp_path, row(replicate="one"), columns=[*COLUMNS, "replicate"]))
    assert bad.skipped[0].reason == "bad_replicate: 'one': expected a whole number from 0 up"


def test_names_with_low_lines_in_them_never_make_two_conversations_one(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        row(topic="a__b", persuader="c", target="d"),
        row(topic="a", persuader="b__c", target="d"),
    )
    found = read(path)
    first, second = (filed.id for filed in found.filed)
    assert first == "a__b__c__d__pro"
    assert second.startswith("a__b__c__d__pro--")
    assert not found.skipped


def test_what_the_run_holds_already_is_skipped(tmp_path: Path) -> None:
    found = read(written(tmp_path, row(), row(side="con")), taken=["t1__p__q__pro"])
    assert [filed.id for filed in found.filed] == ["t1__p__q__con"]
    assert found.skipped[0].reason == "duplicate_episode: the run holds it already"


@pytest.mark.parametrize("column", [*KEY, "outcome", *PROBES])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    path = written(tmp_path, row(), columns=[name for name in COLUMNS if name != column])
    with pytest.raises(Unreadable, match=f"has no column {column}: expected topic, persuader"):
        read(path)


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="has no columns side, outcome, post2: expected"):
        read(
            written(
                tmp_path,
                row(),
                columns=[c for c in COLUMNS if c not in ("side", "post2", "outcome")],
            )
        )


def test_a_table_without_probes_is_told_the_published_number(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="has no columns pre1, pre2, pre3, post1, post2, post3:"):
        read(written(tmp_path, row(), columns=[*KEY, "outcome"]))


def test_columns_may_stand_in_any_order_and_the_counts_may_lack(tmp_path: Path) -> None:
    plain = [*KEY, "outcome", *PROBES]
    [there] = read(written(tmp_path, row(), columns=plain)).filed
    [turned] = read(written(tmp_path, row(), columns=plain[::-1])).filed
    assert there.episode.events == turned.episode.events
    assert there.kept == {"format": "persuasion-cells", "columns": {}}


def test_other_columns_are_kept_as_they_stand(tmp_path: Path) -> None:
    columns = [*COLUMNS, "note", "empty", "pre"]
    fields = {"truncated_turns": 2, "note": '=HYPERLINK("x"),\n<b>', "pre": "7", "empty": ""}
    found = read(written(tmp_path, row(**fields), columns=columns))
    kept = found.filed[0].kept["columns"]
    assert kept == {**dict.fromkeys(COUNTS, 0), **{k: v for k, v in fields.items() if v != ""}}


def test_a_count_that_is_none_is_a_warning_and_the_row_stands(tmp_path: Path) -> None:
    found = read(written(tmp_path, row(truncated_turns="many", xml_like_turns="")))
    assert "truncated_turns" not in found.filed[0].kept["columns"]
    assert [(line.line, line.episode, line.reason) for line in found.warnings] == [
        (2, "t1__p__q__pro", "bad_count: truncated_turns is 'many'; it is taken as not there")
    ]


@pytest.mark.parametrize("probes", [1, 2, 5])
def test_a_table_may_have_another_number_of_probes(tmp_path: Path, probes: int) -> None:
    columns = [f"{when}{at}" for when in ("pre", "post") for at in range(1, probes + 1)]
    fields = dict.fromkeys(columns, 1)
    path = written(tmp_path, row(**fields), columns=[*KEY, "outcome", *columns])
    [filed] = read(path).filed
    assert filed.episode.header.settings["probes"] == probes
    assert len(filed.episode.events) == 2 + 2 * probes


def test_a_table_must_have_as_many_probes_after_as_before(tmp_path: Path) -> None:
    columns = [*KEY, "outcome", "pre1", "pre2", "post1", "post3"]
    with pytest.raises(Unreadable, match="has no columns pre3, post2:"):
        read(written(tmp_path, row(), columns=columns))


def test_the_sentence_of_a_topic_may_stand_in_any_of_its_rows(tmp_path: Path) -> None:
    rows = [
        row(proposition=""),
        row(side="con", proposition="Cats  should vote."),
        row(persuader="r", proposition="Dogs should vote."),
        row(topic="t2", proposition="x" * 1001),
    ]
    found = read(written(tmp_path, *rows, columns=[*COLUMNS, "proposition"]))
    said = {filed.episode.header.settings["proposition"] for filed in found.filed}
    assert said == {"Cats should vote."}
    assert found.filed[0].episode.events[0].data["text"] == "Cats should vote."
    assert found.warnings[0].reason.startswith("other_proposition: 'Dogs should vote.'")
    assert found.skipped[0].reason.startswith("too_long: proposition has 1,001 characters")


def test_several_tables_are_one_run(tmp_path: Path) -> None:
    one = written(tmp_path, row(), name="one")
    other = written(tmp_path, row(side="con"), row(), name="other")
    found = read(one, other)
    assert len(found.filed) == 2
    assert [(line.file, line.line) for line in found.skipped] == [(str(other), 3)]


NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda name: name.strip() == name and "\r" not in name and "\n" not in name
)
STANCE = st.integers(-3, 3)


@given(
    st.lists(
        st.tuples(NAME, NAME, NAME, st.sampled_from(["pro", "con"]), *[STANCE] * 6),
        max_size=8,
        unique_by=lambda each: each[:4],
    )
)
def test_whatever_the_names_are_every_conversation_stands_with_its_probes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    tables = [
        row(**dict(zip((*KEY, *PROBES), each, strict=True))) for each in rows if each[1] != each[2]
    ]
    path = written(tmp_path_factory.mktemp("names"), *tables)
    found = read(path)
    assert not found.skipped
    assert len({filed.id for filed in found.filed}) == len(tables)
    for filed, fields in zip(found.filed, tables, strict=True):
        answers = [event.data["answer"] for event in filed.episode.events[2:]]
        assert answers == [fields[name] for name in PROBES]
        assert filed.seats[0].agent == fields["persuader"]
