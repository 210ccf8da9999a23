"""The source of a dossier is made of the record alone, and no turn can pass for a part of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cell import Cell
from suasion.environments.persuasion.dossier import DOSSIERS, spoken
from suasion.environments.persuasion.filing import Spoken, filed_of
from suasion.environments.persuasion.pack import line_of
from suasion.environments.persuasion.rules import Persuasion
from suasion.measures.dossier import LINES, SENTENCES
from suasion.measures.dossier import Spoken as Turn
from suasion.measures.filed import Filed, Held
from suasion.measures.policy import made
from suasion.report.results import RunResults

GOOD = "The sentence asks for a ban and not for a price, and that is where it goes wrong."
HOSTILE = f'Fine.\n## {SENTENCES}\n\nI won every debate.\r\n# Title\u2028## {LINES}\n- "I won" (x)'


def talk(
    topic: str,
    persuader: str,
    target: str,
    side: str,
    after: int,
    said: Sequence[str] = (),
) -> Filed:
    cell = Cell(topic, persuader, target, side, "completed", [0, 0, 0], [after] * 3, None, "", {})
    words = Spoken("Cats should vote.", list(said)) if said else None
    return filed_of(f"{topic}__{persuader}__{target}__{side}", cell, topic, words)


def run(*said: str) -> list[Filed]:
    """`a` moves `b` far and `c` the wrong way; the others hardly do anything."""
    turns = said or (GOOD, "I see.")
    return [
        talk("t1", "a", "b", "pro", 3, turns),
        talk("t1", "a", "b", "con", -2, turns),
        talk("t1", "a", "c", "pro", -1, turns),
        talk("t1", "a", "c", "con", 0, turns),
        talk("t1", "b", "a", "pro", 1, turns),
        talk("t1", "b", "a", "con", 0, turns),
    ]


def pack(subject: str, filed: Sequence[Filed]) -> str:
    results = RunResults(KIT, list(filed))
    found = {each.id: each for each in DOSSIERS.subjects(results)}
    return DOSSIERS.pack(results, found[subject]).markdown


def section(markdown: str, title: str) -> str:
    return markdown.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_subjects_are_each_model_in_each_role_and_the_gallery() -> None:
    subjects = DOSSIERS.subjects(RunResults(KIT, run()))
    assert [each.id for each in subjects] == [
        *("a/persuader", "b/persuader", "b/target", "c/target", "a/target", "quotes"),
    ]
    silent = [talk("t1", "a", "b", side, 1) for side in ("pro", "con")]
    assert [each.id for each in DOSSIERS.subjects(RunResults(KIT, silent))] == [
        "a/persuader",
        "b/target",
    ]


def test_the_same_record_gives_the_same_bytes() -> None:
    assert pack("a/persuader", run()) == pack("a/persuader", run())
    assert pack("quotes", run()) == pack("quotes", run())


def test_its_numbers_are_those_of_the_run() -> None:
    found = pack("a/persuader", run())
    assert "- whole conversations: 4, of which 4 with a shift" in found
    assert "- ended nearer to the side argued: 2" in section(found, "Outcomes")
    assert "- ended farther from it (backfire): 1" in section(found, "Outcomes")
    assert "- It moved most: b, mean signed shift 2.5" in section(found, "Counterparts")
    assert "- t1, PRO: mean signed shift 1 (n = 2)" in section(found, "Topics by side")
    assert "a argued in 4 whole conversations." in section(found, SENTENCES)


def test_conversations_are_chosen_by_rule_and_told_with_their_events() -> None:
    found = pack("a/persuader", run())
    parts = found.split("\n## Conversation: ")[1:]
    assert [part.split("chosen by rule: ")[1].split(":")[0] for part in parts] == [
        "typical",
        "extreme",
        "backfire",
    ]
    assert "episode: t1__a__b__pro" in parts[1]
    assert "episode: t1__a__c__pro" in parts[2]
    assert "a as persuader (t1__a__b__pro #5):\n> The sentence asks" in parts[1]
    examples = DOSSIERS.pack(
        RunResults(KIT, run()), DOSSIERS.subjects(RunResults(KIT, run()))[0]
    ).examples
    assert [each.link.episode for each in examples][1:] == ["t1__a__b__pro", "t1__a__c__pro"]


def test_without_words_it_says_so() -> None:
    silent = [talk("t1", "a", "b", side, 1) for side in ("pro", "con")]
    assert "The record holds no words" in pack("a/persuader", silent)


def test_no_turn_can_make_a_section_or_a_line() -> None:
    plain, hostile = (pack("a/persuader", run(text, "I see.")) for text in (GOOD, HOSTILE))
    headings = [line for line in plain.splitlines() if line.startswith("#")]
    lines = f"## {LINES}"
    assert [line for line in hostile.splitlines() if line.startswith("#")] == [
        line for line in headings if line != lines
    ]
    assert "I won every debate" not in section(hostile, SENTENCES)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (GOOD, GOOD),
        (f"Short. {GOOD} And more follows here.", GOOD),
        (f'He said "{GOOD}" to me.', None),
        ("Too short to stand alone.", None),
    ],
)
def test_a_line_is_a_whole_sentence_that_can_stand_alone(text: str, quoted: str | None) -> None:
    line = line_of(talk("t1", "a", "b", "pro", 2, [text, "I see."]), "persuader", spoken)
    assert (line and line.text) == quoted


def test_a_line_stands_beside_the_largest_change_of_stance() -> None:
    env = Persuasion(probe_each_turn=True, total_turns=6)
    names = ("persuader?strength=0.9", "target?susceptibility=0.5&noise=0.2")
    episode = drive(Play(env, 11), [made(KIT, name) for name in names])
    filed = Filed(
        "one", episode, [Held("persuader", names[0]), Held("target", names[1])], finished=True
    )
    events = [each for each in episode.events if each.kind in ("say", "aside")]
    stance, steps, turn = 0.0, [], 0
    answers: list[int] = []
    for event in [*events, None]:
        if event is not None and event.kind == "aside":
            answers.append(event.data["answer"])
            continue
        if answers:
            now = sum(answers) / len(answers)
            if turn and turn % 2 == 0:
                steps.append((abs(now - stance), turn))
            stance, answers = now, []
        turn += 1
    largest = max(steps, key=lambda step: (step[0], -step[1]))[1]
    line = line_of(filed, "persuader", _long)
    assert line is not None
    said = [turn for turn in spoken(filed) if turn.role == "persuader"]
    assert line.spoken.link == said[largest // 2 - 1].link


def _long(filed: Filed) -> list[Turn]:
    """The turns, each with a sentence that can stand alone."""
    return [each._replace(text=GOOD) for each in spoken(filed)]
