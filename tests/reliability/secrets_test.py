"""R20: a planted key is found nowhere in anything written, and goes to no host but its own.

The server repeats the key that it is sent, in eight encodings, in everything it says: replies,
reasoning, errors, headers, pages that are no JSON. What is written and printed is then read byte
by byte, by a search that shares no code with what takes keys out; without the latter it finds them.
"""

import asyncio
import html
import json
import os
import re
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from aiohttp import web

CORE = "Zq3vR8tLw2XyB7nK0d5Hf"
KEY = f"sk-planted-{CORE}"
NAME = "PLANTED"


def encodings(key: str) -> list[str]:
    """A key as servers have been seen to repeat it."""
    return [
        key,
        b64encode(f"user:{key}".encode()).decode(),
        "".join(f"%{byte:02X}" for byte in key.encode()),
        "".join(f"\\u{ord(c):04x}" for c in key),
        f"{key[:17]}\n  {key[17:]}",
        f"https://user:{key}@host.example/v1",
        f"Authorization: Bearer {key}",
        f'Traceback (most recent call last):\n  headers={{"x-api-key": {quote(key)!r}}}',
    ]


def holds(content: bytes) -> list[str]:
    """How a key is in some bytes."""
    plain = content.decode("latin-1")
    coded = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), plain)
    ways = {
        "raw": plain,
        "URL": unquote(plain, "latin-1"),
        "JSON": coded,
        "HTML": html.unescape(plain),
        "split": re.sub(r"\s|\\n|\u200b", "", plain),
    }
    found = [name for name, text in ways.items() if CORE in text or CORE[:10] in text]
    parts = (b64encode(b"." * n + KEY.encode())[4:-6].decode() for n in range(3))
    if any(part in ways["split"] for part in parts) or KEY.encode().hex() in plain.lower():
        found.append("base64 or hex")
    return found


TURNS = (0, 0, 4, 0, 1, 0, 0, 2, 0, 0, 3, 0)
"""What follows what: mostly answers, as a server that mostly fails is asked ever more slowly."""


class Server:
    """A server that repeats what it is sent, and remembers it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.redirect: str | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def with_key(self) -> int:
        """How many requests held the key, or any other."""
        return sum(KEY in json.dumps(each) or "Authorization" in each for each in self.sent)

    async def met(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.sent.append({**request.headers, "path": request.path_qs, "model": body["model"]})
        if self.redirect:
            raise web.HTTPTemporaryRedirect(f"{self.redirect}/chat/completions")
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        echo = "\n".join(encodings(key)) if key else "no key"
        number = len(self.sent) - 1
        headers = {"X-Request-Id": " ".join(echo.split()), "Retry-After": "0"}
        first = body["max_tokens"] == 1
        return self._reply(0 if first else TURNS[number % len(TURNS)], echo, headers)

    def _reply(self, kind: int, echo: str, headers: Mapping[str, str]) -> web.Response:
        if kind == 1:
            error = {"error": {"message": f"failed: {echo}", "type": echo, "code": echo}}
            return web.json_response(error, status=500, headers=headers)
        if kind == 2:
            return web.Response(text=f"<html>{echo}</html>", content_type="text/html")
        if kind == 3:
            error = {"error": {"message": f"slow down, {echo}", "type": "rate_limit"}}
            return web.json_response(error, status=429, headers=headers)
        said = json.dumps({"action": "message", "to": "P2", "text": echo})
        message = {"role": "assistant", "content": echo if kind == 4 else said}
        choice = {"message": {**message, "reasoning_content": echo}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70}
        whole = {"id": echo, "model": echo, "system_fingerprint": echo, "choices": [choice]}
        return web.json_response({**whole, "usage": usage}, headers=headers)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Let it listen, in a thread of its own."""
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.met)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        return runner

    runner = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


STUDY = """\
name: planted
status: exploratory
question: Is a key kept?
expectation: Yes.
environment: influence
settings: {{size: {size}, rounds: {rounds}, slots: {rounds}}}
seats:
{seats}
replicates: 1
seed: 3
limits: {{deadline_s: 20}}
"""


