"""R13: any value a model, a person, a study or a log can bring is kept exactly or refused by name.

Every hostile value is put into every field that takes it, and must come back the same.
"""

import asyncio
import json
import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from suasion.agents.memory import wire
from suasion.core.asks import Forfeit, same
from suasion.core.chance import Draw
from suasion.core.episode import Decision, Episode, Header
from suasion.core.events import EVERYONE, Event
from suasion.measures.filed import Filed, Held
from suasion.measures.imported import BadLine, Imported
from suasion.models.faults import Fault
from suasion.models.model import Model
from suasion.models.neutral import neutral
from suasion.models.request import Completion, Request
from suasion.models.scripted import Scripted, valid
from suasion.runner.frames import Arrived, FromWorker, Leaving, Unanswered
from suasion.runner.line import Back
from suasion.runner.recorder import Recorder, Runner
from suasion.store import values as store_values
from suasion.store.attempts import Came, Left
from suasion.store.folder import manifest_bytes, new_manifest, put
from suasion.store.planned import Plan
from suasion.store.run import Run, open_run
from suasion.store.values import Unstorable
from suasion.store.writer import Writer

Fill = Callable[[Any], Filed]


def texts() -> Iterator[str]:
    """Text that has broken stores, pages, terminals or parsers somewhere."""
    yield from ("", " ", "\0", "a\0b", "\0" * 1000, "\ud800", "\udfff", "a\ud800b", "\udcff\ud83d")
    yield from (
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\ufeffa",
        "\ufffe",
    )
    yield from (
        "\x1b[31m",
        "\x1b]8;;x\x07",
        "\u202e",
        "\u2028",
        "\u2029",
        "\x7f",
        "\x80",
        "\r\n",
        "\n",
    )
    yield from (
        "'; DROP TABLE episodes; --",
        '"',
        "'",
        "`",
        "%s",
        "{0}",
        "$(id)",
        "../../etc/passwd",
    )
    yield from (
        "<script>alert(1)</script>",
        "]]>",
        "--><!--",
        "&lt;",
        "null",
        "NaN",
        "true",
        "0",
        "-0",
    )
    yield from ("[" * 100_000, "{" * 100_000, '{"a":' * 50_000, "9" * 5_000, "1e999", "-" * 10_000)
    yield from (
        "é",
        "e\u0301",
        "\u00df",
        "\u0130",
        "ﬀ",
        "\U0001d518",
        "\U0010ffff",
        "👩‍👩‍👧",
        "\u0627",
        "ไทย",
        "Ω" * 5_000,
    )
    yield from ("a" * 1_000_000, "\ud800" * 100_000, "é" * 300_000, "x" * (store_values.LIMIT + 1))
    yield from ("everyone", ">", "a>b", "=cmd()", "+1", "@x", "\t", "CON", "a" * 300, "." * 3, "/")
    yield from (chr(code) for code in range(1, 32))
    yield from (f"a{chr(code)}b" for code in range(0xD800, 0xE000, 0x80))
    yield from (f"{{{word}}}" for word in ("answer", "forfeit", "$ref", "__proto__", "constructor"))
    yield from ("x" * size for size in (255, 256, 4095, 4096, 8191, 8192, 65_535, 65_536))
    yield from (
        chr(code) for code in (0x85, 0xA0, 0xAD, 0x200B, 0x200D, 0x2066, 0xE000, 0xFFF9, 0xFFFF)
    )
    yield from (f'{{"answer": {number}}}' for number in (2**63, 2**64, -(2**63) - 1, 1e308))
    yield from ("\ud83d" + "\0" + "\ude00", "ﷺ" * 100, "\u0300" * 500, "a\u0000\ud800\n'\"")


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def numbers() -> Iterator[Any]:
    """Numbers and structures that JSON, SQLite or Python treat each in their own way."""
    for power in (31, 32, 53, 62, 63, 64, 65, 100, 1000):
        yield from (2**power, 2**power - 1, -(2**power), -(2**power) - 1)
    yield from (10**4299, 10**5000, 0, -1, 0.0, -0.0, 1.0, 0.1, 1e16, 1e-5, 5e-324, 1.7e308)
    yield from (float("nan"), float("inf"), float("-inf"), True, False, None, [], {}, [[]], [{}])
    yield from (
        deep(10),
        deep(100),
        deep(100_000),
        {"": ""},
        {"\ud800": "\0"},
        {"a\0": 1},
        [None] * 100,
    )
    yield from ([float("nan")], {"x": float("inf")}, {"answer": 1, "forfeit": 2}, list(range(1000)))


TEXTS, NUMBERS = list(texts()), list(numbers())
EVENT = Event("said", 0, {"text": "x"}, (0, 1), {"meant": 1})
DECISION = Decision(0, 0, "", 0, {"action": "x"}, "x", ("note",), (Draw("0/a", 1, 2, (), 0),))


