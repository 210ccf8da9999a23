"""What a model was sent, put together again from the record, and held against the hash of it.

Nothing of the environment is needed: a record holds what was new in every call, the replies, and
once each what stood beside the messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, get_args

from suasion.agents.language import FRESH, called, replied
from suasion.agents.memory import SUMMARY, Conversation, wire
from suasion.agents.skinned import bare, worn
from suasion.core.asks import Forfeit, Json
from suasion.core.episode import Decision, Key
from suasion.core.play import INNER
from suasion.models.parts import File, Files, file, own
from suasion.models.request import Wire, body
from suasion.models.settings import Memory, Settings

if TYPE_CHECKING:
    from suasion.measures.filed import Filed
    from suasion.measures.kit import Kit
    from suasion.measures.skin import Skin
    from suasion.store.run import Run

FOREIGN = "agent/"
BESIDE = (SUMMARY, FRESH)
"""Inner calls of an act that the seat does not remember as one."""


class Attempt(Protocol):
    """What a record holds of one attempt."""

    @property
    def key(self) -> Key: ...
    @property
    def number(self) -> int: ...
    @property
    def told(self) -> str: ...
    @property
    def frame(self) -> str | None: ...
    @property
    def request(self) -> str | None: ...
    @property
    def branch(self) -> Sequence[Mapping[str, Json]]: ...


class Held(Protocol):
    """What a record holds of a seat."""

    @property
    def name(self) -> str: ...
    @property
    def agent(self) -> str | None: ...
    @property
    def brief(self) -> str: ...
    @property
    def asked_with(self) -> Mapping[str, Json]: ...


class Unsound(ValueError):
    """A record that what was sent cannot be put together from: nobody wrote it so."""


class Sent(NamedTuple):
    """One call as it was sent."""

    key: Key
    attempt: int
    frame: bytes
    messages: Sequence[Wire]
    whole: bool
    """Whether these are the bytes that were sent, by their hash."""

    @property
    def body(self) -> bytes:
        """All of it."""
        return body(self.messages, self.frame)


@dataclass(frozen=True)
class Record:
    """What is needed of an episode."""

    seats: Sequence[Held]
    attempts: Iterable[Attempt]
    decisions: Mapping[Key, Decision]
    texts: Mapping[str, str]
    """Frames by their hashes."""
    stood: Mapping[Key, str] = field(default_factory=dict)
    """Of a fork, what seats were told for the decisions that stand in it."""
    skins: Mapping[int, Skin] = field(default_factory=dict)
    """Of seats that wear one, for words that a fork says in their place."""
    files: Files = field(default_factory=dict)
    """Those that briefs may show, by hash."""


def record_of(
    run: Run, filed: Filed, attempts: Sequence[Attempt], kit: Kit | None = None
) -> Record:
    """What a run holds of an episode; `kit` is that of its environment, for the skins of seats.

    Errors: `suasion.store.database.Damaged`.
    """
    frames = run.frames({each.frame for each in attempts if each.frame is not None})
    decisions = {decision.key: decision for decision in filed.episode.decisions}
    skins = {} if kit is None else _skins(filed.seats, kit)
    stood, files = run.stood(filed.id), files_of(run, filed)
    return Record(filed.seats, attempts, decisions, frames, stood, skins, files)


def files_of(run: Run, filed: Filed) -> dict[str, File]:
    """The files that briefs of an episode may show: those that its own settings name."""
    from suasion.store.files import held

    names = own(filed.episode.header.settings, run.row(filed.id).carried or {})
    found = {name: file(data) for name, data in held(run.path, names)}
    return {name: each for name, each in found.items() if each is not None}


def _skins(seats: Sequence[Held], kit: Kit) -> dict[int, Skin]:
    """The skins that seats wear, as far as they are known."""
    found = {}
    for number, seat in enumerate(seats):
        with suppress(LookupError):
            skin = worn(seat.asked_with, kit)
            if skin is not None:
                found[number] = skin
    return found


def sent(record: Record) -> Iterator[Sent]:
    """Every call of a model in an episode: seat by seat, in the order they were made.

    Errors: `Unsound`.
    """
    for seat, attempts in sorted(_by_seat(record).items()):
        if not 0 <= seat < len(record.seats):
            there = len(record.seats)
            raise Unsound(f"an attempt is recorded of seat {seat}, and there are {there} seats")
        yield from _of_seat(record, seat, attempts)


def acts(record: Record) -> dict[Key, str]:
    """What models were told for their acts, as they were sent it, by the decisions."""
    found = {key: told for key, told in record.stood.items() if not key[2]}
    for seat, attempts in _by_seat(record).items():
        for step, calls in _by_step(attempts).items():
            told = _told(calls)
            if told is not None:
                found[step, seat, "", 0] = told
    return found


def _by_seat(record: Record) -> dict[int, list[Attempt]]:
    by: dict[int, list[Attempt]] = {}
    for attempt in record.attempts:
        if attempt.frame is not None:
            by.setdefault(attempt.key[1], []).append(attempt)
    return by


def _by_step(attempts: Iterable[Attempt]) -> dict[int, list[Attempt]]:
    by: dict[int, list[Attempt]] = {}
    for attempt in sorted(attempts, key=_order):
        by.setdefault(attempt.key[0], []).append(attempt)
    return by


def _of_seat(record: Record, seat: int, attempts: Sequence[Attempt]) -> Iterator[Sent]:
    held, made = record.seats[seat], _by_step(attempts)
    talk = Conversation(held.brief, _settings(held), record.files)
    stood = {key[0]: told for key, told in record.stood.items() if key[1:] == (seat, "", 0)}
    for step in sorted(made.keys() | stood.keys()):
        calls = made.get(step, [])
        if not calls:
            _summarised(record, talk, (step, seat))
        for attempt in calls:
            yield _sent(record, talk, attempt)
            notes = record.decisions.get(attempt.key)
            if called(attempt.key[2]) == SUMMARY and notes is not None and _last(attempt, calls):
                talk.summarised(notes.raw or "")
        told = _told(calls) or stood.get(step)
        decision = record.decisions.get((step, seat, "", 0))
        if told is not None and decision is not None:
            talk.acted(told, _replied(record, seat, decision))


def _summarised(record: Record, talk: Conversation, place: tuple[int, int]) -> None:
    """Take the notes of an act that stands in a fork: their call is none of its own."""
    step, seat = place
    notes = record.decisions.get((step, seat, f"{INNER}{SUMMARY}{INNER}0", 0))
    if notes is not None:
        talk.summarised(notes.raw or "")


def _replied(record: Record, seat: int, decision: Decision) -> str:
    """What a model said or would have said, in the words of the skin that its seat wears."""
    answer, skin = decision.answer, record.skins.get(seat)
    if skin is None or isinstance(answer, Forfeit):
        return replied(decision)
    return replied(decision._replace(answer=skin.json(answer)))


def _settings(held: Held) -> Settings:
    """How a seat was asked; a foreign agent has a memory of its own, and is sent none."""
    try:
        settings = Settings(**bare(held.asked_with))
    except TypeError as error:
        raise Unsound(f"how {held.name[:80]!r} was asked cannot be read: {error}") from None
    if settings.memory not in get_args(Memory) or type(settings.window) is not int:
        said = f"{settings.memory!r:.80} of window {settings.window!r:.80}"
        raise Unsound(f"{held.name[:80]!r} is recorded with a memory that is none: {said}")
    foreign = (held.agent or "").startswith(FOREIGN)
    return replace(settings, memory="none", pictures=False) if foreign else settings


def _told(calls: Iterable[Attempt]) -> str | None:
    """What a seat was told for its act, as it was sent; None where no call was made for one.

    An act that is put together of several calls has none of its own: each of them branches off
    from what was told.
    """
    for attempt in calls:
        _, _, aside, _ = attempt.key
        if not aside:
            return attempt.told
        if aside.startswith(INNER) and called(aside) not in BESIDE:
            return str(attempt.branch[0]["content"]) if attempt.branch else attempt.told
    return None


def _order(attempt: Attempt) -> tuple[Any, ...]:
    """Asides before the act of the same step, notes before it, then in the order of names."""
    _, _, aside, repeat = attempt.key
    place = 0 if aside.split(INNER)[0] else 1 if called(aside) == SUMMARY else 2
    return place, aside, repeat, attempt.number


def _last(attempt: Attempt, calls: Sequence[Attempt]) -> bool:
    return not any(a.key == attempt.key and a.number > attempt.number for a in calls)


def _sent(record: Record, talk: Conversation, attempt: Attempt) -> Sent:
    try:
        between = [wire(str(each["role"]), str(each["content"])) for each in attempt.branch]
        new = (*between, wire("user", attempt.told))
        messages = new if called(attempt.key[2]) == FRESH else talk.with_past(new)
    except UnicodeEncodeError:
        raise Unsound(f"the words told at {attempt.key} are none that can be sent") from None
    frame = _frame(record, attempt)
    made = Sent(attempt.key, attempt.number, frame, messages, True)
    return made._replace(whole=sha256(made.body).hexdigest() == attempt.request)


def _frame(record: Record, attempt: Attempt) -> bytes:
    """What stood beside the messages."""
    frame = record.texts.get(attempt.frame or "")
    if frame is None:
        raise Unsound(f"what was sent beside the messages at {attempt.key} is not on record")
    return frame.encode("utf-8", "surrogatepass")
