"""The page from which agents in other languages are written says what is sent, byte by byte."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from suasion.agents import hold
from suasion.agents.http import Away
from suasion.catalogue import kit
from suasion.core.asks import Choose, Forfeit
from suasion.core.chance import Chance, Seeded
from suasion.core.environment import Asked, Live, Turn
from suasion.core.play import Play
from suasion.environments.influence.rules import Influence
from suasion.models.foreign import Foreign
from suasion.models.model import Model
from suasion.models.registry import Models
from suasion.models.settings import Settings
from suasion.runner.episode import drive_async

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-an-agent-in-any-language.md"


def block(name: str) -> str:
    """A block of the page, by the file it is kept in."""
    found = re.search(
        rf"^```text file: {re.escape(name)}\n(.*?)^```$", PAGE.read_text(), re.M | re.S
    )
    assert found is not None
    return found[1].rstrip("\n")


class Line:
    """The line of the example."""

    brief = (
        "You are the chooser. One of two boxes, left or right, holds a prize. The sender sees it "
        "and names a box; then you open one."
    )
    told = "The sender names the left box.\nWhich box do you open: left or right?"
    name, episode = "chooser", "main--r0"
    files: Mapping[str, Any] = {}

    async def send(self, request: Any, name: str = "") -> Any:
        return await request.model.client.complete(request, 60.0)


@contextmanager
def recording(reply: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A port that takes one request, keeps its bytes and answers these."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                data = connection.recv(65536)
                while not data.endswith(b"}"):
                    data += connection.recv(65536)
                got.append(data)
                connection.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], got
        thread.join(5)


def test_the_exchange_on_the_page_is_what_is_sent_and_read() -> None:
    answered = block("reply.txt").replace("\n", "\r\n").encode()

    async def ask(port: int) -> Any:
        client = Foreign(f"http://127.0.0.1:{port}/agent")
        try:
            model = Model("agent/http@x", "http", "agent", "h", None, client)
            asked = Asked(3, 1, "", 0, Turn(Choose(("left", "right"))), (), Chance(Seeded(0)))
            return await Away(model, "boxes", Settings()).ask(asked, Line())  # type: ignore[arg-type]
        finally:
            await client.close()

    with recording(answered) as (port, got):
        reply = asyncio.run(ask(port))
    sent = got[0].decode().replace(f"127.0.0.1:{port}", "localhost:9000").replace("\r\n", "\n")
    assert sent == block("request.txt")
    assert reply.read.answer == "right"


def test_every_field_that_is_sent_is_in_the_table() -> None:
    body = json.loads(block("request.txt").partition("\n\n")[2])
    table = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.M)
    assert table[: len(body)] == list(body)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the page's agent")
def test_the_agent_on_the_page_plays(tmp_path: Path) -> None:
    (tmp_path / "agent.mjs").write_text(block("agent.mjs"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(shutil.which("node")), "agent.mjs", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as node:
        try:
            assert node.stdout is not None
            assert b"listening" in node.stdout.readline()
            episode = asyncio.run(play(f"http://127.0.0.1:{port}"))
        finally:
            node.kill()
    assert len(episode.decisions) == 8
    assert not [d for d in episode.decisions if isinstance(d.answer, Forfeit)]


async def play(url: str) -> Any:
    models = Models(env={"HOME": "/nonexistent"})
    try:
        seats = [hold(f"agent/http@{url}", kit("influence"), {}, lambda: models) for _ in range(2)]
        assert all(isinstance(seat, Live) for seat in seats)
        return await drive_async(Play(Influence(size=2, rounds=2, slots=2), 1), seats)
    finally:
        await models.close()