def episode(**changed: Any) -> Episode:
    plain = Episode(
        Header("influence", "1", {"size": 3}, 7),
        (DECISION,),
        (Draw("order", [1, 0], 2, EVERYONE, 0),),
        (EVENT,),
        (1.0, 0.0),
        {"scores": [1, 0]},
    )
    return replace(plain, **changed)


def plain(changed: Episode | None = None, **fields: Any) -> Filed:
    seats = [Held("P1", "policy/grim", "focal", "Rules."), Held("P2", None)]
    return Filed("one", changed or episode(), fields.pop("seats", seats), **fields)


def seat(**changed: Any) -> list[Held]:
    return [replace(Held("P1", "policy/grim", "focal", "Rules."), **changed)]


def decided(**changed: Any) -> Filed:
    return plain(episode(decisions=(DECISION._replace(**changed),)))


def happened(**changed: Any) -> Filed:
    return plain(episode(events=(EVENT._replace(**changed),)))


def channelled(value: Any) -> Header:
    return Header("x", "1", {}, 1, "seeded", ({"name": value},))


TEXT_FIELDS: dict[str, Fill] = {
    "episode id": lambda text: replace(plain(), id=text),
    "arm": lambda text: plain(arm=text),
    "seat name": lambda text: plain(seats=seat(name=text)),
    "agent": lambda text: plain(seats=seat(agent=text)),
    "role": lambda text: plain(seats=seat(role=text)),
    "brief": lambda text: plain(seats=seat(brief=text)),
    "raw reply": lambda text: decided(raw=text),
    "note": lambda text: decided(notes=(text,)),
    "forfeit": lambda text: decided(answer=Forfeit(text)),
    "name of an aside": lambda text: decided(aside=text),
    "name of a draw": lambda text: plain(episode(draws=(Draw(text, 1, 2, (), 0),))),
    "kind of an event": lambda text: happened(kind=text),
    "environment": lambda text: plain(episode(header=Header(text, "1", {}, 1))),
    "version": lambda text: plain(episode(header=Header("x", text, {}, 1))),
    "source": lambda text: plain(episode(header=Header("x", "1", {}, 1, text))),
    "block": lambda text: plain(block=text),
    "chain": lambda text: plain(chain=text, link=3),
}
"""Where text stands as it is; values of any kind, text among them, stand in the others."""
ANY_FIELDS: dict[str, Fill] = {
    "answer": lambda value: decided(answer=value),
    "meant": lambda value: decided(meant={"promise": value}),
    "value of a draw": lambda value: plain(episode(draws=(Draw("a", value, 2, (), 0),))),
    "data of an event": lambda value: happened(data={"text": value}),
    "truth of an event": lambda value: happened(truth={"meant": value}),
    "settings": lambda value: plain(episode(header=Header("x", "1", {"personas": value}, 1))),
    "payoff": lambda value: plain(episode(payoffs=(value,))),
    "outcome": lambda value: plain(episode(outcome={"scores": value})),
    "carry": lambda value: plain(episode(carry=value)),
    "kept": lambda value: plain(kept={"header": value}),
    "channels": lambda value: plain(episode(header=channelled(value))),
    "delivery": lambda value: plain(episode(changed=([0, 1, [[1, 0, {"text": value}]]],))),
    "answers of a group": lambda value: decided(answer=[value, 1], seats=(0, 1)),
    "origin": lambda value: plain(origin={"edit": value}),
}
Corpus = list[Any]
WHOLE: Corpus = [number for number in NUMBERS if type(number) is int]
FIELDS: dict[str, tuple[Fill, Corpus]] = {
    **{name: (fill, TEXTS) for name, fill in TEXT_FIELDS.items()},
    **{name: (fill, [*TEXTS, *NUMBERS]) for name, fill in ANY_FIELDS.items()},
    "seed": (lambda n: plain(episode(header=Header("x", "1", {}, n))), WHOLE),
    "replicate": (lambda n: plain(replicate=n), [n for n in WHOLE if abs(n) < 2**63]),
}


def kept(folder: Path, filed: list[Filed]) -> list[Filed | Unstorable]:
    """What a run gives back of episodes filed one by one, or the refusals."""
    folder.mkdir()
    put(folder / "manifest.json", manifest_bytes(new_manifest("import", environment="x")))
    writer, refusals = Writer(folder), dict[int, Unstorable]()
    writer.file(Imported([]))
    try:
        for number, one in enumerate(filed):
            try:
                writer.file(Imported([one]))
            except Unstorable as refusal:
                refusals[number] = refusal
        writer.start()
        writer.close()
    finally:
        writer.abandon()
    found = open_run(folder).all()
    return [refusals[number] if number in refusals else next(found) for number in range(len(filed))]