class Place:
    """A folder of a user's, with their home in it, and what the program says there."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder, self.home = folder / "work", folder / "home"
        self.folder.mkdir(parents=True)
        (self.home / ".config" / "suasion").mkdir(parents=True)
        kept = ("PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")
        plain = {name: os.environ[name] for name in kept if name in os.environ}
        self.env = {**plain, "HOME": str(self.home), "NO_COLOR": "1", "COLUMNS": "200", **env}

    def config(self, text: str) -> None:
        (self.home / ".config" / "suasion" / "config.toml").write_text(text)

    def study(self, *seats: str, rounds: int = 1) -> Path:
        """A study of these seats, and a scripted one where there is only one."""
        held = [f"  - {{model: {seat}, max_tokens: 64, repair: 1}}" for seat in seats]
        held += ["  - policy/tit_for_tat"] * (len(seats) == 1)
        text = STUDY.format(size=len(held), rounds=rounds, seats="\n".join(held))
        file = self.folder / "study.yaml"
        file.write_text(text)
        return file

    def __call__(self, *words: str, code: int | None = 0) -> bytes:
        ran = subprocess.run(
            [sys.executable, "-m", "suasion", *words],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            timeout=120,
            check=False,
        )
        said = ran.stdout + ran.stderr
        assert code is None or ran.returncode == code, said.decode()
        return said

    def written(self) -> dict[str, bytes]:
        """Every file, also those that nobody lists, but the configuration."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}


COMMANDS: Sequence[tuple[str, ...]] = (
    ("status", "runs/planted"),
    ("status", "runs/planted", "--json"),
    ("show", "runs/planted", "main--r0"),
    ("show", "runs/planted", "main--r0", "--json"),
    ("show", "runs/planted", "main--r0", "--sent", "--json"),
    ("measure", "runs/planted", "--json", "--values", "--estimates"),
    ("export", "runs/planted", "--format", "jsonl"),
    ("check", "runs/planted"),
    ("check", "runs/planted", "--digest"),
    ("site", "runs/planted"),
    ("plan", "study.yaml"),
    ("plan", "study.yaml", "--json"),
    ("check", "study.yaml"),
)


def bound(place: Place, server: Server) -> None:
    """Bind the planted key to a server, in the user's own configuration."""
    place.config(f'[keys.mine]\nenv = "{NAME}"\nhosts = ["127.0.0.1:{server.port}"]\n')


def test_a_planted_key_is_in_nothing_that_is_written_or_printed(tmp_path: Path) -> None:
    place = Place(tmp_path, PLANTED=KEY)
    with serving(Server()) as server, watching(place.folder) as lines:
        bound(place, server)
        place.study(f"vllm/echo@{server.url}", rounds=3)
        said = {"run": place("run", "study.yaml", "--display", "plain", code=None)}
    said |= {" ".join(words): place(*words) for words in COMMANDS}
    assert server.with_key == len(server.sent) >= 12
    assert {*TURNS} == {0, 1, 2, 3, 4}
    found = {name: how for name, text in (said | place.written()).items() if (how := holds(text))}
    assert found == {}
    record = place.written()["runs/planted/record.db"]
    assert record.count(f"[key removed: {NAME}]".encode()) >= 40
    assert b"1 of 1 episodes are whole" in said["run"]
    assert NAME.encode() in said["plan study.yaml"]
    assert any("suasion" in line for line in lines)
    assert not any(holds(line.encode()) for line in lines)


@contextmanager
def watching(folder: Path) -> Iterator[set[str]]:
    """The command lines of every process that stands in a folder, which any user may read."""
    lines: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    if (process / "cwd").readlink() == folder:
                        lines.add((process / "cmdline").read_text("latin-1"))
                except OSError:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lines
    finally:
        done.set()
        thread.join(10)


UNREDACTED = """\
from suasion.models import keys
from suasion.models.redact import Redactor
keys.Keys.redactor = lambda self: Redactor({})
"""


def test_without_what_takes_keys_out_the_search_finds_them(tmp_path: Path) -> None:
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(UNREDACTED)
    place = Place(tmp_path, PLANTED=KEY, PYTHONPATH=str(tmp_path / "patch"))
    with serving(Server()) as server:
        bound(place, server)
        place.study(f"vllm/echo@{server.url}")
        place("run", "study.yaml", "--display", "plain")
    found = holds(place.written()["runs/planted/record.db"])
    assert set(found) == {"raw", "URL", "JSON", "HTML", "split", "base64 or hex"}


CRASHING = """\
import os
from suasion.cli import status
from suasion.models.openai import OpenAI
async def complete(self, request, seconds):
    raise RuntimeError("broken with " + os.environ["PLANTED"])
def opened(*_, **__):
    raise RuntimeError("broken with " + os.environ["PLANTED"])
OpenAI.complete, status.opened = complete, opened
"""


def test_what_nobody_foresaw_is_told_and_recorded_without_the_key(tmp_path: Path) -> None:
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(CRASHING)
    place = Place(tmp_path, PLANTED=KEY, PYTHONPATH=str(tmp_path / "patch"))
    with serving(Server()) as server:
        bound(place, server)
        place.study(f"vllm/x@{server.url}")
        said = [place("run", "study.yaml", code=None), place("status", "runs/planted", code=1)]
    assert b"Traceback" in said[1]
    assert all(b"broken with [key removed: PLANTED]" in each for each in said)
    assert not any(map(holds, (*said, *place.written().values())))


