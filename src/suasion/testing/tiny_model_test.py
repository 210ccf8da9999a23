"""The tiny model is the same bytes for everyone, and its server answers and ends."""

import json
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from suasion.core.asks import Json
from suasion.testing.tiny_model import USUAL, printable, tiny_server, token_of, tokens, write


def digest(path: Path, seed: int) -> str:
    write(path, seed)
    return sha256(path.read_bytes()).hexdigest()


def test_a_seed_is_always_the_same_small_model_and_another_seed_another(tmp_path: Path) -> None:
    first, second = digest(tmp_path / "a", 0), digest(tmp_path / "b", 0)
    assert first == second != digest(tmp_path / "c", 1)
    assert (tmp_path / "a").stat().st_size < 500_000


def test_every_byte_has_a_token_and_the_bias_names_those_that_do_not_print() -> None:
    assert len(tokens()) == len(set(tokens()))
    letters = tokens()[:256]
    assert letters[ord("a")] == "a"
    assert letters[ord(" ")] != " "
    forbidden = {int(token) for token, bias in printable().items() if bias < 0}
    assert sorted({*range(256)} - forbidden) == [b for b in range(32, 127) if b != ord("\\")]
    assert forbidden - set(range(256)) == {int(token_of("<|bos|>")), int(token_of("<|pad|>"))}
    assert printable(endless=True)[token_of("<|eos|>")] < 0


def test_the_server_answers_in_a_process_that_ends_with_its_context() -> None:
    with tiny_server(USUAL._replace(slots=1, context=1024)) as url:
        schema = {"type": "object", "properties": {"n": {"enum": [1, 2]}}, "required": ["n"]}
        form = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
        said = [{"role": "user", "content": "One or two?"}]
        body = {"messages": said, "response_format": form, "max_tokens": 200}
        answer = asked(f"{url}/chat/completions", {**body, "logit_bias": printable()})
        assert json.loads(answer["choices"][0]["message"]["content"])["n"] in (1, 2)
        assert answer["usage"]["prompt_tokens"] > 10
    with pytest.raises(URLError):
        asked(f"{url}/chat/completions", body)


def asked(address: str, body: Json) -> Json:
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)
