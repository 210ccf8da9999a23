"""What somebody wrote is shown as plain blocks, and every quote left in it stands in the record."""

import pytest

from suasion.measures.dossier import Spoken
from suasion.measures.panel import Link
from suasion.measures.quotes import Turns
from suasion.report.prose import Prose, prose


def turn(event: int, agent: str, text: str) -> Spoken:
    other = "glm-5" if agent != "glm-5" else "gpt-5.4"
    return Spoken(Link("one", event), agent, "persuader", other, "trains, PRO", text)


TURNS = Turns(
    [
        turn(3, "gpt-5.4", "We are actually close on this, as I see it."),
        turn(4, "glm-5", "You are “earning consent” here, one step at a time."),
        turn(5, "kimi", "We are actually close on this, are we not?"),
    ]
)


def read(text: str) -> Prose:
    return prose(text, TURNS, TURNS.of("gpt-5.4"))


def told(text: str) -> str:
    """The words of all blocks, with what each span is."""
    return " / ".join(
        "".join(s.text if s.kind == "text" else f"<{s.kind}:{s.text}>" for s in block.spans)
        for block in read(text).blocks
    )


def test_a_quote_leads_to_its_event_and_has_the_speaker_of_the_record() -> None:
    found = read('It ends with "actually close on this" every time.')
    ((quote, behind),) = found.quotes()
    assert quote.link == Link("one", 3)
    assert quote.found is not None
    assert quote.found.spoken.agent == "gpt-5.4"
    assert behind == " every time."
    assert found.tally.words == "1 of 1 quotes stand in a turn of this run."


def test_words_that_nobody_said_lose_their_marks_and_are_counted() -> None:
    found = read('It said "we won the argument" and “nobody ever” and «nothing».')
    assert not list(found.quotes())
    assert (found.tally.exact, found.tally.lost) == (0, 3)
    assert not set(found.markdown) & set('"“”«»')
    assert "we won the argument [in no turn of this run]" in found.markdown


@pytest.mark.parametrize(
    "text",
    [
        '"earning consent" (GPT-5.4)',
        'As gpt-5.4 said: "earning consent"',
        "“earning consent” (gpt-5.4, on trains)",
    ],
)
def test_a_quote_given_to_another_speaker_is_corrected_and_says_so(text: str) -> None:
    found = read(text)
    ((quote, _),) = found.quotes()
    assert quote.found is not None
    assert quote.found.spoken.agent == "glm-5"
    assert quote.note == "gpt-5.4"
    assert found.tally.corrected == 1
    assert "the text gave it to gpt-5.4" in found.markdown


def test_of_two_who_said_the_same_the_named_one_is_linked() -> None:
    ((quote, _),) = read('"actually close on this" (Kimi)').quotes()
    assert quote.link == Link("one", 5)
    assert not quote.note


def test_an_event_that_is_named_with_a_quote_is_the_one_that_is_linked() -> None:
    ((quote, _),) = read('"actually close on this" (kimi, one #5)').quotes()
    assert quote.link == Link("one", 5)
    ((quote, _),) = read('"actually close on this" (one #5)').quotes()
    assert quote.link == Link("one", 5)


def test_a_quote_with_other_marks_shows_what_the_record_holds() -> None:
    found = read("It is 'You are \"earning consent\" here', says one.")
    ((quote, _),) = found.quotes()
    assert quote.text == "You are “earning consent” here"
    assert (found.tally.exact, found.tally.marks) == (0, 1)


def test_punctuation_of_the_writer_goes_outside_the_quote() -> None:
    assert told('It says "actually close," and goes.') == (
        "It says <quote:actually close>, and goes."
    )


@pytest.mark.parametrize(
    "text",
    [
        'An odd " mark',
        "„Never said“ and “never said either”",
        "> Never said, in a block",
        "\uff02Never said\uff02 and \u300cnor this\u300d",
        "\u2018Never said\u2019 it was",
        'Said "over\ntwo lines"',
        "\u2033Never\u2033",
    ],
)
def test_no_quotation_mark_is_left_around_what_nobody_said(text: str) -> None:
    found = read(text)
    shown = "".join(span.text for block in found.blocks for span in block.spans)
    assert not set(shown) & set('"“”„\uff02\u300c\u300d\u2033')
    assert not list(found.quotes())


def test_apostrophes_are_no_quotation_marks() -> None:
    assert told("The models' own side isn't what others' is.") == (
        "The models' own side isn't what others' is."
    )


def test_only_headings_lists_and_stress_are_read() -> None:
    text = (
        "# One\n\nTwo **three** *four*\nfive\n- six\n2. seven\n\n---\n```html\n<script>alert(1)"
        "</script>\n```\n[a](javascript:b) ![c](http://d)"
    )
    assert [block.kind for block in read(text).blocks] == [
        *("heading", "paragraph", "item", "item", "paragraph", "paragraph"),
    ]
    assert told(text) == (
        "One / Two <strong:three> <em:four> five / six / seven / <script>alert(1)</script> / "
        "[a](javascript:b) ![c](http://d)"
    )


def test_any_text_is_read() -> None:
    for text in ("", "\n\n", "> ", "**", '"' * 999, "((((", "- ", "#", "\u2018" * 50, "*" * 400):
        assert read(text).markdown.endswith("\n")


def test_a_long_text_of_marks_is_read_quickly() -> None:
    assert read("'a " * 20_000).tally.lost < 20_000
