"""Batches: collected, sent once, handed back one by one, and found again after a kill."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from suasion.models.batch_api import BatchEndpoint
from suasion.models.batch_ledger import Ledger
from suasion.models.batches import Batches
from suasion.models.faults import Fault
from suasion.models.keys import Secret
from suasion.models.model import Model, Price
from suasion.models.request import Completion, Request
from suasion.models.scripted import Scripted, valid
from suasion.models.session import session


def reply(text: str) -> dict[str, Any]:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    return {"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}


class Provider:
    """A batch endpoint in a few lines: what it is sent, and what comes of each request."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.keys: set[str | None] = set()
        self.looks_needed = 2
        self.ends = "completed"
        self.answer: Callable[[str, Any], dict[str, Any]] = self.echo
        self.fails: list[int] = []
        """Statuses of the next calls that fail."""
        self.fails_at: dict[str, list[int]] = {}
        """The same of calls whose method and path begin so; what was asked is done all the same."""
        self.why: list[dict[str, str]] = []
        """What is wrong with a batch."""

    def echo(self, call: str, body: Any) -> dict[str, Any]:
        said = reply(body["messages"][-1]["content"].upper())
        return {"custom_id": call, "response": {"status_code": 200, "body": said}, "error": None}

    async def handle(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers.get("Authorization"))
        if self.fails:
            status = self.fails.pop(0)
            return web.json_response({"error": {"message": f"no {status}"}}, status=status)
        place = f"{request.method} {request.path}"
        doomed = [statuses for at, statuses in self.fails_at.items() if place.startswith(at)]
        answer = await self.answered(request)
        if doomed and doomed[0]:
            status = doomed[0].pop(0)
            return web.json_response({"error": {"message": f"no {status}"}}, status=status)
        return answer

    async def answered(self, request: web.Request) -> web.Response:
        match request.method, request.path.removeprefix("/v1").split("/")[1:]:
            case "POST", ["files"]:
                form = await request.post()
                assert form["purpose"] == "batch"
                name = f"file-{len(self.files)}"
                self.files[name] = form["file"].file.read()  # type: ignore[union-attr]
                return web.json_response({"id": name})
            case "POST", ["batches"]:
                said = await request.json()
                name = f"batch-{len(self.batches)}"
                state = {"id": name, "status": "in_progress", "looks": 0, **said}
                self.batches[name] = state
                return web.json_response(state)
            case "GET", ["batches"]:
                return web.json_response({"data": list(self.batches.values())})
            case "GET", ["batches", name]:
                return web.json_response(self.looked(name))
            case "GET", ["files", name, "content"]:
                return web.Response(body=self.files[name])
        return web.Response(status=404)

    def looked(self, name: str) -> dict[str, Any]:
        batch = self.batches[name]
        batch["looks"] += 1
        if batch["looks"] == self.looks_needed:
            batch["status"] = self.ends
            batch["errors"] = {"data": self.why}
            lines = map(json.loads, self.files[batch["input_file_id"]].splitlines())
            ended = [self.answer(each["custom_id"], each["body"]) for each in lines]
            for kind, wrong in (("output", False), ("error", True)):
                found = [each for each in reversed(ended) if bool(each["error"]) == wrong]
                self.files[f"{kind}-{name}"] = b"\n".join(json.dumps(e).encode() for e in found)
                batch[f"{kind}_file_id"] = f"{kind}-{name}" if found else None
        return batch


@asynccontextmanager
async def serving(provider: Provider) -> AsyncIterator[Callable[..., Batches]]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    connections = session()
    made: list[Batches] = []

    def batches(file: Path, **more: Any) -> Batches:
        key = Secret("OPENAI_API_KEY", "sk-mine")
        endpoint = BatchEndpoint(f"http://127.0.0.1:{port}/v1", key, lambda: connections)
        given = {"linger": 0.01, "patience": 0.005, **more}
        made.append(Batches(endpoint, Ledger(file), **given))
        return made[-1]

    try:
        yield batches
    finally:
        for each in made:
            await each.close()
        await connections.close()
        await runner.cleanup()


