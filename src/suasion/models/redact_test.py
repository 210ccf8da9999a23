"""Keys are taken out of texts in every spelling, and ordinary text is left as it is."""

import html
import json
import pickle
import random
import subprocess
import sys
import time
from base64 import b32encode, b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.models.redact import Redactor, in_base64, traceback_of

KEY = "sk-proj-Zq3_vR8t/Lw2+XyB7nK0d5Hf=="
REDACT = Redactor({"OPENAI_API_KEY": KEY, "LOCAL": "none"})
REMOVED = "[key removed: OPENAI_API_KEY]"


def each(form: str) -> Callable[[str], str]:
    return lambda key: "".join(form.format(ord(c)) for c in key)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "userinfo": lambda key: f"https://user:{key}@host.example/v1",
    "header": lambda key: f"Authorization: Bearer {key}",
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64 after one byte": lambda key: b64encode(f"x{key}y".encode()).decode(),
    "base64 after two bytes": lambda key: b64encode(f"xx{key}yy".encode()).decode(),
    "base64 of basic auth": lambda key: "Basic " + b64encode(f"user:{key}".encode()).decode(),
    "base64 for URLs": lambda key: urlsafe_b64encode(f"?>{key}".encode()).decode(),
    "base64 in lines": lambda key: "\r\n".join(_lines(b64encode(key.encode()).decode())),
    "base64 in a URL": lambda key: quote(b64encode(key.encode()).decode(), safe=""),
    "hex": lambda key: key.encode().hex(),
    "HEX": lambda key: key.encode().hex().upper(),
    "hex in pairs": lambda key: key.encode().hex(":"),
    "hex of C": lambda key: ", ".join(f"0x{b:02X}" for b in key.encode()),
    "a URL": lambda key: quote(key, safe=""),
    "a URL twice": lambda key: quote(quote(key, safe=""), safe=""),
    "all of a URL": each("%{:02x}"),
    "all of A URL": each("%{:02X}"),
    "JSON": lambda key: json.dumps(key).replace("/", "\\/"),
    "JSON codes": each("\\u{:04x}"),
    "JSON CODES": each("\\u{:04X}"),
    "JSON in JSON": lambda key: json.dumps(json.dumps(each("\\u{:04x}")(key))),
    "JavaScript": each("\\u{{{:x}}}"),
    "Python": each("\\x{:02x}"),
    "octal": each("\\{:03o}"),
    "HTML": html.escape,
    "HTML numbers": each("&#{};"),
    "HTML hex numbers": each("&#x{:X};"),
    "spaces between": " ".join,
    "lines between": "\n".join,
    "escaped lines between": "\\n".join,
    "nothing seen between": "\u200b".join,
    "soft hyphens between": "\u00ad".join,
    "wide spaces between": "\u3000".join,
    "split in the middle": lambda key: f"{key[:9]}\n    {key[9:]}",
    "repr of bytes": lambda key: repr(key.encode()),
}


