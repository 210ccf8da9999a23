import asyncio
import json
from hashlib import sha256
from typing import Any

import aiohttp
import pytest

from suasion.core.asks import Choose, Json, Number, Record, Text
from suasion.models.form import TOOLS
from suasion.testing.dialects import DIALECTS, Dialect
from suasion.testing.http1 import Serving, in_process, in_thread
from suasion.testing.model_server import (
    ABSURD,
    CHAT,
    Refused,
    Usage,
    Ways,
    body_of,
    reply,
    serve,
    written_schema,
)

ASK = Record({"say": Text(60), "give": Number(0, 10, whole=True), "to": Choose(("P1", "P2"))})


def request(said: str = "Your turn.", **more: Json) -> bytes:
    """A request as a client would send it."""
    messages = [{"role": "system", "content": "Rules."}, {"role": "user", "content": said}]
    return json.dumps({"model": "m", **more, "messages": messages}).encode()


def held(schema: Json) -> dict[str, Json]:
    named = {"name": "answer", "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def test_the_same_bytes_get_the_same_reply_and_others_another() -> None:
    bodies = [request(str(turn), **held(ASK.schema())) for turn in range(30)]
    assert [reply(body) for body in bodies] == [reply(body) for body in bodies]
    assert len({reply(body).text for body in bodies}) == 30


@pytest.mark.parametrize("said", ["go", "and now?"])
def test_a_reply_fits_the_schema_that_the_request_holds_it_to(said: str) -> None:
    text = reply(request(said, **held(ASK.schema()))).text
    assert ASK.allows(json.loads(text or ""))


def test_a_tool_is_called_with_arguments_that_fit_it() -> None:
    tool = {"type": "function", "function": {"name": "act", "parameters": ASK.schema()}}
    said = reply(request(tools=[tool], tool_choice="required"))
    assert said.tool == "act"
    assert said.finish == "tool_calls"
    assert ASK.allows(json.loads(said.text or ""))


def test_a_tool_that_takes_anything_is_called_as_the_words_ask() -> None:
    words = f"Call the tool. Its argument answer follows this:\n{json.dumps(ASK.schema())}"
    said = reply(request(words, tools=TOOLS, tool_choice="required"))
    assert ASK.allows(json.loads(said.text or "")["answer"])


def test_without_a_schema_the_one_in_the_last_words_is_followed() -> None:
    said = reply(request(f'Not {{this}}. {{"a": 1}}. As {json.dumps(ASK.schema())}, please.'))
    assert ASK.allows(json.loads(said.text or ""))
    assert written_schema("nothing {here}") is None
    assert (reply(request("Just talk.")).text or "").replace(" ", "").isalpha()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"model": 3, "messages": []}', request(**held({"type": "colour"}))],
    ids=lambda body: body[:20],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        reply(body)


def test_a_reply_is_cut_at_the_tokens_that_were_allowed() -> None:
    whole, cut = (reply(request(max_tokens=most), Ways(size=400)) for most in (101, 10))
    assert (whole.finish, cut.finish) == ("stop", "length")
    assert len(cut.text or "") == 40
    assert cut.written == 10


def test_noise_is_the_share_of_replies_that_depend_on_the_seed() -> None:
    def differ(noise: float) -> int:
        pairs = (
            {reply(request(f"{turn}", seed=seed), Ways(noise=noise)).text for seed in (1, 2)}
            for turn in range(100)
        )
        return sum(len(pair) == 2 for pair in pairs)

    assert differ(0) == 0
    assert differ(1) > 90
    assert 55 < differ(0.5) < 95
    assert reply(request("x", seed=1), Ways(noise=0)).id == reply(request("x"), Ways(noise=0)).id


USAGES: dict[Usage, tuple[int, int] | None] = {
    "truthful": (100, 20),
    "absent": None,
    "zero": (0, 0),
    "absurd": (ABSURD, -1),
}


@pytest.mark.parametrize("usage", USAGES)
def test_tokens_are_told_as_was_chosen(usage: Usage) -> None:
    said = reply(request("x"))._replace(read=100, written=20)
    told = body_of(said, Ways(usage=usage)).get("usage")
    assert (told and (told["prompt_tokens"], told["completion_tokens"])) == USAGES[usage]