def request(text: str) -> Request:
    model = Model("openai/m", "m", "openai", "h", None, Scripted(valid()))
    message = json.dumps({"role": "user", "content": text}).encode()
    return Request(model, b'{"model":"m"}', [message], text, 9)


async def asked(batches: Batches, *texts: str, seconds: float = 5) -> list[Any]:
    calls = [
        batches.of(f"e {number}").complete(request(text), seconds)
        for number, text in enumerate(texts)
    ]
    return list(await asyncio.gather(*calls, return_exceptions=True))


def test_calls_of_one_moment_go_out_as_one_batch(tmp_path: Path) -> None:
    provider = Provider()

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "a", "b", "c")

    replies = asyncio.run(play())
    assert [each.text for each in replies] == ["A", "B", "C"]
    assert replies[0].beside["batch"] is True
    assert replies[0].usage[:2] == (9, 1)
    assert len(provider.batches) == 1
    assert provider.keys == {"Bearer sk-mine"}
    lines = provider.files["file-0"].splitlines()
    first = json.loads(lines[0])
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"] == {"model": "m", "messages": [{"role": "user", "content": "a"}]}


def test_the_same_question_at_two_places_is_two_samples(tmp_path: Path) -> None:
    provider, drawn = Provider(), iter("12")
    echo = provider.echo
    provider.answer = lambda call, body: echo(call, {"messages": [{"content": next(drawn)}]})

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "same", "same")

    assert sorted(each.text for each in asyncio.run(play())) == ["1", "2"]


def test_a_batch_that_is_full_goes_out(tmp_path: Path) -> None:
    provider = Provider()

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l", most=2), *"abcde")

    assert [each.text for each in asyncio.run(play())] == list("ABCDE")
    assert [len(provider.files[f"file-{n}"].splitlines()) for n in range(3)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("ended", "name"),
    [
        ({"response": {"status_code": 400, "body": {"error": {"message": "no"}}}}, "bad_request"),
        ({"response": {"status_code": 500, "body": {}}}, "server_error"),
        ({"response": None, "error": {"code": "batch_expired", "message": "l"}}, "request_timeout"),
        ({"response": None, "error": {"code": "odd", "message": "l"}}, "error_body"),
        ({"response": None, "error": None}, "wrong_shape"),
        ({"response": {"status_code": 200, "body": {"choices": 3}}}, "wrong_shape"),
    ],
)
def test_each_call_has_its_own_fault(tmp_path: Path, ended: dict[str, Any], name: str) -> None:
    provider = Provider()
    echo = provider.echo

    def answer(call: str, body: Any) -> dict[str, Any]:
        good = body["messages"][-1]["content"] == "good"
        return echo(call, body) if good else {"custom_id": call, "error": None, **ended}

    provider.answer = answer

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "good", "bad")

    good, bad = asyncio.run(play())
    assert good.text == "GOOD"
    assert isinstance(bad, Fault)
    assert bad.name == name


@pytest.mark.parametrize(
    ("ends", "name"),
    [("failed", "bad_request"), ("expired", "request_timeout"), ("cancelled", "declined")],
)
def test_a_batch_that_ends_otherwise_is_a_fault_of_what_it_did_not_do(
    tmp_path: Path, ends: str, name: str
) -> None:
    provider = Provider()
    provider.ends = ends
    echo = provider.echo
    provider.answer = lambda call, body: (
        echo(call, body) if body["messages"][0]["content"] == "done" else {"error": {}, "x": 1}
    )

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "done", "left")

    done, left = asyncio.run(play())
    assert done.text == "DONE"
    assert left.name == name


@pytest.mark.parametrize(("status", "name"), [(401, "bad_key"), (429, "rate_limit"), (500, None)])
def test_what_goes_wrong_before_there_is_a_batch_is_a_fault_of_every_call(
    tmp_path: Path, status: int, name: str | None
) -> None:
    provider = Provider()
    provider.fails = [status]

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            made = batches(tmp_path / "l")
            first = await asked(made, "a", "b")
            return [*first, *await asked(made, "a", "b")]

    one, two, *again = asyncio.run(play())
    assert {one.name, two.name} == {name or "server_error"}
    assert [each.text for each in again] == ["A", "B"]
    assert len(provider.batches) == 1


