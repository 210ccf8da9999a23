"""Whether a run is what was recorded: seals, digests, and every episode played again.

SQLite does not see a changed bit in a value (reliability, finding 3); seals do. A replay sees what
no seal can: rules or scripts that no longer do what they did.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from suasion import catalogue
from suasion.agents import line_up
from suasion.core.asks import Json
from suasion.core.environment import Environment, Group
from suasion.core.replay import OtherRules, replay, same_rules
from suasion.measures.filed import Filed
from suasion.measures.kit import Kit
from suasion.runner.chains import inherits
from suasion.runner.remake import remake
from suasion.store import schema
from suasion.store.database import Damaged, reading
from suasion.store.files import faulty as faulty_files
from suasion.store.files import listed
from suasion.store.folder import (
    STUDY,
    NotARun,
    get,
    manifest_seal,
    read_manifest,
    witnessed,
)
from suasion.store.quotes import faulty as faulty_quotes
from suasion.store.read import (
    UNREADABLE,
    EpisodeRow,
    faulty_calls,
    faulty_sent,
    faulty_texts,
    filed,
    read_rows,
    sessions,
    stored,
)
from suasion.store.run import Run, open_run
from suasion.store.seals import seal
from suasion.store.writings import FOLDER, folders


class Finding(NamedTuple):
    """One thing that was found."""

    episode: str | None
    """The episode it is about; None where it is about the run."""
    what: str
    damage: bool = True
    """False for what could not be looked at, though nothing is wrong with it."""
    number: int | None = None
    """The place of the episode in the run, from 1; it may be known where the id is not."""


def examine(folder: Path) -> list[Finding]:
    """Everything found in a run folder, also one that cannot be opened as a run."""
    try:
        run = open_run(folder)
    except (NotARun, Damaged) as error:
        return [Finding(None, str(error)), *_manifest(folder)]
    return check(run)


def check(run: Run) -> list[Finding]:
    """Everything found in a run; nothing of `damage` if it is what was recorded."""
    found = [*_manifest(run.path), *_files(run), *_written(run)]
    try:
        with reading(run.path) as db:
            found += _structure(db)
            rows, faults = read_rows(run.path)
            found += [Finding(None, fault, number=number) for number, fault in faults]
            found += _count(db, rows, len(faults), run)
            left: dict[tuple[str, int], Json] = {}
            for row in rows:
                found += _episode(db, row, run, left)
            found += _beside(db)
    except (Damaged, NotARun, sqlite3.Error) as error:
        found.append(Finding(None, str(error)))
    return found


def _files(run: Run) -> Iterator[Finding]:
    """Whether every file that seats are shown is there and hashes to its name."""
    yield from (Finding(None, said) for said in faulty_files(run.path, listed(run.manifest)))


def _written(run: Run) -> Iterator[Finding]:
    """Whether what was written about it, and what it is asked to look up, is as it was left."""
    yield from (Finding(None, said) for said in faulty_quotes(run.path))
    if run.path.absolute().parent.name == FOLDER:  # nothing is written about what was written
        return
    for folder in folders(run.path):
        for found in examine(folder):
            of = f", episode {found.episode}" if found.episode else ""
            said = f"{FOLDER}/{folder.name}{of}: {found.what}"
            yield Finding(None, said, found.damage)


def _beside(db: sqlite3.Connection) -> Iterator[Finding]:
    """What belongs to no episode: calls before the first, and texts that many share."""
    for faulty in (faulty_calls, faulty_texts):
        try:
            yield from (Finding(None, said) for said in faulty(db))
        except (*UNREADABLE, UnicodeError) as error:
            yield Finding(None, f"calls before the first episode, or texts: {error}")


def _manifest(folder: Path) -> Iterator[Finding]:
    try:
        manifest = read_manifest(folder)
        if manifest.get("seal") != manifest_seal(manifest):
            yield Finding(None, "manifest.json does not match its seal")
        if manifest.get("kind") == "study":
            study = json.loads(get(folder / STUDY))
            if study != manifest.get("study"):
                yield Finding(None, f"{STUDY} is not the study in the manifest")
    except NotARun as error:
        yield Finding(None, str(error))
    except (OSError, ValueError, RecursionError) as error:
        yield Finding(None, f"{STUDY} cannot be read: {error}")


def _lost(rows: list[EpisodeRow], commits: int, run: Run) -> Iterator[Finding]:
    """Whether the newest commits are missing: a log that is cut or gone takes them along.

    What is whole was not changed any more, so that only the other episodes can have lost something.
    """
    lost = (witnessed(run.path) or 0) - commits
    if lost <= 0:
        return
    yield Finding(None, f"the newest {lost} commits are lost; run the study again to redo them")
    for row in rows:
        if row.state != "whole":
            yield Finding(row.id, "what was newest of it may be lost", number=row.number)


def _structure(db: sqlite3.Connection) -> Iterator[Finding]:
    """What SQLite itself sees."""
    try:
        lines = [str(line) for (line,) in db.execute("PRAGMA quick_check(20)").fetchall()]
    except sqlite3.Error as error:
        lines = [str(error)]
    for line in lines:
        if line != "ok":
            yield Finding(None, f"SQLite: {' '.join(line.split())}")


def _count(
    db: sqlite3.Connection, rows: list[EpisodeRow], faulty: int, run: Run
) -> Iterator[Finding]:
    """Whether rows are missing, and whether what belongs to no episode matches its seal."""
    try:
        written = [(row[:-1], seal(row[:-1]) == row[-1]) for row in sessions(db)]
        lines = sum(map(len, run.bad_lines()))
    except (*UNREADABLE, UnicodeError) as error:
        yield Finding(None, f"sessions and bad lines: {error}")
        return
    sound = [dict(zip(schema.SESSIONS, row, strict=True)) for row, sealed in written if sealed]
    for row, sealed in written:
        if not sealed:
            yield Finding(None, f"session {row[0]} does not match its seal")
    if sound:
        yield from _compared("episodes", sound[-1]["episodes"], len(rows) + faulty)
        yield from _compared("bad lines", sound[-1]["bad_lines"], lines)
    elif rows:
        yield Finding(None, "no session is on record", damage=bool(witnessed(run.path)))
    yield from _lost(rows, max((session["commits"] for session in sound), default=0), run)


def _compared(what: str, written: int, found: int) -> Iterator[Finding]:
    if written != found:
        yield Finding(None, f"{found} {what} are on record: {written} were written")


def _episode(
    db: sqlite3.Connection, row: EpisodeRow, run: Run, left: dict[tuple[str, int], Json]
) -> Iterator[Finding]:
    """What is found in one episode; `left` is what those before it carried."""
    found = stored(db, row.number)
    faults = [found] if isinstance(found, str) else found.faults
    if faults or isinstance(found, str):
        yield from (Finding(row.id, fault, number=row.number) for fault in faults)
        return
    yield from (Finding(row.id, fault, number=row.number) for fault in faulty_sent(db, found))
    if row.state != "whole":
        return
    episode = filed(row, found)
    try:
        if episode.episode.digest() != row.digest:
            yield Finding(row.id, "its digest is not that of what is stored", number=row.number)
            return
    except UNREADABLE as error:
        yield Finding(row.id, f"its digest cannot be made: {error}", number=row.number)
        return
    if run.manifest.get("kind") in ("study", "fork"):
        yield from _again(row, episode)
        yield from _inherited(row, episode, left)


def _inherited(
    row: EpisodeRow, recorded: Filed, left: dict[tuple[str, int], Json]
) -> Iterator[Finding]:
    """Whether a link of a chain was played with what the one before it left, if that is sound."""
    if row.chain is None or row.link is None or row.origin is not None:
        return
    before = row.chain, row.link - 1
    if before in left and not inherits(recorded, row.carried, left.pop(before)):
        said = "its settings are not what the episode before it carried"
        yield Finding(row.id, said, number=row.number)
    left[row.chain, row.link] = recorded.episode.carry


def _again(row: EpisodeRow, recorded: Filed) -> Iterator[Finding]:
    """Play it again from its record; scripts must repeat themselves."""
    header = recorded.episode.header
    try:
        kit = catalogue.kit(header.environment)
        env = remake(header.environment, header.settings)
        same_rules(env, recorded.episode)
    except OtherRules as error:
        yield Finding(row.id, f"not played again: {error}", False, row.number)
        return
    except Exception as error:  # an environment may have been removed, or know other settings
        yield Finding(row.id, f"not played again: {error}", False, row.number)
        return
    yield from _differs(row, recorded, env, kit)


def _differs(
    row: EpisodeRow, recorded: Filed, env: Environment[object], kit: Kit
) -> Iterator[Finding]:
    try:
        seats = [
            holder if callable(holder) or isinstance(holder, Group) else None
            for holder in line_up([_script(seat.agent) for seat in recorded.seats], kit)
        ]
        if replay(env, recorded.episode, seats).digest() != row.digest:
            yield Finding(
                row.id, "played again from its record, it goes otherwise", number=row.number
            )
    except Exception as error:  # whatever rules or scripts do with a record they did not make
        yield Finding(
            row.id, f"it cannot be played again: {type(error).__name__}: {error}", number=row.number
        )


def _script(agent: str | None) -> str | None:
    """A script to be audited; None where only the record can answer."""
    return agent if agent is not None and agent.startswith("policy/") else None
