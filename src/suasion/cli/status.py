"""`suasion status`: how far a run is, what failed and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.terminal import one_line, say, say_json, say_table

if TYPE_CHECKING:
    from suasion.store.run import Run

STATES = ("whole", "running", "planned", "blocked", "failed")


def status(run: RunFolder, as_json: AsJson = False) -> None:
    """Say how far a run is, and what failed.

    By condition, and why; also while it is played.
    """
    found = described(opened(run))
    if as_json:
        return say_json(found)
    say(f"{run}: {found['environment']}, {found['kind']}, {found['progress']}")
    rows = [
        (name, *(str(counts[state]) for state in STATES)) for name, counts in found["arms"].items()
    ]
    say_table(rows, ("condition", *STATES))
    if found["damaged"]:
        say(f"{found['damaged']} damaged: readable, but nothing is measured of them")
    for error in found["errors"]:
        say(one_line(f"{error['count']} x {error['state']}: {error['error']}"))
    return None


def described(run: Run) -> dict[str, Any]:
    """The state of a run."""
    from suasion.store.chains import waiting

    rows = run.rows()
    arms: dict[str, Counter[str]] = {}
    for row in rows:
        arms.setdefault(row.arm or "-", Counter())[row.state] += 1
    causes = Counter[tuple[str, str]](
        (row.state, row.error) for row in rows if row.error is not None
    )
    causes.update(("waiting", why) for why in waiting(rows).values())
    study = run.manifest.get("study")
    return {
        "run": str(run.path),
        "environment": run.manifest.get("environment"),
        "kind": run.manifest.get("kind"),
        "study": study.get("name") if isinstance(study, dict) else None,
        "created": run.manifest.get("created"),
        "progress": run.manifest.get("status"),
        "episodes": len(rows),
        "damaged": sum(row.damaged for row in rows),
        "arms": {arm: {state: count[state] for state in STATES} for arm, count in arms.items()},
        "errors": [
            {"state": state, "error": error, "count": count}
            for (state, error), count in causes.most_common()
        ],
    }