def test_a_look_that_fails_is_tried_again(tmp_path: Path) -> None:
    provider = Provider()
    provider.looks_needed = 10

    async def play() -> Completion:
        async with serving(provider) as batches:
            waits = asyncio.create_task(asked(batches(tmp_path / "l"), "a"))
            while not provider.batches:
                await asyncio.sleep(0.005)
            provider.fails = [500, 503]
            [only] = await waits
            assert isinstance(only, Completion)
            return only

    assert asyncio.run(play()).text == "A"


@pytest.mark.parametrize("lines", [1, 2], ids=["before it has a name", "after"])
def test_a_killed_run_finds_its_batch_again(tmp_path: Path, lines: int) -> None:
    provider, file = Provider(), tmp_path / "l"
    provider.looks_needed = 5

    async def killed() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(file), "a", "b", seconds=1.0)

    async def again() -> list[Any]:
        async with serving(provider) as batches:
            made = batches(file)
            return [*await asked(made, "a", "b"), *await asked(made, "c")]

    provider.looks_needed = 10**6
    assert {each.name for each in asyncio.run(killed())} == {"deadline"}
    written = file.read_bytes().split(b"\n\n")
    file.write_bytes(b"\n\n".join(written[:lines]) + b'\n{"mark": "cut sho')
    provider.looks_needed = max(batch["looks"] for batch in provider.batches.values()) + 2
    replies = asyncio.run(again())
    assert [each.text for each in replies[:2]] == ["A", "B"]
    assert len(provider.batches) == 2, "one for the new call alone"
    newest = provider.batches["batch-1"]["input_file_id"]
    assert len(provider.files[newest].splitlines()) == 1


def test_a_batch_that_was_intended_and_never_made_is_made(tmp_path: Path) -> None:
    provider, file = Provider(), tmp_path / "l"

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            provider.fails = [503]
            await asked(batches(file), "a", "b")
            return await asked(batches(file), "a", "b")

    assert [each.text for each in asyncio.run(play())] == ["A", "B"]
    assert len(provider.batches) == 1


@pytest.mark.parametrize(
    "content",
    [b"\x00\xff", b"[]\nnull\n{}", b'{"mark": "../x", "calls": ["a"]}', b"{" * 9000, b"9" * 5000],
)
def test_a_ledger_of_strangers_is_read_as_far_as_it_is_one(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "l"
    file.write_bytes(content)
    assert Ledger(file).batches == []
    made = Ledger(file).intend(["a"])
    with pytest.raises(ValueError, match="is called"):
        Ledger(file).named(made.mark, "../../secrets")
    assert [each.batch for each in Ledger(file).batches] == [None]


def test_a_ledger_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "l").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="l"):
        Ledger(tmp_path / "l")
    assert not (tmp_path / "elsewhere").exists()


def test_the_price_is_half() -> None:
    assert Price(2, 8, 1, "2026-01-01").by_batch == Price(1, 4, 0.5, "2026-01-01")
    assert Price(2, 8).by_batch.cached is None


def test_a_call_does_not_wait_for_ever_while_others_come(tmp_path: Path) -> None:
    provider = Provider()

    async def play() -> None:
        async with serving(provider) as batches:
            made = batches(tmp_path / "l", linger=0.1, longest=0.2)
            waits: list[asyncio.Task[Completion]] = []
            while not waits or not waits[0].done():
                waits.append(
                    asyncio.create_task(made.of(f"{len(waits)}").complete(request("a"), 5))
                )
                assert len(waits) < 40, "it still waits for more"
                await asyncio.sleep(0.05)
            await asyncio.gather(*waits)

    asyncio.run(play())
    assert len(provider.batches) > 1


def test_a_batch_whose_making_was_not_heard_of_is_not_made_again(tmp_path: Path) -> None:
    provider = Provider()
    provider.fails_at = {"POST /v1/batches": [503]}

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "a", "b")

    assert [each.text for each in asyncio.run(play())] == ["A", "B"]
    assert len(provider.batches) == 1


