"""Influence logs, format `influence/1`, read: what is sound, and every line that is not.

Nothing is guessed at or dropped in silence. An episode with a bad line that names it, or with a
fault of its own (a missing index or turn), is damaged: readable, but nothing of it is measured.
Each file is a log of its own, and ids are unique over all of them and the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from suasion.core.asks import Json
from suasion.environments.influence.log_build import Logged, filed_of
from suasion.environments.influence.log_checks import Header, check_event, header_of
from suasion.environments.influence.measures.credit import broker
from suasion.measures.imported import BadLine, Imported
from suasion.measures.lines import (
    MOST_BAD,
    Bad,
    Line,
    Parsed,
    Reader,
    TooLarge,
    lines,
)


@dataclass
class Opened:
    """An episode whose header has been read."""

    header: Header
    file: str
    line: Line
    events: list[Logged] = field(default_factory=list)
    indices: set[int] = field(default_factory=set)
    spent: set[tuple[int, int, int]] = field(default_factory=set)
    """(seat, round, slot) of every action."""


class Log:
    """What has been read so far of all files."""

    def __init__(self, taken: Collection[str]) -> None:
        self.taken = set(taken)
        self.files: dict[str, int] = {}
        """The place of each file among those given."""
        self.opened: list[Opened] = []
        self.bad: list[BadLine] = []

    def read(self, path: Path) -> None:
        """Read one file. Errors: `TooLarge`, `OSError`."""
        reader = Reader()
        self.files.setdefault(str(path), len(self.files))
        here: dict[str, Opened] = {}
        already = len(self.bad)
        for line in lines(path):
            try:
                self._take(reader.read(line), line, str(path), here)
            except Bad as bad:
                episode = reader.episode
                self.bad.append(BadLine(str(path), line.number, str(bad), episode, line.raw))
                if len(self.bad) - already > MOST_BAD:
                    raise TooLarge(
                        f"{str(path)!r} has more than {MOST_BAD} bad lines up to line "
                        f"{line.number}; the last is {bad}: is it an influence log?"
                    ) from None
        for opened in here.values():
            self.bad += _out_of_order(opened)

    def _take(self, parsed: Parsed, line: Line, file: str, here: dict[str, Opened]) -> None:
        if ("seats" in parsed.value) == ("action" in parsed.value):
            raise Bad("unknown_line", "expected either seats (a header) or action (an event)")
        if "seats" in parsed.value:
            header = header_of(parsed, self.taken)
            self.taken.add(header.episode)
            opened = here[header.episode] = Opened(header, file, line)
            self.opened.append(opened)
        else:
            _add(_opened(parsed, here), parsed, line)

    def imported(self) -> Imported:
        """All that was read."""
        named = {bad.episode for bad in self.bad}
        faults = [
            BadLine(each.file, each.line.number, reason, each.header.episode, each.line.raw)
            for each in self.opened
            if each.header.episode not in named and (reason := _fault(each))
        ]
        damaged = named | {fault.episode for fault in faults}
        sound = [each for each in self.opened if each.header.episode not in damaged]
        skipped = self._in_order([*self.bad, *faults])
        of: dict[str | None, list[Json]] = {}
        for bad in skipped:
            of.setdefault(bad.episode, []).append(bad.row())
        return Imported(
            [
                filed_of(each.header, each.events, name in damaged, of.get(name, ()))
                for each in self.opened
                for name in [each.header.episode]
            ],
            skipped,
            self._in_order([warning for each in sound for warning in _warnings(each)]),
        )

    def _in_order(self, rows: Sequence[BadLine]) -> list[BadLine]:
        """By file as given, then by line."""
        return sorted(rows, key=lambda row: (self.files[row.file], row.line))


def _opened(parsed: Parsed, here: Mapping[str, Opened]) -> Opened:
    """The episode that an event names."""
    name = parsed.value.get("episode")
    if name is None:
        raise Bad("missing_field", "episode")
    if not isinstance(name, str):
        raise Bad("wrong_type", "episode")
    if name not in here:
        raise Bad("no_header")
    return here[name]


def _add(opened: Opened, parsed: Parsed, line: Line) -> None:
    """Take an event into its episode, unless its index or its slot is taken."""
    form = check_event(parsed, opened.header)
    value = parsed.value
    slot = value.get("slot") if "slot" in form.types else None
    logged = Logged(
        at=value["index"],
        line=line.number,
        raw=line.raw,
        kind=value["action"],
        seat=opened.header.seats[value["seat"]],
        round=value["round"],
        slot=slot or 0,
        spends=form.spends,
        fields=value,
    )
    if logged.at in opened.indices:
        raise Bad("duplicate_index")
    turn = logged.seat, logged.round, logged.slot
    if form.spends and turn in opened.spent:
        raise Bad("second_action_in_slot")
    opened.indices.add(logged.at)
    if form.spends:
        opened.spent.add(turn)
    opened.events.append(logged)


def _out_of_order(opened: Opened) -> list[BadLine]:
    """Put the events in the order of their index, and take out those that go back in time."""
    opened.events.sort(key=attrgetter("at"))
    sound: list[Logged] = []
    bad: list[Logged] = []
    now, slot = 0, 0
    for event in opened.events:
        back = event.round < now or (event.spends and event.round == now and event.slot < slot)
        if back:
            bad.append(event)
            continue
        if event.round > now:
            now, slot = event.round, 0
        if event.spends:
            slot = event.slot
        sound.append(event)
    opened.events = sound
    episode = opened.header.episode
    return [BadLine(opened.file, each.line, "out_of_order", episode, each.raw) for each in bad]


def _fault(opened: Opened) -> str | None:
    """What an episode lacks, none of whose lines is bad."""
    header = opened.header
    if any(event.at != place for place, event in enumerate(opened.events)):
        return "missing_index"
    # A seat cannot act twice in a slot, so that all have acted in every slot or the sum is short.
    turns = len(header.seats) * header.rounds * header.slots
    return "missing_turns" if header.finished and len(opened.spent) < turns else None


def _warnings(opened: Opened) -> Iterator[BadLine]:
    """Published credits that are not what the rule gives."""
    seats, wrote = opened.header.seats, set()
    for event in opened.events:
        fields = event.fields
        if event.kind == "message":
            wrote.add((event.seat, seats[fields["to"]]))
        if event.kind == "pull" and "credit" in fields:
            to = seats[fields["beneficiary"]]
            claimed = seats.get(fields.get("credit_claimed") or "")
            by_rule = broker(claimed, event.seat, to, wrote)
            if seats.get(fields["credit"] or "") != by_rule:
                reason = f"credit_disagrees: the rule gives {_name(by_rule, seats)}"
                episode = opened.header.episode
                yield BadLine(opened.file, event.line, reason, episode, event.raw)


def _name(seat: int | None, seats: Mapping[str, int]) -> str:
    return "null" if seat is None else f"seat {seat + 1} of {len(seats)}"


def read(files: Sequence[Path], taken: Collection[str]) -> Imported:
    """Read logs; `taken` are the episode ids that the run already has.

    Errors: `TooLarge`; `OSError` where a file cannot be opened or read.
    """
    log = Log(taken)
    for path in files:
        log.read(path)
    return log.imported()