def test_the_search_finds_each_encoding_by_itself() -> None:
    assert holds(b"nothing of the kind, %20 \\u0041 &amp; c2stcGxhbnRlZA==") == []
    assert all(holds(b"before " + each.encode() + b" after") for each in encodings(KEY))


HOSTILE = (
    "openai/gpt-4o@{url}",
    "openai/gpt-5, base_url: '{url}'",
    "vllm/x@{url}",
    "planted/x@{url}",
    "groq/x@http://localhost:{port}/v1",
    "mistral/x@http://127.1:{port}/v1",
)
"""A base URL after the model and beside it; a local server's name; a provider that is named for a
variable; other spellings of the host."""


def test_a_hostile_study_and_its_run_take_no_key_away(tmp_path: Path) -> None:
    names = ("OPENAI", "VLLM", "PLANTED", "GROQ", "MISTRAL", "ANTHROPIC")
    place = Place(tmp_path, **{f"{name}_API_KEY": KEY for name in names}, PLANTED=KEY)
    with serving(Server()) as attacker:
        _lures(place, attacker)
        place.study(*(each.format(url=attacker.url, port=attacker.port) for each in HOSTILE))
        said = [place("plan", "study.yaml"), place("run", "study.yaml", code=None)]
        models = {each["model"] for each in attacker.sent}
        asked = len(attacker.sent)
        bound(place, attacker)
        said += [place(*words) for words in COMMANDS if words[0] in ("status", "check", "measure")]
        assert len(attacker.sent) == asked
    assert models == {"gpt-4o", "gpt-5", "x"}
    assert attacker.with_key == 0
    assert not any(map(holds, said))


def _lures(place: Place, attacker: Server) -> None:
    """What a stranger may have put beside a study, and in a run folder."""
    lure = "\n".join(
        f"{name}_BASE_URL={attacker.url}\n{name}_API_KEY=${{PLANTED}}"
        for name in ("OPENAI", "VLLM", "GROQ", "PLANTED")
    )
    run = place.folder / "runs" / "planted"
    for folder in (place.folder, run.parent):
        folder.mkdir(parents=True, exist_ok=True)
        for name in (".env", "keys.env", ".env.local"):
            (folder / name).write_text(f"{lure}\nSUASION_CONFIG=config.toml\n")
        (folder / "config.toml").write_text(
            f'[keys.x]\nenv = "PLANTED"\nhosts = ["127.0.0.1:{attacker.port}"]\n'
        )
        (folder / "suasion").mkdir()
        (folder / "suasion" / "config.toml").write_text((folder / "config.toml").read_text())


def test_an_env_file_that_lies_about_sends_a_study_nowhere(tmp_path: Path) -> None:
    """A study that names a model alone: the host is the provider's, whatever lies beside it."""
    place = Place(tmp_path, OPENAI_API_KEY=KEY, PLANTED=KEY)
    with serving(Server()) as attacker:
        _lures(place, attacker)
        place.study("openai/gpt-4o")
        told = json.loads(place("plan", "study.yaml", "--json"))
    assert attacker.sent == []
    assert "api.openai.com" in json.dumps(told["hosts"])
    assert str(attacker.port) not in json.dumps(told)
    assert "OPENAI_API_KEY" in json.dumps(told["variables"])
    assert KEY not in json.dumps(told)


def test_a_redirect_takes_no_key_to_another_host(tmp_path: Path) -> None:
    place = Place(tmp_path, PLANTED=KEY)
    with serving(Server()) as own, serving(Server()) as attacker:
        bound(place, own)
        own.redirect = attacker.url
        place.study(f"vllm/x@{own.url}")
        place("run", "study.yaml", code=None)
    assert own.with_key >= 1
    assert attacker.with_key == 0


KEYED = (
    f"openai/gpt-4o@https://user:{KEY}@host.example/v1",
    f"openai/gpt-4o@https://host.example/v1?api_key={KEY}",
    f"openai/{KEY}",
    f"{KEY}/gpt-4o@https://host.example/v1",
)


def test_a_key_in_a_study_is_refused_and_not_repeated(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.study(*map(repr, KEYED))
    for words in (("run", "study.yaml"), ("plan", "study.yaml"), ("check", "study.yaml")):
        said = place(*words, code=None)
        assert said.count(b"looks like a key") >= 1
        assert holds(said) == []
        assert b"Traceback" not in said
    file.unlink()
    assert not any(map(holds, place.written().values()))
