"""Fork an episode of a run into a run of its own: with one thing changed, and with nothing changed.

Each pair of forks, `edited` and `null`, has the same chance: that of the original, or with fresh
seeds the same one of its own. What stands is in the record of the new run, which is played,
resumed, checked and read like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from suasion.agents.sent import FOREIGN
from suasion.core.asks import Json
from suasion.measures.filed import Status
from suasion.measures.forked import EDITED, NULL
from suasion.runner.fork_branch import past_of
from suasion.runner.fork_edit import Recorded, Standing, Wanted
from suasion.runner.fork_ground import Ground, Unforkable, ground
from suasion.runner.fork_told import told_before
from suasion.runner.plan import plugin
from suasion.runner.progress import Progress
from suasion.runner.run import Past, RunResult, play_plans
from suasion.runner.study_parts import Limits
from suasion.store.files import FOLDER as FILES
from suasion.store.files import listed, path_of, read
from suasion.store.folder import MANIFEST, NotARun, new_manifest, read_manifest
from suasion.store.planned import Plan
from suasion.store.read import TOLD
from suasion.store.run import Run


@dataclass(frozen=True)
class Fork:
    """A fork of one episode, as it is asked for."""

    episode: str
    at: int
    """The event that it branches off at: the step that made it is the last that stands."""
    wanted: Wanted | None = None
    """What is changed; `None` for null forks alone."""
    times: int | None = None
    """How many pairs with fresh chance; `None` for one pair on the chance of the original."""
    seed: int = 0
    """Where fresh seeds come from."""


def run_fork(
    run: Run,
    fork: Fork,
    out: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Fork an episode of a run into a folder, or go on with it where it was left.

    Errors: `Unforkable`, where this cannot be done; what `play_plans` raises.
    """
    found = ground(run, fork.episode)
    edit = None if fork.wanted is None else fork.wanted.checked(found, fork.at)
    through = (fork.wanted or Standing()).through(found, fork.at)
    _drawable(found, fork)
    _rememberable(found, through)
    limits = limits_of(run)
    said = {**described(run, found, fork, through, edit), "limits": limits.model_dump()}
    old = _recorded(out)
    if old is not None and {**old, "run": said["run"], "limits": said["limits"]} == said:
        said = old  # the run has grown since, and the episode is the same
    told, files = told_before(run, fork.episode, through), shown_in(run)
    manifest = new_manifest(
        "fork",
        environment=found.env.name,
        environment_version=found.env.version,
        plugin=plugin(found.env.name),
        fork=said,
        **({FILES: list(map(path_of, files))} if files else {}),
    )
    return play_plans(
        list(plans(found, said, told.named)),
        manifest,
        out,
        workers=workers,
        progress=progress,
        past=Past(past_of(found.episode, through), told.texts),
        limits=limits,
        files=files,
    )


def shown_in(run: Run) -> dict[str, bytes]:
    """The files of a run, for its forks to show again.

    Errors: `Unforkable`, where one is not what was kept.
    """
    try:
        return {name: read(run.path, name) for name in listed(run.manifest)}
    except NotARun as error:
        raise Unforkable(str(error), "check", str(run.path)) from None


def described(
    run: Run, found: Ground, fork: Fork, through: int, edit: Recorded | None
) -> dict[str, Json]:
    """What the manifest of a fork says of it, from which all its episodes follow."""
    return {
        "run": run.digest(),
        "episode": found.filed.id,
        "digest": run.row(found.filed.id).digest,
        "at": fork.at,
        "through": through,
        "edit": edit,
        "times": fork.times,
        "seed": fork.seed if fork.times is not None else None,
    }


def plans(found: Ground, said: Mapping[str, Json], told: str | None = None) -> Iterator[Plan]:
    """The episodes of a fork, pair by pair; `told` names what seats were told in what stands."""
    header = found.episode.header
    origin = {name: said[name] for name in ("run", "episode", "digest", "at", "through")}
    if told is not None:
        origin[TOLD] = told
    for pair in range(said["times"] or 1):
        fresh = None if said["times"] is None else pair_seed(said["seed"], pair)
        for arm, edit in ((EDITED, said["edit"]), (NULL, None)):
            if arm == EDITED and edit is None:
                continue
            yield Plan(
                id=f"{arm}--r{pair}",
                arm=arm,
                replicate=pair,
                seed=header.seed,
                status=_status(found.filed.status),
                environment=header.environment,
                version=header.version,
                settings=dict(header.settings),
                seats=found.filed.seats,
                channels=[dict(channel) for channel in header.channels],
                origin={**origin, "edit": edit, "pair": pair, "seed": fresh},
            )


def pair_seed(base: int, pair: int) -> int:
    """The fresh seed of a pair: the first 63 bits of SHA-256 of both numbers."""
    digest = sha256(f"fork/{base}/{pair}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def _status(original: Status) -> Status:
    """That of the original; a fork of a confirmatory episode was not declared before the run."""
    return "exploratory" if original == "confirmatory" else original


def _drawable(found: Ground, fork: Fork) -> None:
    """Refuse to pair with a chance that cannot be drawn again."""
    header = found.episode.header
    if fork.times is None and found.env.source(header.seed).kind != header.source:
        said = f"{found.filed.id[:80]!r} holds draws of several sources, and cannot be drawn again"
        raise Unforkable(f"{said} from its seed: fork it with fresh seeds", "--times", "20")


def _rememberable(found: Ground, through: int) -> None:
    """Refuse where somebody would have to be put back who remembers outside the record."""
    for decision in found.episode.decisions:
        agent = found.filed.seats[decision.seat].agent or ""
        if decision.step < through and agent.startswith(FOREIGN) and not decision.aside:
            name = found.names[decision.seat]
            raise Unforkable(
                f"{name} is held by {agent[:80]!r}, which remembers by itself what it was told and"
                f" cannot be put back to step {through}"
            )


def limits_of(run: Run) -> Limits:
    """What the calls of a run may take, which holds for its forks as well.

    They are those of its study; of a run that says none, or none that can be, the usual ones.
    """
    said = run.manifest.get("study") or run.manifest.get("fork")
    given = said.get("limits") if isinstance(said, Mapping) else None
    try:
        return Limits.model_validate(given or {})
    except ValueError:
        return Limits()


def _recorded(out: Path) -> dict[str, Json] | None:
    """What the fork that lies in a folder says of itself; `None` where there is none."""
    if not (out / MANIFEST).exists():
        return None
    said = read_manifest(out).get("fork")
    return said if isinstance(said, dict) else None
