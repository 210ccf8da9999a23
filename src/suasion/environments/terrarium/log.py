"""Published event logs of Terrarium, read: what is sound, and every line that is not.

A file holds one game, which its lines name; it becomes an episode of that id. Nothing is guessed at
or dropped in silence: a line that cannot be read is a bad one, with its number and why, and its
game is then damaged: readable, but nothing of it is measured. Lines of another game, and events of
a type that no published engine writes, are reported too, but damage nothing. A field of a wrong
type, a seat whose name no line tells and an end that contradicts the events are warnings, and the
line stands. All engine generations are read: gifts (`TRADE` alone), offers with any form of id,
auto-solves, riddle clues, logs that name no models. A game without its `GAME_END` was cut short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from suasion.core.asks import Json
from suasion.core.events import Event
from suasion.environments.terrarium.log_build import event_of, filed_of, places
from suasion.environments.terrarium.log_checks import Logged, check, game_of
from suasion.environments.terrarium.log_names import seated
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine, Imported
from suasion.measures.lines import MOST_BAD, Bad, Line, Parsed, Reader, TooLarge, lines

HARMLESS = ("unknown_event_type", "other_game")
"""Faults that take nothing from the game that the file holds."""


@dataclass
class Read:
    """One file as it is read."""

    file: str
    read: list[tuple[Line, Parsed]] = field(default_factory=list)
    """The lines that are objects."""
    bad: list[BadLine] = field(default_factory=list)

    def fault(self, line: int, reason: str, game: str | None, raw: bytes) -> None:
        """Report a line. Errors: `TooLarge` where there are too many."""
        self.bad.append(BadLine(self.file, line, reason, game, raw))
        if len(self.bad) > MOST_BAD:
            raise TooLarge(
                f"{self.file!r} has more than {MOST_BAD} bad lines up to line {line}; the last is "
                f"{reason}: is it a Terrarium event log?"
            )


class Games:
    """What has been read so far of all files."""

    def __init__(self, taken: Collection[str]) -> None:
        self.filed: list[Filed] = []
        self.skipped: list[BadLine] = []
        self.warnings: list[BadLine] = []
        self._taken = dict.fromkeys(taken, "the run")

    def read(self, path: Path) -> None:
        """Read one file. Errors: `TooLarge`, `OSError`."""
        file = Read(str(path))
        reader = Reader("game_id")
        for line in lines(path):
            try:
                file.read.append((line, reader.read(line)))
            except Bad as bad:
                file.fault(line.number, str(bad), reader.episode, line.raw)
        self._take(file)
        self.skipped += sorted(file.bad, key=lambda bad: bad.line)

    def _take(self, file: Read) -> None:
        game = _game(file)
        if game is None:
            reason = "no_game: no line of the file names one"
            file.bad = file.bad or [BadLine(file.file, 1, reason, None)]
        elif game in self._taken:
            first, reason = file.read[0][0], f"duplicate_episode: it stands in {self._taken[game]}"
            said = f"{reason} already; none of the {len(file.read)} lines was taken"
            file.bad = [BadLine(file.file, first.number, said, game, first.raw)]
        else:
            self._taken[game] = file.file
            self._add(game, file)

    def _add(self, game: str, file: Read) -> None:
        log = list(_logged(game, file))
        names, doubts = seated(log) if log else ((), ())
        at, events, sound = places(names), [], []
        for logged in log:
            try:
                events.append(event_of(logged, at))
                sound.append(logged)
            except Bad as bad:
                file.fault(logged.line, str(bad), game, logged.raw)
        harm = [bad for bad in file.bad if bad.reason.split(":")[0] not in HARMLESS]
        faults: list[Json] = [bad.row() for bad in sorted(file.bad, key=lambda bad: bad.line)]
        kept: dict[str, Json] = {
            "format": "terrarium-log",
            **({"faults": faults} if faults else {}),
        }
        if not events:
            return
        filed, disagrees = filed_of(game, names, sound, events, kept, bool(harm))
        self.filed.append(filed)
        end = sound[-1].line
        said = [*doubts, *_doubts(sound, events), *((end, each) for each in disagrees)]
        self._warn(file, game, said)

    def _warn(self, file: Read, game: str, said: Iterable[tuple[int, str]]) -> None:
        raw = {line.number: line.raw for line, _ in file.read}
        self.warnings += [
            BadLine(file.file, line, reason, game, raw[line])
            for line, reason in sorted(said, key=lambda each: each[0])
        ]


def _game(file: Read) -> str | None:
    """The game of a file: the one that most of its lines name, of several the first."""
    named: Counter[str] = Counter()
    for _, parsed in file.read:
        try:
            named[game_of(parsed)] += 1
        except Bad:
            continue
    return named.most_common(1)[0][0] if named else None


def _logged(game: str, file: Read) -> Iterable[Logged]:
    """The sound lines of a game."""
    ended = False
    for line, parsed in file.read:
        named: str | None = None
        try:
            named = game_of(parsed)
            if named != game:
                raise Bad("other_game", f"the file's is {game[:80]}")
            logged = check(parsed, line.number, line.raw)
            if logged.type == "GAME_END" and ended:
                raise Bad("second_end")
        except Bad as bad:
            file.fault(line.number, str(bad), named, line.raw)
        else:
            ended = ended or logged.type == "GAME_END"
            yield logged


def _doubts(log: Sequence[Logged], events: Sequence[Event]) -> Iterable[tuple[int, str]]:
    """Fields of a wrong type, and rounds that go back."""
    now = 0
    for logged, event in zip(log, events, strict=True):
        yield from ((logged.line, doubt) for doubt in logged.doubts)
        if event.kind != "end" and logged.round < now:
            yield logged.line, f"out_of_order: round {logged.round} after round {now}"
        now = max(now, logged.round)


def read(files: Sequence[Path], taken: Collection[str]) -> Imported:
    """Read logs, a game each; `taken` are the episode ids that the run already has.

    Errors: `TooLarge`; `OSError` where a file cannot be opened or read.
    """
    games = Games(taken)
    for path in files:
        games.read(path)
    return Imported(games.filed, games.skipped, games.warnings)
