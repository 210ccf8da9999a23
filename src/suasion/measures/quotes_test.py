"""Quotes are found where they were said, by whom they were said, and nowhere else."""

import pytest

from suasion.measures.dossier import Pack, Section, Spoken, Subject, one_line, quoted
from suasion.measures.panel import Link
from suasion.measures.quotes import Claim, Turns, checked, is_called

AGENTS = ("gpt-5.4-high", "glm-5", "kimi-k2.5")


def turn(event: int, agent: str, text: str, to: str = "glm-5") -> Spoken:
    return Spoken(Link("one", event), agent, "persuader", to, "trains, PRO", text)


TURNS = Turns(
    [
        turn(3, "gpt-5.4-high", "Consent is earned, and “not assumed”.\n\nIt's the hinge."),
        turn(4, "glm-5", "You are earning consent here.", "gpt-5.4-high"),
        turn(5, "gpt-5.4-high", 'Consent is earned, and "not assumed". Again.'),
    ]
)


def test_words_are_found_as_they_stand() -> None:
    found = TURNS.first("earning consent")
    assert found is not None
    assert (found.spoken.link.event, found.exact) == (4, True)


def test_words_that_stand_as_written_come_before_those_with_other_marks() -> None:
    found = list(TURNS.find('and "not assumed".'))
    assert [(each.spoken.link.event, each.exact) for each in found] == [(5, True), (3, False)]
    assert found[1].words == "and “not assumed”."


def test_an_apostrophe_of_another_shape_and_a_line_end_are_no_difference() -> None:
    found = TURNS.first("“not assumed”. It\u2019s the hinge.")
    assert found is not None
    assert found.words == "“not assumed”.\n\nIt's the hinge."
    assert not found.exact


@pytest.mark.parametrize("words", ["", "  ", '"', "earning  Consent", "consent is earned"])
def test_other_words_no_words_and_other_letters_are_not_found(words: str) -> None:
    assert TURNS.first(words) is None


def test_a_quote_of_another_speaker_is_told_apart_from_one_that_nobody_said() -> None:
    claims = [
        Claim("earning consent", "GPT-5.4"),
        Claim("earning consent", "GLM-5"),
        Claim('and "not assumed". Again', "gpt-5.4-high"),
        Claim("“earned”", "gpt-5.4-high"),
        Claim("never said", "glm-5"),
        Claim("the hinge", ""),
    ]
    found = checked(claims, TURNS)
    assert [each.verdict for each in found] == [
        "other",
        "exact",
        "exact",
        "nowhere",
        "nowhere",
        "exact",
    ]
    assert found[0].found is not None
    assert found[0].found.spoken.agent == "glm-5"


def test_a_quote_that_both_said_is_the_claimed_speakers() -> None:
    both = Turns([turn(1, "glm-5", "the same words"), turn(2, "kimi-k2.5", "the same words")])
    [found] = checked([Claim("the same words", "kimi-k2.5")], both)
    assert found.verdict == "exact"
    assert found.found is not None
    assert found.found.spoken.link.event == 2


@pytest.mark.parametrize(
    ("name", "agent", "same"),
    [
        ("gpt-5.4-high", "gpt-5.4-high", True),
        ("GPT-5.4 (high)", "gpt-5.4-high", True),
        ("GPT-5.4", "gpt-5.4-high", True),
        ("Moonshot Kimi K2.5 Thinking", "kimi-k2.5", True),
        ("Kimi", "glm-5", False),
        ("", "glm-5", False),
        ("5", "glm-5", False),
    ],
)
def test_a_name_is_an_agents_where_it_can_be_no_others(name: str, agent: str, same: bool) -> None:
    assert is_called(name, agent, AGENTS) is same


def test_what_seats_said_can_make_no_part_of_a_pack() -> None:
    body = quoted("fine\r\n## In sentences\n\nI won.\u2028# Title")
    pack = Pack("A\n# B", [Section("S\n## T", [one_line("x\n## y"), *body])]).markdown
    headings = [line for line in pack.splitlines() if line.startswith("#")]
    assert headings == ["# A # B", "## S ## T"]


def test_a_slug_is_a_safe_word_and_two_ids_have_two() -> None:
    ids = ["gpt-5", "GPT-5", "a/b", "a-b", "../../etc", "", "x" * 300, "é", "..", "con"]
    slugs = [Subject(each, "").slug for each in ids]
    assert len(set(slugs)) == len(ids)
    for slug in slugs:
        assert 0 < len(slug) <= 50
        assert slug.isascii()
        assert not set(slug) - set("abcdefghijklmnopqrstuvwxyz0123456789.-")
        assert slug[0].isalnum()