def _lines(text: str) -> list[str]:
    return [text[at : at + 10] for at in range(0, len(text), 10)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_key_is_taken_out(spelling: str) -> None:
    spelled = SPELLINGS[spelling](KEY)
    for before, after in (("", ""), ("before ", " after"), ('{"error":"', '"}')):
        told = REDACT(f"{before}{spelled}{after}")
        assert REMOVED in told
        assert told.startswith(before)
        assert spelled not in told
        assert not any(part in told for part in (*in_base64(KEY), KEY[:12], KEY[-12:]))


def test_at_most_a_few_characters_around_base64_go_with_it() -> None:
    told = REDACT(b64encode(f"twelve bytes{KEY} and more words".encode()).decode())
    before, after = told.split(REMOVED)
    assert b64encode(b"twelve bytes").decode().startswith(before)
    assert b64decode(after[-16:]).endswith(b"more words")
    assert len(before) >= 15


def test_all_keys_are_taken_out_and_a_longer_one_before_its_beginning() -> None:
    redact = Redactor({"A": "abcdefgh", "B": "abcdefgh12345678"})
    assert redact("abcdefgh12345678 abcdefgh") == "[key removed: B] [key removed: A]"


def test_a_short_word_is_no_key() -> None:
    assert REDACT("none of them") == "none of them"
    assert Redactor({"A": ""})("any text") == "any text"


def test_a_password_need_not_be_ascii() -> None:
    redact = Redactor({"PROXY": "пароль-и-ключ"})
    assert redact("é пароль-\u200bи-ключ é") == "é [key removed: PROXY] é"


def test_bytes_are_treated_alike_whatever_they_are() -> None:
    content = b"\xff\xfe" + KEY.encode() + b"\x80\xc3"
    assert REDACT.bytes(content) == b"\xff\xfe" + REMOVED.encode() + b"\x80\xc3"
    plain = b"\xff plain \xc3\x28"
    assert REDACT.bytes(plain) is plain
    zero_width = "\u200b".join(KEY).encode()
    assert REDACT.bytes(zero_width) == REMOVED.encode()


@given(st.text(max_size=200))
def test_text_without_a_key_is_left_as_it_is(text: str) -> None:
    assert REDACT(text) == text


@given(st.binary(max_size=100))
def test_bytes_without_a_key_are_left_as_they_are(content: bytes) -> None:
    assert REDACT.bytes(content) == content


@given(
    st.text(max_size=40),
    st.sampled_from(sorted(SPELLINGS)),
    st.sampled_from(sorted(SPELLINGS)),
    st.text(max_size=40),
)
def test_a_key_is_found_between_any_texts(before: str, one: str, two: str, after: str) -> None:
    spelled = [SPELLINGS[name](KEY) for name in (one, two)]
    told = REDACT(f"{before}|{spelled[0]}|{after}|{spelled[1]}|")
    assert told.count(REMOVED) >= 2
    assert not any(each in told for each in spelled)


def test_a_page_of_escapes_is_left_as_it_is() -> None:
    page = "100%25 of \\u00e9t\\u00e9 &amp; \\n\\t %20 \\x41 &#65; " * 50
    assert REDACT(page) == page


def test_hostile_text_takes_no_longer_than_its_length() -> None:
    draw = random.Random(3)
    pieces = (KEY[0], KEY[:9], " ", "\\", "%", "%25", "\\u00", "&#", "\u200b", KEY[:-1], "0x")
    pages = [each * 20_000 for each in pieces]
    pages.append("".join(draw.choices(pieces, k=20_000)))
    begun = time.process_time()
    for page in pages:
        REDACT(page)
        REDACT(page + each("%{:02x}")(KEY))
    assert time.process_time() - begun < 20


def test_a_traceback_is_told_without_the_key() -> None:
    try:
        raise ValueError(f"cannot ask with {KEY}") from OSError(f"https://u:{KEY}@h")
    except ValueError as error:
        told = traceback_of(error, REDACT)
    assert KEY not in told
    assert told.count(REMOVED) == 2
    assert "ValueError: cannot ask with" in told


CRASH = """
import sys, threading
from suasion.models.redact import Redactor, guard
if sys.argv[2] == "guarded":
    guard(Redactor({"A": sys.argv[1]}))
def fail():
    raise ValueError(f"of a thread: {sys.argv[1]}")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise ValueError(f"of the process: {sys.argv[1]}")
"""


@pytest.mark.parametrize("how", ["guarded", "unguarded"])
def test_what_ends_a_guarded_process_is_told_without_the_key(how: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CRASH, KEY, how], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "of the process" in ran.stderr
    assert "of a thread" in ran.stderr
    assert (KEY in ran.stderr) is (how == "unguarded")


def test_a_redactor_shows_and_writes_no_key() -> None:
    assert repr(REDACT) == "Redactor(OPENAI_API_KEY)"
    with pytest.raises(TypeError):
        pickle.dumps(REDACT)


def test_another_encoding_than_those_is_not_looked_for() -> None:
    """What is said to be found is found, and no more is said."""
    coded = b32encode(KEY.encode()).decode()
    assert REDACT(coded) == coded
