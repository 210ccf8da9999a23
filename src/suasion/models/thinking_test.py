import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.models.thinking import apart


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("<think>they bluff</think>\n\n{}", "they bluff", "{}"),
        ("\n<think>\n\n</think>\n\nyes", "", "yes"),
        ("<thinking>a\nb</thinking>yes", "a\nb", "yes"),
        ("[THINK]a[/THINK]yes", "a", "yes"),
        ("◁think▷a◁/think▷yes", "a", "yes"),
        ("they bluff.\n</think>\n\nyes", "they bluff.", "yes"),
        ('they bluff.</think>{"a":1}', "they bluff.", '{"a":1}'),
        ("<think>never ends", "never ends", ""),
    ],
)
def test_reasoning_is_told_apart_from_the_answer(text: str, thought: str, answer: str) -> None:
    found = apart(text)
    assert found.answer.strip() == answer
    assert thought in (found.thought or "")
    assert found.thought is not None


@pytest.mark.parametrize(
    "text",
    [
        *("", "yes", "a < b", "{}", '{"text":"so they write </think> and go on"}'),
        '{"text":"to think, or not to\\n</think>{no}"}',
        *('[{"text":"<think>"}]', '```json\n{"a":"</think>\\n"}\n```', "I wrote </think> to you."),
        *("<b>yes</b>", "analysis of this: no", "[maybe] yes", "1 <think> 2 </think> 3"),
    ],
)
def test_words_that_only_quote_a_mark_are_left_alone(text: str) -> None:
    assert apart(text) == (None, text)


@given(st.lists(st.sampled_from(["<think>", "</think>", "\n", "{", "yes", "[THINK]", " "])))
def test_any_text_is_told_apart(parts: list[str]) -> None:
    text = "".join(parts)
    thought, answer = apart(text)
    assert answer == text if thought is None else answer in text
