"""What happened, kept: runs are written, sealed, read and exported here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from suasion.core.asks import Json
    from suasion.measures.imported import Imported
    from suasion.store.run import Run


def file(imported: Imported, out: Path, manifest: Mapping[str, Json]) -> Run:
    """Write an import as a run, or add it to one that holds imports of the same environment."""
    from suasion.store.importing import file

    return file(imported, out, manifest)
