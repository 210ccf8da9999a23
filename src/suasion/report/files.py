"""Pages on disk: written whole or not at all, and only where they changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp


@dataclass
class Folder:
    """Where a site is written."""

    root: Path
    files: list[str] = field(default_factory=list)
    """Every file of the site, as it was named."""
    changed: list[str] = field(default_factory=list)
    """Those that were not there before with these very bytes."""

    def write(self, name: str, content: str | bytes) -> None:
        """One file of the site; a reader sees the old bytes or the new ones, never half."""
        data = content.encode() if isinstance(content, str) else content
        self.files.append(name)
        path = self.root / name
        if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
        self.changed.append(name)


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            # Not waited for until it is on the disk: a site can be made again, and of thousands
            # of pages that would be most of the time.
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
