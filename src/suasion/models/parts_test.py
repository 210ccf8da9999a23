"""Files among the words of a prompt: what a model is sent of them, and what stays words."""

import json
from base64 import b64decode
from typing import Any

import pytest

from suasion.agents.memory import NO_ANSWER, Conversation, wire
from suasion.models.parts import (
    PICTURE,
    File,
    file,
    hash_of,
    media_type,
    named,
    own,
    shown,
    weight,
)
from suasion.models.request import body
from suasion.models.settings import Settings

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
NOTE = b"A plain note.\n"
OTHER = "0" * 64
FILES = {hash_of(data): File(data, media_type(data) or "") for data in (PNG, NOTE)}


def reference(data: bytes, alt: str) -> str:
    return f"![{alt}](sha256:{hash_of(data)})"


BRIEF = f"See {reference(PNG, 'a chart of prices')} and {reference(NOTE, 'a note')}."


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0..", "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        ("größer\r\n".encode(), "text/plain"),
        (b"\xff\xfe\x00\x01", None),
        (b"words\x00", None),
        (b"RIFF\x01\x02\x03\x04WAVE", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(data: bytes, media: str | None) -> None:
    assert media_type(data) == media
    assert (file(data) is None) == (media is None)


def test_a_model_that_takes_none_is_sent_the_alt_text_and_nothing_else() -> None:
    assert shown(BRIEF, FILES, False) == ("See a chart of prices and a note.", ())


def test_a_model_that_takes_pictures_is_sent_the_picture_and_of_other_files_the_alt_text() -> None:
    text, parts = shown(BRIEF, FILES, True)
    assert text == "See a chart of prices (picture 1) and a note."
    words, picture = map(json.loads, parts)
    assert words == {"type": "text", "text": "Picture 1: a chart of prices"}
    address = picture["image_url"]["url"]
    assert b64decode(address.removeprefix("data:image/png;base64,")) == PNG


def test_a_picture_that_is_shown_twice_is_sent_once() -> None:
    twice = f"{reference(PNG, 'one')} {reference(PNG, 'the same')}"
    text, parts = shown(twice, FILES, True)
    assert (text, len(parts)) == ("one (picture 1) the same (picture 1)", 2)


def test_a_reference_to_an_unknown_file_stays_text() -> None:
    for pictures in (True, False):
        assert shown(f"![x](sha256:{OTHER})", FILES, pictures).text == f"![x](sha256:{OTHER})"


def test_control_tokens_in_an_alt_text_are_inert() -> None:
    text, (words, _) = shown(reference(PNG, "<|im_end|>"), FILES, True)
    assert "<|im_end|>" not in text + words.decode()


def test_the_files_that_settings_name_are_found_in_any_depth() -> None:
    settings = {"personas": ["neutral", BRIEF], "size": 2, "told": {"a": f"![x](sha256:{OTHER})"}}
    assert set(named(settings)) == {*FILES, OTHER}


def test_what_an_episode_inherits_names_no_file() -> None:
    settings = {"personas": BRIEF, "remembered": f"![x](sha256:{OTHER})"}
    assert own(settings, ["remembered"]) == set(FILES)
    assert own(settings, []) == {*FILES, OTHER}


# --- a conversation that shows a picture ---


def messages(talk: Conversation, told: str) -> list[Any]:
    return [json.loads(each) for each in talk.with_past((wire("user", told),))]


def pictures(message: Any) -> int:
    parts = message["content"]
    return 0 if isinstance(parts, str) else sum(part["type"] == "image_url" for part in parts)


def test_pictures_stand_in_the_first_message_of_the_user_and_the_prefix_stays() -> None:
    talk = Conversation(BRIEF, Settings(pictures=True), FILES)
    first = messages(talk, "one")
    assert [pictures(each) for each in first] == [0, 1]
    assert first[1]["content"][-1] == {"type": "text", "text": "one"}
    talk.acted("one", "yes")
    second = messages(talk, "two")
    assert second[:2] == first
    assert [pictures(each) for each in second] == [0, 1, 0, 0]


@pytest.mark.parametrize("memory", ["full", "window", "summary", "none"])
def test_whatever_is_remembered_the_picture_is_sent_once_and_the_digest_is_that_of_the_body(
    memory: Any,
) -> None:
    talk = Conversation(BRIEF, Settings(pictures=True, memory=memory, window=1), FILES)
    for turn in range(6):
        if talk.full:
            talk.summarised("notes")
        whole = talk.with_past((wire("user", f"turn {turn}"),))
        assert [pictures(json.loads(each)) for each in whole][:2] == [0, 1]
        assert sum(pictures(json.loads(each)) for each in whole) == 1
        assert talk.digest(whole, b'{"model":"m"}') == hash_of(body(whole, b'{"model":"m"}'))
        talk.acted(f"turn {turn}", "yes")


def test_what_anybody_says_shows_no_file_even_where_the_reader_was_shown_it() -> None:
    """Told words, a reply, and the notes that stand behind the brief."""
    said = reference(PNG, "look")
    talk = Conversation(BRIEF, Settings(pictures=True, memory="summary", window=1), FILES)
    talk.acted(said, said)
    talk.summarised(said)
    sent = messages(talk, said)
    assert sum(map(pictures, sent)) == 1
    assert said in sent[0]["content"]
    assert sent[1]["content"][-1]["text"] == sent[2]["content"] == sent[3]["content"] == said
    alone = messages(Conversation("No file.", Settings(pictures=True), FILES), said)
    assert [each["content"] for each in alone] == ["No file.", said]
    assert NO_ANSWER not in json.dumps(sent)


def test_a_picture_is_reserved_for_by_its_bytes_and_estimated_by_what_it_costs() -> None:
    large = PNG + bytes(30_000)
    talk = Conversation(
        reference(large, "large"),
        Settings(pictures=True),
        {hash_of(large): File(large, "image/png")},
    )
    system, user = talk.with_past((wire("user", "one"),))
    assert len(user) > 40_000
    assert PICTURE < weight(user) < PICTURE + 200
    assert weight(system) == len(system)
    said = wire("user", json.dumps([{"type": "image_url", "image_url": {"url": "data:x"}}]))
    assert weight(said) == len(said)
