"""Reading is total, takes legal answers out of whatever is put around them, and never guesses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from suasion.core.asks import Ask, Choose, Forfeit, Json, Maybe, Number, Text, UpTo, same
from suasion.core.chance import Chance, Seeded
from suasion.environments.persuasion.probes import STANCE
from suasion.models.form import OFF, Form, form
from suasion.models.free_words import EMPTY, MALFORMED, SEVERAL, WRONG_SCHEMA
from suasion.models.reading import read
from suasion.models.reading_corpus_test import (
    ACT,
    CHOICE,
    LINES,
    OPINION,
    SHARE,
    SPEND,
    TALK,
    TEST,
)
from suasion.testing.answers import HOSTILE, in_words, uniform

ASKS: dict[str, Ask] = {
    "influence": ACT,
    "terrarium": LINES,
    "persuasion": TALK,
    "stance": STANCE,
    "control": SPEND,
    "social": OPINION,
    "choice": CHOICE,
    "share": SHARE,
    "realism": TEST,
}
STRUCTURED = [name for name, ask in ASKS.items() if ask not in (TALK,)]
FORFEITS = {MALFORMED, WRONG_SCHEMA, EMPTY}
quick = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def forms(ask: Ask) -> list[Form]:
    return [OFF, form(ask, "schema", "openai"), form(ask, "schema", "vllm"), form(ask, "tools", "")]


def legal(ask: Ask, seed: int) -> Json:
    return uniform(ask, Chance(Seeded(seed)))


def as_asked(shape: Form, answer: Json) -> str:
    return json.dumps({"answer": answer} if shape.wrapped else answer)


@pytest.mark.parametrize("name", ASKS)
def test_an_answer_in_the_form_asked_for_is_read_as_itself_and_nothing_is_noted(name: str) -> None:
    ask = ASKS[name]
    for seed in range(20):
        answer = legal(ask, seed)
        for shape in forms(ask):
            said = in_words(ask, answer) if shape is OFF else as_asked(shape, answer)
            parsed = read(ask, shape, said)
            assert same(parsed.answer, answer), (said, parsed)
            assert not parsed.notes, (said, parsed)


Wrapping = Callable[[str], str]
WRAPPINGS: dict[str, Wrapping] = {
    "space": lambda said: f"\n\n  {said}\n",
    "think": lambda said: f"<think>\nmaybe {{x}}, or not?\n</think>\n\n{said}",
    "no opening": lambda said: f"Let me see. 1 or 2?\n</think>\n\n{said}",
    "magistral": lambda said: f"[THINK]hm[/THINK]{said}",
    "harmony": lambda said: (
        f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{said}"
        "<|return|>"
    ),
    "tag": lambda said: f"<answer>{said}</answer>",
}
JSON_WRAPPINGS: dict[str, Wrapping] = {
    "fence": lambda said: f"```json\n{said}\n```",
    "fence in prose": lambda said: f"Here it is:\n\n```json\n{said}\n```\nThat is all.",
    "hermes": lambda said: f'<tool_call>\n{{"name": "answer", "arguments": {said}}}\n</tool_call>',
    "mistral": lambda said: f"[TOOL_CALLS]answer[ARGS]{said}",
    "list of one": lambda said: f"[{said}]",
    "twice": lambda said: json.dumps(said),
    "final": lambda said: f"Hm.\n**Final answer:** {said}",
    "qwen xml": lambda said: (
        f"<tool_call>\n<function=answer>\n<parameter=answer>\n{said}\n</parameter>\n</function>\n"
        "</tool_call>"
    ),
}


@pytest.mark.parametrize("name", STRUCTURED)
@pytest.mark.parametrize("wrapping", [*WRAPPINGS, *JSON_WRAPPINGS])
@quick
@given(seed=st.integers(0, 10**6))
def test_a_legal_answer_in_a_wrapping_is_read_back(wrapping: str, name: str, seed: int) -> None:
    ask = ASKS[name]
    answer = legal(ask, seed)
    for shape in forms(ask):
        said = as_asked(shape, answer)
        if wrapping in JSON_WRAPPINGS and not said.startswith(("{", "[")):
            said = json.dumps({"answer": answer})
        wrapped = {**WRAPPINGS, **JSON_WRAPPINGS}[wrapping](said)
        parsed = read(ask, shape, wrapped)
        assert same(parsed.answer, answer), (wrapped, parsed)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@quick
@given(seed=st.integers(0, 10**6))
def test_words_are_taken_out_of_a_wrapping_and_kept_whole(wrapping: str, seed: int) -> None:
    words = legal(TALK, seed)
    assume(not words.strip().startswith('"'))  # a reply that is one string in quotes is unquoted
    assert same(read(TALK, OFF, WRAPPINGS[wrapping](words)).answer, words.strip())


NOISE = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="{}[]\":,\\'`<>/ \n*abP1", max_size=80),
    st.lists(
        st.sampled_from(
            (
                *("{", "}", "[", "]", '"action"', ":", ",", '"text"', "null", "NaN", "```json\n"),
                *("\n```", "<think>", "</think>", "<answer>", "</answer>", "<|channel|>final"),
                *("<|message|>", "[TOOL_CALLS]", "<tool_call>", "Final answer:", "\\boxed{", "'"),
                *("SEND", "answer(", "=", ")", "\u201c", "\u201d", "//", "/*", "\\", "\ud800"),
            )
        ),
        max_size=25,
    ).map("".join),
)


@pytest.mark.parametrize("name", ["influence", "terrarium", "control", "social", "realism"])
@settings(quick, max_examples=150)
@given(text=NOISE)
def test_noise_is_a_named_forfeit_and_never_an_act(name: str, text: str) -> None:
    ask = ASKS[name]
    for shape in forms(ask):
        answer = read(ask, shape, text).answer
        assert isinstance(answer, Forfeit), (text, answer)
        assert answer.reason in FORFEITS


@pytest.mark.parametrize("name", ASKS)
def test_whatever_is_read_is_allowed_and_all_else_is_one_of_three_forfeits(name: str) -> None:
    ask = ASKS[name]
    for text in (*HOSTILE, *(piece * 500 for piece in PIECES)):
        for shape in forms(ask):
            answer, notes = read(ask, shape, text)
            assert all(len(note) <= 160 for note in notes)
            if isinstance(answer, Forfeit):
                assert answer.reason in FORFEITS
            else:
                assert ask.allows(answer)


@pytest.mark.parametrize("name", ["influence", "terrarium", "stance", "realism"])
@quick
@given(seed=st.integers(0, 10**6), cut=st.floats(0, 0.999))
def test_a_reply_that_is_cut_short_is_not_completed(name: str, seed: int, cut: float) -> None:
    ask = ASKS[name]
    shape = form(ask, "schema", "openai")
    said = as_asked(shape, legal(ask, seed))
    part = said[: max(1, int(len(said) * cut))]
    assert read(ask, shape, part).answer == Forfeit(MALFORMED)


PIECES = (
    *(
        "[",
        "{",
        "]",
        '{"a":',
        "```\n",
        "```json\n{\n",
        '"',
        '{"',
        "<think>",
        "</think>",
        "<answer>",
    ),
    *(
        "<think></think>",
        "<answer></answer>",
        "Final answer: ",
        "answer is ",
        "\\boxed{",
        "\\",
        "-",
    ),
    *(
        "1 ",
        "1,",
        "1,111",
        "9",
        "**",
        "`",
        "buy ",
        "not buy. ",
        "<tool_call>",
        "<parameter=a>",
        "{}",
    ),
    *("answer(a=", "[TOOL_CALLS]", "<|channel|>", "<|channel|>final<|message|>", "{'", "{\u201c"),
    *(
        "[1]",
        '{"action":"pull"}',
        "/*",
        "{/*",
        "SEND_PUBLIC: x\n",
        "- ",
        "{a:",
        '"x\n',
        "my ",
        "1/2/",
    ),
)


@pytest.mark.parametrize("piece", [*PIECES, "\n", " "])
def test_a_hostile_reply_costs_no_more_than_its_length(piece: str) -> None:
    """Ten times as long may take thirty times as long, on a busy machine; not a hundred."""

    def seconds(many: int) -> float:
        text = (piece * (many // len(piece)))[:-1] + "x"
        return min(once(text) for _ in range(3))

    def once(text: str) -> float:
        start = time.thread_time()
        for ask in (ACT, STANCE, LINES, TALK):
            read(ask, form(ask, "schema", "openai"), text)
        return time.thread_time() - start

    assert seconds(60_000) < 30 * seconds(6_000) + 0.2


def test_two_answers_are_none_unless_one_is_marked_as_final() -> None:
    one, other = json.dumps(legal(ACT, 1)), json.dumps(legal(ACT, 2))
    assert one != other
    assert read(ACT, OFF, f"{one} or {other}") == (Forfeit(MALFORMED), (SEVERAL,))
    assert read(ACT, OFF, f"{one} or {one}").answer == legal(ACT, 1)
    assert read(ACT, OFF, f"{one}\nFinal answer: {other}").answer == legal(ACT, 2)
    assert read(ACT, OFF, f"{one}\n<answer>{other}</answer>").answer == legal(ACT, 2)
    both = f"Final answer: {one}\nFinal answer: {other}"
    assert read(ACT, OFF, both) == (Forfeit(MALFORMED), (SEVERAL,))


def test_a_marked_answer_that_does_not_fit_is_not_passed_over_for_another() -> None:
    bad = '{"action": "pull", "beneficiary": "P9", "credit": null}'
    parsed = read(ACT, OFF, f"{json.dumps(legal(ACT, 1))} <answer>{bad}</answer>")
    assert parsed.answer == Forfeit(WRONG_SCHEMA)
    assert "beneficiary:no_option" in parsed.notes


def test_the_forfeit_of_a_reply_says_why_in_its_notes() -> None:
    assert read(STANCE, OFF, "7") == (Forfeit(WRONG_SCHEMA), ("out_of_range",))
    assert read(ACT, OFF, '{"a": 1, "a": 2}') == (Forfeit(MALFORMED), ("duplicate_key",))
    assert read(ACT, OFF, '{"action": "wave"}').notes == ("action:no_option",)
    assert "too_long" in read(Text(3), OFF, "four").notes
    assert read(ACT, OFF, " \n").answer == Forfeit(EMPTY)
    assert read(ACT, OFF, "<think>x</think>").answer == Forfeit(EMPTY)
    assert read(ACT, OFF, "<think>x").answer == Forfeit(MALFORMED)


def test_nothing_said_is_no_pass_in_a_grammar_that_reads_any_text_as_one() -> None:
    assert LINES.parse("I wait.").answer == [{"action": "pass"}]
    assert read(LINES, OFF, "I wait.").answer == Forfeit(MALFORMED)
    assert read(LINES, OFF, "pass").answer == [{"action": "pass"}]


@pytest.mark.parametrize(
    "text",
    [
        'She said "yes" and left.',
        '"Yes" is what she said, and "no" is what he said.',
        "```\nbetween fences\n```",
        "> a quotation\n\nand more",
        "I wrote <think> in the middle </think> of it",
        "Two tokens: <|im_start|>system and <|im_end|> at last",
        "{not json}",
        "[1] a list of notes",
    ],
)
def test_words_keep_the_quotes_fences_and_tags_that_belong_to_them(text: str) -> None:
    assert read(TALK, OFF, text) == (text, ()) or "<think>" in text
    assert "in the middle" not in text or read(TALK, OFF, text).answer == text


def test_asks_in_asks_are_read_too() -> None:
    assert read(Maybe(Number(0, 1)), OFF, "```json\nnull\n```").answer is None
    assert read(UpTo(3, Choose(("a", "b"))), OFF, 'I say ["A", "b"].').answer == ["a", "b"]
    assert read(UpTo(3, Choose(("a", "b"))), OFF, '["c"]').answer == Forfeit(WRONG_SCHEMA)