def test_results_that_cannot_be_fetched_at_once_are_not_asked_for_in_another_batch(
    tmp_path: Path,
) -> None:
    provider = Provider()
    provider.fails_at = {"GET /v1/files": [500, 429]}

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "a", "b")

    assert [each.text for each in asyncio.run(play())] == ["A", "B"]
    assert len(provider.batches) == 1


def test_what_a_batch_lost_is_asked_again_by_whoever_goes_on(tmp_path: Path) -> None:
    provider = Provider()
    provider.ends = "failed"
    provider.answer = lambda _, __: {"error": {}, "x": 1}

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            first = await asked(batches(tmp_path / "l"), "a")
            provider.ends, provider.answer = "completed", provider.echo
            return [*first, *await asked(batches(tmp_path / "l"), "a")]

    lost, answered = asyncio.run(play())
    assert lost.name == "bad_request"
    assert answered.text == "A"


def test_what_another_worker_asked_and_died_of_is_found_while_this_one_goes_on(
    tmp_path: Path,
) -> None:
    provider = Provider()

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            one, other = batches(tmp_path / "l", patience=1000), batches(tmp_path / "l")
            waits = asyncio.create_task(asked(one, "a", "b", seconds=0.2))
            while not provider.batches:
                await asyncio.sleep(0.005)
            await one.close()
            replies = await asked(other, "a", "b")
            await waits
            return replies

    assert [each.text for each in asyncio.run(play())] == ["A", "B"]
    assert len(provider.batches) == 1


def test_a_batch_that_is_gone_is_asked_anew(tmp_path: Path) -> None:
    provider, file = Provider(), tmp_path / "l"
    provider.looks_needed = 10**6

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            await asked(batches(file), "a", seconds=0.05)
            provider.fails_at = {"GET /v1/batches/batch-0": [404] * 99}
            provider.looks_needed = 1
            return await asked(batches(file), "a")

    assert [each.text for each in asyncio.run(play())] == ["A"]
    assert len(provider.batches) == 2


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("token_limit_exceeded", "rate_limit"),
        ("billing_hard_limit_reached", "quota"),
        ("model_not_found", "unknown_model"),
        ("mismatched_model", "bad_request"),
    ],
)
def test_a_batch_that_is_refused_says_why_by_name(tmp_path: Path, code: str, name: str) -> None:
    provider = Provider()
    provider.ends, provider.why = "failed", [{"code": code, "message": "No."}]
    provider.answer = lambda _, __: {"error": {}, "x": 1}

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "a")

    [fault] = asyncio.run(play())
    assert (fault.name, fault.said) == (name, f"[{code}] No.")


def test_an_endpoint_that_takes_no_batches_says_what_to_do(tmp_path: Path) -> None:
    provider = Provider()
    provider.fails = [404]

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            return await asked(batches(tmp_path / "l"), "a")

    [fault] = asyncio.run(play())
    assert fault.name == "bad_request"
    assert "leave `batch` out" in fault.said


def test_a_ledger_that_cannot_be_written_is_a_fault_and_nothing_is_sent(tmp_path: Path) -> None:
    provider = Provider()

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            made = batches(tmp_path / "gone" / "l")
            return await asked(made, "a")

    [fault] = asyncio.run(play())
    assert fault.name == "unrecognised"
    assert provider.files == {}


def test_nobody_waits_for_batches_that_are_stopped(tmp_path: Path) -> None:
    provider = Provider()
    provider.looks_needed = 10**6

    async def play() -> list[Any]:
        async with serving(provider) as batches:
            made = batches(tmp_path / "l")
            waits = asyncio.create_task(asked(made, "a", "b"))
            while not provider.batches:
                await asyncio.sleep(0.005)
            made.stop(lambda: LookupError("stopped"))
            return [*await waits, *await asked(made, "c")]

    assert [str(each) for each in asyncio.run(play())] == ["stopped"] * 3
    assert len(provider.batches) == 1
