"""Replies that were given before: the same where all that matters is the same, and never else."""

import asyncio
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from suasion.models.cache import LARGEST, BadCache, Cache, key_of, usual_place
from suasion.models.faults import Fault
from suasion.models.model import Model
from suasion.models.request import Completion, Request, Usage

REPLY = Completion(
    "Yes \ud800 \x00 ü",
    reasoning="Because.",
    finish="stop",
    usage=Usage(10, 2, 4, None),
    logprobs=[{"token": "Yes", "logprob": -0.1}],
    served="m-1",
    beside={"id": "r-1"},
)


class Counting:
    """A client that counts what it is asked."""

    def __init__(self, reply: Completion | Fault = REPLY) -> None:
        self.reply, self.asked, self.closed = reply, 0, False

    async def complete(self, request: Request, seconds: float) -> Completion:
        self.asked += 1
        if isinstance(self.reply, Fault):
            raise self.reply
        return self.reply

    async def close(self) -> None:
        self.closed = True


def request(
    frame: bytes = b'{"model":"m"}', said: bytes = b'{"role":"user","content":"?"}'
) -> Request:
    model = Model("p/m", "m", "p", "host:443", "P_API_KEY", Counting())
    return Request(model, frame, [said], "?", 9)


def once(cache: Cache, client: Counting, asked: Request, place: str = "e") -> Completion:
    return asyncio.run(cache.of(client, place).complete(asked, 1))


def test_the_same_request_of_the_same_place_is_asked_once_and_marked(tmp_path: Path) -> None:
    file, client = tmp_path / "deep" / "replies.db", Counting()
    cache = Cache(file)
    assert once(cache, client, request()) == REPLY
    cache.close()
    again = once(Cache(file), client, request())
    assert client.asked == 1
    assert again == REPLY._replace(usage=Usage(0, 0), beside={"id": "r-1", "cached": True})


def test_all_that_matters_makes_another_request() -> None:
    base = request()
    others = [
        request(frame=b'{"model":"m","temperature":1}'),
        request(said=b'{"role":"user","content":"??"}'),
        base._replace(model=replace(base.model, host="other:443")),
        base._replace(model=replace(base.model, name="m2")),
        base._replace(model=replace(base.model, provider="q")),
    ]
    keys = [key_of(each, "a--r0 0 0") for each in (base, *others)]
    keys += [key_of(base, "a--r1 0 0"), key_of(base, "a--r0 1 0")]
    assert len(set(keys)) == len(keys)
    assert key_of(base, "x") == key_of(base._replace(told="said otherwise"), "x")


@pytest.mark.parametrize("outcome", ["empty", "truncated", "refused"])
def test_what_is_no_answer_is_asked_again(tmp_path: Path, outcome: str) -> None:
    client, cache = Counting(REPLY._replace(outcome=outcome)), Cache(tmp_path / "c")
    assert [once(cache, client, request()).outcome for _ in range(2)] == [outcome] * 2
    assert client.asked == 2


def test_a_fault_is_not_kept(tmp_path: Path) -> None:
    client, cache = Counting(Fault("server_error")), Cache(tmp_path / "c")
    for _ in range(2):
        with pytest.raises(Fault):
            once(cache, client, request())
    assert client.asked == 2


def test_a_reply_that_is_too_large_is_given_and_not_kept(tmp_path: Path) -> None:
    client, cache = Counting(REPLY._replace(text="x" * LARGEST)), Cache(tmp_path / "c")
    once(cache, client, request())
    once(cache, client, request())
    assert client.asked == 2


@pytest.mark.parametrize(
    "row",
    [
        *("", "{", "null", "[]", "{}", "9" * 5000, "[" * 9000, '{"text": 1}'),
        json.dumps({**REPLY._asdict(), "usage": [1, 2, 3]}),
        json.dumps({**REPLY._asdict(), "usage": ["1", 2, 3, 4]}),
        json.dumps({**REPLY._asdict(), "outcome": "refused"}),
        json.dumps({**REPLY._asdict(), "served": {}}),
        json.dumps({**REPLY._asdict(), "beside": 3}),
        json.dumps({**REPLY._asdict(), "more": 3}),
    ],
)
def test_a_row_that_nobody_wrote_is_no_hit(tmp_path: Path, row: str) -> None:
    client, cache = Counting(), Cache(tmp_path / "c")
    with sqlite3.connect(tmp_path / "c") as db:
        db.execute("INSERT INTO replies VALUES (?, ?)", (key_of(request(), "e"), row))
    db.close()
    assert once(cache, client, request()) == REPLY
    assert client.asked == 1


def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, and long enough to be looked at" * 10)
    with sqlite3.connect(tmp_path / "other") as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    (tmp_path / "link").symlink_to(tmp_path / "aside")
    os.mkfifo(tmp_path / "pipe")
    for name in ("text", "other", "link", "pipe"):
        with pytest.raises(BadCache, match="move it away"):
            Cache(tmp_path / name)
    assert not (tmp_path / "aside").exists()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = usual_place({"XDG_CACHE_HOME": str(tmp_path)})
    Cache(file).close()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert usual_place({"HOME": "/hers"}) == Path("/hers/.cache/suasion/replies.db")


def test_two_processes_may_use_one_cache(tmp_path: Path) -> None:
    one, other, client = Cache(tmp_path / "c"), Cache(tmp_path / "c"), Counting()
    once(one, client, request())
    once(other, client, request())
    once(other, client, request(), "f")
    once(one, client, request(), "f")
    assert client.asked == 2


def test_closing_closes_the_client_and_not_the_cache(tmp_path: Path) -> None:
    cache, client = Cache(tmp_path / "c"), Counting()
    asyncio.run(cache.of(client, "e").close())
    assert client.closed
    assert once(cache, client, request()) == REPLY
