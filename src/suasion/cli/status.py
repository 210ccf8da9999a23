"""`suasion status`: how far a run is, what failed and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suasion.cli.errors import runnable
from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.standing import standing
from suasion.cli.terminal import one_line, say, say_json, say_table

if TYPE_CHECKING:
    from suasion.store.run import Run

STATES = ("whole", "running", "planned", "blocked", "failed")


def status(run: RunFolder, as_json: AsJson = False) -> None:
    """Say how far a run is, and what failed.

    By condition, and why; also while it is played.
    """
    from suasion.store.folder import STUDY

    found = described(opened(run))
    if as_json:
        return say_json(found)
    say(f"{run}: {found['environment']}, {found['kind']}, {found['progress']}")
    rows = [
        (name, *(str(counts[state]) for state in STATES)) for name, counts in found["arms"].items()
    ]
    say_table(rows, ("condition", *STATES))
    if found["allocated"] is not None:
        standing(found["allocated"])
    if found["damaged"]:
        say(f"{found['damaged']} damaged: readable, but nothing is measured of them")
    _spent(found)
    for cause in found["causes"]:
        said = cause["said"].removeprefix(f"{cause['cause']}: ")
        words = f": {said}" if said else ""
        say(one_line(f"{cause['episodes']:,} {cause['state']}, {cause['cause']}{words}")[:400])
    if found["causes"]:
        say(f"How far these could move an estimate: {runnable(('measure', str(run)))}")
        if found["kind"] == "study":
            again = ("run", str(Path(run) / STUDY), "--out", str(run))
            say(f"Try them again with: {runnable(again)}")
    return None


def _causes(run: Run) -> list[dict[str, Any]]:
    """Why episodes are missing, by name, with the first words that were said of each."""
    from suasion.store.chains import missing

    rows = {row.id: row for row in run.rows()}
    counts, said = Counter[tuple[str, str]](), dict[tuple[str, str], str]()
    for id_, why in missing(rows.values(), run.over).items():
        counts[rows[id_].state, why] += 1
        said.setdefault((rows[id_].state, why), rows[id_].error or "")
    return [
        {"state": state, "cause": why, "episodes": many, "said": said[state, why]}
        for (state, why), many in counts.most_common()
    ]


def _spent(found: dict[str, Any]) -> None:
    """What models were asked, in three lines at most."""
    usage, outcomes = found["usage"], found["outcomes"]
    if outcomes:
        named = ", ".join(f"{count:,} {one_line(name)[:60]}" for name, count in outcomes.items())
        say(f"attempts: {named}")
    if not usage["calls"]:
        return
    cost = f"${usage['cost']:.4f}" + (", and some unknown" if usage["cost_unknown"] else "")
    read, written, cached = (
        f"{usage[name]:,}" for name in ("tokens_in", "tokens_out", "tokens_cached")
    )
    say(f"tokens: {read} read ({cached} of them from a cache), {written} written; cost: {cost}")
    for name, words in (
        ("usage_unknown", "replies whose tokens nobody counted"),
        ("possibly_paid", "tokens reserved for calls that may be paid"),
        ("overrun", "tokens more than servers should have taken"),
    ):
        if usage[name]:
            say(f"{usage[name]:,} {words}")


def cause(error: str) -> str:
    """The name of the fault that blocks an episode; `other` where no fault has that name."""
    from suasion.models.faults import OUTCOMES

    name = error.partition(":")[0]
    return name if name in OUTCOMES else "other"


def described(run: Run) -> dict[str, Any]:
    """The state of a run."""
    from dataclasses import asdict

    from suasion.runner.adaptive import read
    from suasion.store.chains import waiting
    from suasion.store.usage import usage

    rows = run.rows()
    arms: dict[str, Counter[str]] = {}
    for row in rows:
        arms.setdefault(row.arm or "-", Counter())[row.state] += 1
    causes = Counter[tuple[str, str]](
        (row.state, row.error) for row in rows if row.error is not None
    )
    causes.update(("waiting", why) for why in waiting(rows).values())
    blocked = Counter(cause(row.error or "") for row in rows if row.state == "blocked")
    study = run.manifest.get("study")
    used = usage(run.path)
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
        "blocked": dict(blocked.most_common()),
        "outcomes": dict(used.outcomes.most_common()),
        "usage": {
            **{name: value for name, value in asdict(used).items() if name != "outcomes"},
            "reuse": used.reuse._asdict(),
        },
        "allocated": read(run.path),
        "causes": _causes(run),
        "errors": [
            {"state": state, "error": error, "count": count}
            for (state, error), count in causes.most_common()
        ],
    }
