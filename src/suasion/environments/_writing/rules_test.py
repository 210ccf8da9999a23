"""Writing keeps the contract, asks once more for what is too long, and cuts at a sentence."""

import re

import pytest

from suasion import catalogue
from suasion.core.asks import Forfeit
from suasion.core.environment import Asked, BadSetting
from suasion.core.play import Play, drive
from suasion.environments._writing import KIT
from suasion.environments._writing.rules import Writing, cut
from suasion.environments._writing.stand_in import NOTE
from suasion.measures.policy import made
from suasion.testing import conforms, contract

SOURCE = """\
# A pack

## Snapshot

- not for the text

## In sentences

It argued in 4 conversations.

## Lines

- "the words" (A): why.

## Conversation

> ## In sentences
> What a seat said must not pass for a part of the source.
"""

test_writing_keeps_the_contract = contract(KIT, {"word_cap": 3}, line_ups=[("stand_in",)])


def written(text: str, again: str = "", **settings: object) -> list[tuple[str, object]]:
    """The events after the source, for a writer of these texts."""
    texts = iter([text, again])
    episode = drive(Play(Writing(**settings), 1), [lambda _: next(texts)])  # type: ignore[arg-type]
    return [(event.kind, event.data) for event in episode.events[1:]]


def test_a_text_within_its_cap_is_kept_as_it_stands() -> None:
    [(kind, data)] = written("One. Two.", word_cap=2)
    assert (kind, data) == (
        "written",
        {"text": "One. Two.", "words": 2, "cut": False, "asked": 1},
    )


def test_a_text_that_is_too_long_is_asked_for_once_more_and_then_cut_at_a_sentence() -> None:
    long = "One two three. Four five six. Seven eight."
    first, last = written(long, long, word_cap=7)
    assert first == ("too_long", {"words": 8})
    assert last[1] == {"text": "One two three. Four five six.", "words": 8, "cut": True, "asked": 2}


def test_a_second_text_that_is_short_enough_is_not_cut() -> None:
    assert written("a b c d", "a b", word_cap=3)[1][1] == {
        "text": "a b",
        "words": 2,
        "cut": False,
        "asked": 2,
    }


@pytest.mark.parametrize(
    ("text", "cap", "kept"),
    [
        ("One two. Three four", 3, "One two."),
        ('He said "stop." Then he went', 4, 'He said "stop."'),
        ("no sentence ends in all of this", 3, "no sentence ends"),
        ("## Heading\nWords that go on and on", 4, "## Heading"),
        ("1.5 points. And more words", 3, "1.5 points."),
        ("same", 1, "same"),
    ],
)
def test_a_cut_text_ends_with_a_sentence_where_one_ends(text: str, cap: int, kept: str) -> None:
    found = cut(text, cap)
    assert found.text == kept
    assert len(found.text.split()) <= cap


def test_an_answer_that_was_lost_ends_it() -> None:
    episode = drive(Play(Writing(), 1), [lambda _: Forfeit("empty")])
    assert [event.kind for event in episode.events] == ["source", "forfeit"]


def test_the_stand_in_copies_computed_sentences_and_says_that_no_model_wrote_them() -> None:
    env = Writing(given=SOURCE)
    last = drive(Play(env, 1), [made(KIT, "stand_in")]).events[-1]
    assert last.data["text"] == (
        f'{NOTE}\n\nIt argued in 4 conversations.\n\n- "the words" (A): why.'
    )


def test_the_stand_in_leaves_out_whole_lines_rather_than_be_cut() -> None:
    env = Writing(given=SOURCE, word_cap=len(NOTE.split()) + 5)
    last = drive(Play(env, 1), [made(KIT, "stand_in")]).events[-1]
    assert last.data["text"] == f"{NOTE}\n\nIt argued in 4 conversations."
    assert not last.data["cut"]


def test_the_writer_is_told_its_task_the_cap_and_the_source_and_nothing_else() -> None:
    env = Writing(subject="secret subject", task="Write.", given="The source.", word_cap=7)
    told: list[str] = []

    def listens(asked: Asked) -> str:
        told.extend(env.tell(event, 0) for event in asked.news)
        return "Done."

    drive(Play(env, 1), [listens])
    assert env.brief(0) == "Write.\n\nWrite no more than 7 words."
    assert told == ["The source."]
    assert not re.search("secret", env.brief(0) + "".join(told))


def test_no_cap_and_a_cap_beyond_reason_are_refused() -> None:
    for words in (0, 10_001):
        with pytest.raises(BadSetting):
            Writing(word_cap=words)


def test_writing_is_no_game_that_is_listed_but_can_be_made() -> None:
    assert "writing" not in catalogue.environments()
    assert "_writing" not in catalogue.environments()
    conforms(catalogue.make("writing", None, {"word_cap": 5}), episodes=1, twins=2, cuts=2)