def told(filed: Filed) -> list[Any]:
    """Everything that a run keeps of an episode, as it would be compared."""
    seats = [list(vars(held).values()) for held in filed.seats]
    design = [filed.block, filed.chain, filed.link, filed.origin]
    return [filed.id, filed.arm, filed.replicate, seats, filed.kept, *design]


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    assert len(TEXTS) + len(NUMBERS) >= 200
    assert len(FIELDS) >= 18


@pytest.mark.parametrize("name", FIELDS)
def test_a_hostile_value_is_kept_exactly_or_refused_by_name(name: str, tmp_path: Path) -> None:
    fill, corpus = FIELDS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    filed = [replace(fill(value), id=f"number {at}") for at, value in enumerate(corpus)]
    if name == "episode id":
        filed = [fill(value) for value in corpus]
    refused = 0
    for was, found, value in zip(filed, kept(tmp_path / "run", filed), corpus, strict=True):
        if isinstance(found, Unstorable):
            assert repr(was.id[:80]) in str(found)
            refused += 1
            continue
        assert not found.damaged, repr(value)[:80]
        assert same(found.episode.to_json(), was.episode.to_json()), repr(value)[:80]
        assert told(found) == told(was)
    assert refused <= len(corpus) // 10
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown <= 64 * 1024, f"{grown:,} KiB"


REFUSED = {"nan": float("nan"), "infinity": float("inf"), "digits": 10**5000, "deep": deep(100_000)}


@pytest.mark.parametrize("name", REFUSED)
def test_what_json_cannot_hold_is_refused(name: str, tmp_path: Path) -> None:
    [found] = kept(tmp_path / "run", [happened(data={"x": REFUSED[name]})])
    assert isinstance(found, Unstorable)


def test_words_told_and_replies_are_kept_one_by_one(tmp_path: Path) -> None:
    sizes = [text for text in TEXTS if len(text) <= store_values.LIMIT]
    seats = [Held("P1", "awaited/grim")]
    plans = [Plan(str(at), "arm", 0, 1, "smoke", "x", "1", {}, seats) for at in range(len(sizes))]
    put(tmp_path / "manifest.json", manifest_bytes(new_manifest("study", environment="x")))
    writer = Writer(tmp_path)
    writer.plan(plans)
    writer.start()
    for number, text in enumerate(sizes, 1):
        column = store_values.stored(text)
        row = (number, 0, 0, "", 0, '"x"', None, column, None, None, None, None)
        writer.leaving(number, [], (0, 0, "", 0), column)
        writer.arrived(number, [row], (0, 0, "", 0), Came("answered", 0.5))
        assert writer.commit() == {}
    writer.close()
    run = open_run(tmp_path)
    for name, text in zip(run.ids(), sizes, strict=True):
        assert run.told(name) == {(0, 0, "", 0): text}
        assert run.filed(name).episode.decisions[0].raw == text


class Direct(Runner):
    """A runner's end that writes at once what an episode says."""

    def __init__(self, writer: Writer) -> None:
        self.writer, self.tickets, self.known = writer, count(), set[str]()

    def send(self, message: FromWorker) -> None:
        match message:
            case Leaving(number, _, kept, key, told, _, left):
                self.writer.leaving(number, kept, key, told, Left(*left))
            case Arrived(number, _, kept, key, came):
                self.writer.arrived(number, kept, key, Came(*came))
            case Unanswered(number, _, key, came):
                self.writer.unanswered(number, key, Came(*came))

    def ticket(self) -> int:
        return next(self.tickets)

    async def admitted(self, ticket: int) -> None:
        pass

    def first(self, named: str) -> bool:
        fresh = named not in self.known
        self.known.add(named)
        return fresh

    def clean(self, words: str) -> str:
        return words


PLACE = (0, 0, "", 0)
COMPLETIONS: dict[str, tuple[Callable[[Any], Completion], Corpus]] = {
    "reply": (lambda value: Completion(value), TEXTS),
    "reasoning": (lambda value: Completion("x", reasoning=value), TEXTS),
    "finish": (lambda value: Completion("x", finish=value), TEXTS),
    "served": (lambda value: Completion("x", served=value), TEXTS),
    "logprobs": (lambda value: Completion("x", logprobs=[value]), [*TEXTS, *NUMBERS]),
    "beside": (lambda value: Completion("x", beside={"id": value}), [*TEXTS, *NUMBERS]),
}


async def asked(recorder: Recorder, request: Request, back: Back) -> None:
    """One decision, asked for and answered."""
    await recorder.leaving(PLACE, request.told, request)
    if back.fault is not None:
        return recorder.failed(PLACE, back)
    assert back.completion is not None
    recorder.landed(PLACE, back)
    return recorder.keep(Decision(*PLACE, "x", back.completion.text))


