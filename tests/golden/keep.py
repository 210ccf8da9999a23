"""Keep a finished run for ever: `python tests/golden/keep.py RUN NAME`.

What is kept is never made again, only added to: a run that a later version cannot read, verify or
play again is a fault of that version.
"""

import gzip
import io
import json
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

from suasion.store.export import jsonl
from suasion.store.folder import MANIFEST, RECORD, STUDY
from suasion.store.run import Run, open_run

HERE = Path(__file__).parent


def main(run: Path, name: str) -> None:
    """Pack the run, and say beside it what it must always give."""
    archive, facts = HERE / f"{name}.tar.gz", HERE / f"{name}.json"
    if archive.exists():
        raise SystemExit(f"{archive.name} is kept already: give another name")
    opened = open_run(run)
    if opened.manifest["status"] != "whole":
        raise SystemExit(f"{run} is {opened.manifest['status']}: only a whole run is kept")
    archive.write_bytes(packed(run))
    facts.write_text(json.dumps(facts_of(opened), indent=1) + "\n")


def packed(run: Path) -> bytes:
    """The files of a run, in an archive without times or owners."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name in (MANIFEST, STUDY, RECORD):
            if (run / name).exists():
                entry = tarfile.TarInfo(name)
                data = (run / name).read_bytes()
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)


def facts_of(run: Run) -> dict[str, object]:
    """What a kept run must always give."""
    first = next(run.all()).episode.header
    return {
        "format": run.manifest["format"],
        "kind": run.manifest["kind"],
        "environment": first.environment,
        "version": first.version,
        "digest": run.digest(),
        "episodes": {row.id: row.digest for row in run.rows()},
        "export": sha256(b"\n".join(jsonl(run, stable=True))).hexdigest(),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