def test_twice_the_tokens_are_told_and_counted() -> None:
    said = reply(request("x"))
    told = body_of(said, Ways(times=2))["usage"]
    assert told["total_tokens"] == 2 * (said.read + said.written)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_the_same_in_its_own_form(dialect: Dialect) -> None:
    body = request(**held(ASK.schema()))
    whole = body_of(reply(body), Ways(dialect=dialect))
    assert whole["choices"][0]["message"]["content"] == reply(body).text
    assert len({json.dumps(body_of(reply(body), Ways(dialect=each))) for each in DIALECTS}) == 4


def test_log_probabilities_come_where_they_are_asked_for() -> None:
    said = reply(request("x", logprobs=True, top_logprobs=3))
    content = said.logprobs["content"]
    assert "".join(token["token"] for token in content) == said.text
    assert {len(token["top_logprobs"]) for token in content} == {3}
    assert reply(request("x")).logprobs is None


async def post(serving: Serving, *bodies: bytes) -> list[tuple[int, Any]]:
    """The answers to requests that are all under way at once."""
    async with aiohttp.ClientSession() as session:

        async def one(body: bytes) -> tuple[int, Any]:
            async with session.post(serving.url + CHAT, data=body) as answer:
                return answer.status, await answer.json()

        return await asyncio.gather(*map(one, bodies))


async def get(serving: Serving, path: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(serving.url + path) as answer:
        return await answer.json()


def test_it_counts_what_it_was_asked_by_the_bytes() -> None:
    one, other = request("one"), request("other")

    async def asked() -> Any:
        async with await serve(Ways(times=3)) as serving:
            await post(serving, one, one, other)
            return await get(serving, "/count")

    said = [reply(one), reply(one), reply(other)]
    assert asyncio.run(asked()) == {
        "requests": 3,
        "bodies": {sha256(one).hexdigest(): 2, sha256(other).hexdigest(): 1},
        "read": 3 * sum(each.read for each in said),
        "written": 3 * sum(each.written for each in said),
        "batches": [],
    }


def test_many_wait_at_the_same_time() -> None:
    async def asked() -> tuple[float, list[tuple[int, Any]]]:
        async with await serve(Ways(latency=0.3)) as serving:
            began = asyncio.get_running_loop().time()
            answers = await post(serving, *(request(str(turn)) for turn in range(50)))
            return asyncio.get_running_loop().time() - began, answers

    seconds, answers = asyncio.run(asked())
    assert 0.3 <= seconds < 3
    assert [status for status, _ in answers] == [200] * 50


def test_what_is_not_there_is_said_with_what_is() -> None:
    async def asked() -> tuple[Any, Any]:
        async with await serve() as serving:
            return await get(serving, "/v2/chat"), await get(serving, "/v1/models")

    missing, models = asyncio.run(asked())
    assert "POST /v1/chat/completions" in missing["error"]["message"]
    assert models["data"][0]["object"] == "model"


def test_a_server_in_a_thread_and_one_in_a_process_answer_alike() -> None:
    body = request("alike")

    def answer(url: str) -> Any:
        return asyncio.run(post(Serving(lambda *_: None, port=int(url.rpartition(":")[2])), body))

    with in_thread(serve) as serving:
        here = answer(serving.url)
    with in_process("suasion.testing.model_server") as url:
        there = answer(url)
    assert here == there == [(200, body_of(reply(body), Ways()))]


def test_a_body_that_comes_in_parts_and_a_request_behind_another_are_read() -> None:
    body = request("in parts")
    head = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)

    async def asked() -> bytes:
        async with await serve(Ways(latency=0.01)) as serving:
            reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
            for part in (head[:20], head[20:], body[:30], body[30:] + head + body):
                writer.write(part)
                await asyncio.sleep(0.01)
            answers = b""
            while answers.count(b"chatcmpl-") < 2:
                answers += await asyncio.wait_for(reader.read(65536), 5)
            writer.close()
            await writer.wait_closed()
            return answers

    assert asyncio.run(asked()).count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "head",
    [b"hello\r\n\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"]
    + [b"POST / HTTP/1.1\r\nContent-Length: " + n + b"\r\n\r\n" for n in (b"-1", b"9" * 20)],
)
def test_what_is_no_http_here_is_turned_away(head: bytes) -> None:
    async def asked() -> bytes:
        async with await serve() as serving:
            reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
            writer.write(head)
            answer = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            await writer.wait_closed()
            return answer

    assert asyncio.run(asked()).startswith(b"HTTP/1.1 400 ")