def request_of(told: str, model: str = "m") -> Request:
    frame = json.dumps({"model": model, "max_tokens": 5}, separators=(",", ":")).encode()
    between = (wire("user", neutral(told)),)
    of = Model("vllm/m", model, "vllm", "x", None, Scripted(valid()), None)
    return Request(of, frame, (*between, wire("user", neutral(told))), told, 5, between)


def recorded(folder: Path, wanted: list[tuple[Request, Back]]) -> tuple[Run, dict[str, str]]:
    """A run of one call an episode; what could not be recorded, and why."""
    seats = [Held("P1", "vllm/m")]
    plans = [Plan(str(at), "arm", 0, 1, "smoke", "x", "1", {}, seats) for at in range(len(wanted))]
    put(folder / "manifest.json", manifest_bytes(new_manifest("study", environment="x")))
    writer, refused = Writer(folder), dict[str, str]()
    link = Direct(writer)
    writer.plan(plans)
    writer.start()
    for number, (request, back) in enumerate(wanted, 1):
        try:
            asyncio.run(asked(Recorder(number, str(number - 1), link), request, back))
        except Unstorable as why:
            refused[str(number - 1)] = str(why)
        for said in writer.commit().values():
            refused[str(number - 1)] = said
    writer.close()
    return open_run(folder), refused


@pytest.mark.parametrize("name", COMPLETIONS)
def test_what_a_server_says_is_kept_exactly_or_said_to_be_left_out(
    name: str, tmp_path: Path
) -> None:
    made, corpus = COMPLETIONS[name]
    completions = [made(value) for value in corpus]
    backs = [(request_of("x"), Back("answered", 0.1, each)) for each in completions]
    run, refused = recorded(tmp_path, backs)
    left_out = 0
    for number, completion in enumerate(completions):
        if str(number) in refused:
            continue
        [attempt] = run.attempts(str(number))
        assert attempt.outcome == "answered"
        [decision] = run.filed(str(number)).episode.decisions
        assert decision.raw == completion.text
        said = {
            **{key: getattr(completion, key) for key in ("reasoning", "finish", "served")},
            "logprobs": completion.logprobs,
            **completion.beside,
        }
        if attempt.beside.keys() == {"left out"}:
            left_out += 1
            continue
        assert same(dict(attempt.beside), {k: v for k, v in said.items() if v is not None})
    assert len(refused) + left_out <= len(corpus) // 10


def test_words_told_model_names_and_words_of_faults_are_kept_as_they_are(tmp_path: Path) -> None:
    texts = [text for text in TEXTS if len(text) <= store_values.LIMIT // 8]
    faults = [Fault("bad_request", text, status=400) for text in texts]
    backs = [
        (request_of(fault.said, fault.said), Back("bad_request", 0.1, None, fault))
        for fault in faults
    ]
    run, refused = recorded(tmp_path, backs)
    assert refused == {}
    for number, text in enumerate(texts):
        [attempt] = run.attempts(str(number))
        assert attempt.told == text
        assert attempt.beside.get("said", "") == text[:2000]
        assert attempt.branch == [{"role": "user", "content": neutral(text)}]
        frame = run.frames([attempt.frame or ""])[attempt.frame or ""]
        assert json.loads(frame)["model"] == text
        request = request_of(text, text)
        assert attempt.request == sha256(request.body).hexdigest()


def test_bad_lines_are_kept_as_they_stood(tmp_path: Path) -> None:
    lines = [BadLine(text[:1000], 1, text[:1000], text[:1000], bytes(range(256))) for text in TEXTS]
    put(
        tmp_path / "manifest.json",
        manifest_bytes(new_manifest("import", environment="x")),
    )
    writer = Writer(tmp_path)
    writer.file(Imported([], lines, lines))
    writer.start()
    writer.close()
    assert open_run(tmp_path).bad_lines() == (lines, lines)


@pytest.mark.parametrize(
    ("sabotage", "value"),
    [("stored", "a\ud800b"), ("strict_json", "\ud800"), ("to_json", "\ud800")],
)
def test_a_store_without_its_care_would_fail_here(
    sabotage: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values get through only because of what is planted away here."""
    careless = {"stored": str, "strict_json": repr, "to_json": repr}[sabotage]
    for module in ("suasion.store.rows", "suasion.store.writer"):
        monkeypatch.setattr(f"{module}.{sabotage}", careless, raising=False)
    said = DECISION._replace(raw=value, answer=value)
    filed = plain(episode(carry=value, decisions=(said,)), kept={"x": value})
    try:
        [found] = kept(tmp_path / "run", [filed])
    except (UnicodeError, ValueError):
        return
    assert isinstance(found, Unstorable) or found.damaged
