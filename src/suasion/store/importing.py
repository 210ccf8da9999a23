"""Other people's data as a run: whole at once or not at all, every bad line beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from suasion.core.asks import Json
from suasion.measures.imported import Imported
from suasion.store.database import LARGE_PAGE
from suasion.store.folder import (
    LOCK,
    MANIFEST,
    RECORD,
    NotARun,
    held,
    manifest_bytes,
    new_manifest,
    put,
    read_manifest,
)
from suasion.store.run import Run, open_run
from suasion.store.writer import Writer


class Duplicates(ValueError):
    """Episodes whose ids the run already has."""


def file(imported: Imported, out: Path, manifest: Mapping[str, Json]) -> Run:
    """Write an import as a run, or add it to one that holds imports of the same environment.

    `manifest` says at least `environment`, and whatever else should be known of the import.
    Raises Duplicates, NotARun (the folder holds other things) or Busy; then nothing is written.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder) as lock:
        _prepare(folder, manifest)
        writer = Writer(folder, witness=lock.witness, page=LARGE_PAGE)
        try:
            known = [] if writer.fresh else [str(row[1]) for row in writer.plans()]
            _no_duplicates(folder, imported, known)
            writer.file(imported)
            writer.start()
            writer.close()
        except BaseException:
            writer.abandon()
            raise
    return open_run(folder)


def _prepare(folder: Path, said: Mapping[str, Json]) -> None:
    if (folder / MANIFEST).exists():
        old = read_manifest(folder)
        kind, environment = old.get("kind"), old.get("environment")
        if (kind, environment) != ("import", said["environment"]):
            what = "runs of a study" if kind == "study" else f"imports of {environment}"
            raise NotARun(f"{folder} holds {what}: give another --out for this import")
        return
    mine = (LOCK, MANIFEST, RECORD)
    others = [p.name for p in folder.iterdir() if not p.name.lstrip(".").startswith(mine)]
    if others:
        raise NotARun(f"{folder} is no run and not empty: it holds {', '.join(sorted(others)[:5])}")
    put(folder / MANIFEST, manifest_bytes(new_manifest("import", study=None, **said)))


def _no_duplicates(folder: Path, imported: Imported, known: list[str]) -> None:
    ids = Counter(known)
    ids.update(imported.ids)
    twice = [name for name, times in ids.items() if times > 1]
    if twice:
        some = ", ".join(repr(name[:80]) for name in twice[:5])
        raise Duplicates(f"{folder} would hold {len(twice)} episodes twice: {some}")
