"""`suasion plan`: what a study would take, and what it could find, before anything is spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from suasion.cli import design
from suasion.cli.design import Agents, Sample, resized
from suasion.cli.env_file import EnvFile, use
from suasion.cli.errors import Failed, runnable
from suasion.cli.pack import PackFile
from suasion.cli.run import read_study
from suasion.cli.runs import AsJson
from suasion.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from suasion.core.asks import Json
    from suasion.models.registry import Described
    from suasion.report.detectable import Detectable, Given
    from suasion.runner.estimate import Amount, Assumed, Taken
    from suasion.runner.pilot import Pilot
    from suasion.runner.study import Study

Option = typer.Option


def plan(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="A study's file, or the name of one of ours.")
    ],
    as_json: AsJson = False,
    replicates: Annotated[
        int | None, Option(min=1, help="Episodes in each condition, instead of the study's.")
    ] = None,
    latency: Annotated[
        float, Option(min=0.001, help="Seconds that a call is taken to last.")
    ] = 2.0,
    characters: Annotated[
        int, Option(min=1, help="Characters of a text that a model is taken to write.")
    ] = 40,
    script: Annotated[
        str | None,
        Option(
            metavar="POLICY",
            help="A policy that answers for models in the pilot (by default: at random).",
        ),
    ] = None,
    sd: Annotated[
        float | None, Option(min=0, help="Standard deviation of one unit's number, if you know it.")
    ] = None,
    pairing: Annotated[
        float | None,
        Option(min=-1, max=1, help="Correlation of both sides within a pair, if known."),
    ] = None,
    agents: Agents = None,
    sample: Sample = None,
    pack: PackFile = None,
    env_file: EnvFile = None,
) -> None:
    """Say what a study would take, and the smallest difference it could find; nothing is sent."""
    use(env_file)
    from suasion.report.detectable import Given
    from suasion.runner.estimate import Assumed

    loaded = resized(read_study(study, pack, agents), replicates, sample)
    taken = estimated(loaded, study, Assumed(latency, characters, script=script))
    found = findable(taken, Given(sd, pairing))
    if as_json:
        return say_json(told(taken, found))
    tell(taken, found)
    words = ["run", study, *design.words(agents, replicates, sample)]
    words += ["--pack", str(pack)] if pack else []
    return say(f"Next:\n  {runnable(words)}")


def estimated(loaded: Study, name: str, assumed: Assumed) -> Taken:
    """What it would take.

    Errors: `Failed`, with a command that works.
    """
    from suasion import catalogue
    from suasion.agents import UnknownAgent
    from suasion.measures.policy import BadPolicy
    from suasion.models.config import BadConfig
    from suasion.models.registry import BadModel, Models
    from suasion.runner.estimate import estimate

    try:
        return estimate(loaded, Models(), assumed)
    except BadPolicy as bad:
        raise Failed(str(bad), "plan", name, "--script", bad.instead) from None
    except (BadConfig, BadModel, UnknownAgent, catalogue.Mistake) as bad:
        raise Failed(str(bad), "list", "keys") from None


def findable(taken: Taken, given: Given) -> list[Detectable]:
    """The smallest differences it could find."""
    from suasion.measures.common import kit_of
    from suasion.report.detectable import Design, detectable
    from suasion.runner.cells import cells

    study, pilot = taken.study, taken.pilot
    whole = [each for each in pilot.episodes if each.job.replicate < pilot.replicates]
    planned, piloted = study.replicates, max(1, pilot.replicates)
    if study.panel or study.cross:
        arm = min(compared(study), key=lambda arm: len(cells(study, arm)))
        whole = pilot.episodes
        planned, piloted = len(cells(study, arm)) * planned, units(pilot, arm)
    size = Design(
        kit_of(pilot.kit, {"study": study.to_json()}),
        list(study.arms),
        [each.model_dump() for each in study.contrasts],
        study.measures,
        study.parameters,
        planned,
    )
    return detectable(size, [each.filed for each in whole], piloted, given)


def compared(study: Study) -> list[str]:
    """The conditions that contrasts name; else the first two."""
    sides = [side for each in study.contrasts for side in (each.of, each.against)]
    return [side["arm"] for side in sides if "arm" in side] or list(study.arms)[:2]


def units(pilot: Pilot, arm: str) -> int:
    """Episodes, blocks or chains of a condition that a pilot played."""
    jobs = (each.job for each in pilot.episodes if each.job.arm == arm)
    return max(1, len({job.block or job.chain or job.id for job in jobs}))


def told(taken: Taken, found: Sequence[Detectable]) -> dict[str, Json]:
    """A plan, for programs."""
    study, amounts = taken.study, list(taken.models.values())
    most = list(taken.most.values())
    return {
        "study": study.name,
        "environment": study.environment,
        "replicates": study.replicates,
        "episodes": study.episodes,
        "conditions": [
            {
                "condition": arm.name,
                "seats": list(arm.seats),
                "episodes": arm.episodes,
                "calls": round(arm.calls),
                "tokens": round(arm.tokens),
            }
            for arm in taken.arms
        ],
        "calls": round(sum(each.calls for each in amounts)),
        "calls_by_batch": round(taken.batched),
        "batches_one_after_the_other": taken.batches,
        "tokens": round(sum(each.tokens for each in amounts)),
        "tokens_read": round(sum(each.read for each in amounts)),
        "tokens_written": round(sum(each.written for each in amounts)),
        "tokens_reused": round(sum(each.reused for each in amounts)),
        "cost": total([each.cost for each in amounts]),
        "cost_reused": total([each.cost_reused for each in amounts]),
        "unpriced": list(taken.unpriced),
        "most": {
            "tokens": round(sum(each.tokens for each in most)),
            "cost": total([each.cost for each in most]),
        },
        "allocate": allocated(taken),
        "seconds": round(taken.seconds, 1),
        "hosts": sorted({each.host for each in taken.described} | set(agent_hosts(taken))),
        "variables": sorted({each.variable for each in taken.described if each.variable}),
        "models": [of_model(each, taken.models.get(each.id)) for each in taken.described],
        "others": {agent: round(asked) for agent, asked in taken.others.items()},
        "limits": study.limits.model_dump(),
        "would_stop": would_stop(taken),
        "detectable_effect": [each.row() for each in found],
        "assumed": assumed(taken),
    }


def allocated(taken: Taken) -> dict[str, Json] | None:
    """What a budget that is shared as the run goes would take at most; None where none is."""
    if taken.study.allocate is None or taken.dearest is None:
        return None
    most = list(taken.dearest.values())
    return {
        **taken.study.allocate.model_dump(),
        "first": taken.study.replicates,
        "tokens_at_most": round(sum(each.tokens for each in most)),
        "cost_at_most": total([each.cost for each in most]),
    }


def assumed(taken: Taken) -> dict[str, Json]:
    """What a plan rests on."""
    from suasion.runner.gate import MOST

    by, pilot = taken.assumed, taken.pilot
    return {
        "latency_s": by.latency,
        "concurrency": taken.study.limits.concurrency or MOST,
        "characters": by.characters,
        "bytes_per_token": by.bytes_per_token,
        "answers": by.script or "at random",
        "pilot_episodes": len(pilot.episodes),
        "pilot_replicates": pilot.replicates,
        "not_counted": [
            "reasoning",
            "repairs",
            "attempts that fail",
            "JSON Schemas beside a prompt",
            *(["what a provider takes for a batch"] if taken.batches else []),
        ],
    }


def of_model(described: Described, amount: Amount | None) -> dict[str, Json]:
    """One model: where it would be asked, with which key, and what it would take."""
    price = described.price
    return {
        "id": described.id,
        "host": described.host,
        "base_url": described.base_url,
        "variable": described.variable,
        "is_set": described.is_set,
        "no_key": why_no_key(described),
        "price_as_of": None if price is None else price.as_of or None,
        "calls": round(amount.calls) if amount else 0,
        "tokens": round(amount.tokens) if amount else 0,
        "cost": amount.cost if amount else None,
    }


def why_no_key(described: Described) -> str | None:
    """Why no key would be sent; None where one would."""
    if described.sent:
        return None
    if described.variable is not None:
        return f"{described.variable} is not set"
    if described.needed:
        return f"{' or '.join(described.needed)} is not set"
    return f"no key is bound to {described.host}"


def agent_hosts(taken: Taken) -> list[str]:
    """Hosts of agents that are asked over HTTP."""
    from urllib.parse import urlsplit

    urls = (agent.partition("@")[2] for agent in taken.others if agent.startswith("agent/"))
    return [urlsplit(url).netloc.rpartition("@")[2] for url in urls if url]


def would_stop(taken: Taken) -> str | None:
    """Which cap the run would reach, in words."""
    limits, amounts = taken.study.limits, list(taken.models.values())
    tokens, cost = sum(each.tokens for each in amounts), total([each.cost for each in amounts])
    if limits.max_cost is not None and taken.unpriced:
        return f"max_cost cannot be held: the price of {', '.join(taken.unpriced)} is unknown"
    if limits.max_tokens is not None and tokens > limits.max_tokens:
        return f"max_tokens is {limits.max_tokens:,}, and the estimate {tokens:,.0f}"
    if limits.max_cost is not None and cost is not None and cost > limits.max_cost:
        return f"max_cost is ${limits.max_cost:g}, and the estimate ${cost:,.2f}"
    return None


def total(costs: Sequence[float | None]) -> float | None:
    """The sum; None where one is unknown."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def tell(taken: Taken, found: Sequence[Detectable]) -> None:
    """A plan, for people: on one screen."""
    study, plan = taken.study, told(taken, found)
    say(title(study))
    say_table(
        [
            (
                arm.name,
                line_up(arm.seats),
                f"{arm.episodes:,}",
                f"{arm.calls:,.0f}",
                f"{arm.tokens:,.0f}",
            )
            for arm in taken.arms
        ],
        ("condition", "seats", "episodes", "calls", "tokens"),
    )
    say()
    say_table(amounts(taken, plan))
    for each in taken.described:
        key = why_no_key(each)
        with_ = f"with {each.variable}" if key is None else f"without a key: {key}"
        say(f"  {each.id} at {each.base_url or each.host}, {with_}")
    if plan["would_stop"]:
        say(f"It would stop before its end: {plan['would_stop']}")
    say()
    tell_smallest(found)


def tell_smallest(found: Sequence[Detectable]) -> None:
    """The smallest differences that would be found."""
    if not found:
        return say("Detectable effect: nothing to compare, no contrast and no second condition")
    say("Detectable effect: the smallest difference found with power 0.8, two-sided 0.05")
    head = ("measure", "of", "against", "difference", "n", "from")
    return say_table(map(smallest, found), head)


def amounts(taken: Taken, plan: Mapping[str, Json]) -> list[tuple[str, str]]:
    """What it would take, in rows."""
    by, most = taken.assumed, plan["most"]
    if not plan["calls"] and not plan["others"]:
        return [("calls", "0: only scripts sit here"), ("time", duration(taken.seconds))]
    parts = (f"{name} {plan[f'tokens_{name}']:,}" for name in ("read", "written", "reused"))
    unknown = ", ".join(taken.unpriced)
    cost = (
        f"${plan['cost']:,.2f}" if plan["cost"] is not None else f"unknown: no price of {unknown}"
    )
    longer = most["tokens"] > plan["tokens"]
    if longer and plan["cost"] and most["cost"] is not None:
        cost += f"; ${most['cost']:,.2f} if every text is as long as it may be"
    up_to = f"; {most['tokens']:,} if every text is as long as it may be" if longer else ""
    held = f"{taken.study.limits.concurrency or 'as many as a server takes'} at once"
    rows = [
        ("calls", f"{plan['calls']:,}"),
        *by_batch(taken),
        *by_share(plan["allocate"]),
        ("tokens", f"{plan['tokens']:,} ({', '.join(parts)}){up_to}"),
        ("cost", cost),
        ("time", f"{duration(taken.seconds)}, at {by.latency:g} s a call, {held}"),
    ]
    asked = [f"{agent} {many:,}" for agent, many in plan["others"].items()]
    return rows + ([("others asked", ", ".join(asked))] if asked else [])


def title(study: Study) -> str:
    """What is planned, in a line."""
    from suasion.runner.cells import cells

    most = "at most " if study.allocate else ""
    named = f"{study.name}: {study.environment}, {most}{study.episodes:,} episodes"
    parts = [f"{len(study.arms)} conditions" if len(study.arms) > 1 else "1 condition"]
    if study.panel or study.cross:
        each = sorted({len(cells(study, arm)) for arm in study.arms})
        parts.append(f"{' or '.join(f'{many:,}' for many in each)} cells")
    if study.allocate:
        budget = (
            f"a budget of {study.allocate.budget:,} blocks, {study.replicates:,} for each first"
        )
        return f"{named} ({', '.join(parts)}; {budget})"
    return f"{named} ({' x '.join((*parts, f'{study.replicates:,} replicates'))})"


def by_share(allocate: Mapping[str, Json] | None) -> list[tuple[str, str]]:
    """What a shared budget would take at most, in rows: one, where there is one."""
    if allocate is None:
        return []
    tokens, cost = allocate["tokens_at_most"], allocate["cost_at_most"]
    dear = f"{tokens:,} tokens" + (f", ${cost:,.2f}" if cost is not None else "")
    return [("shared", f"evenly, as is told here; {dear} if the dearest agent gets all it can")]


def by_batch(taken: Taken) -> list[tuple[str, str]]:
    """What goes by batch, in rows: one, where something does."""
    if not taken.batches:
        return []
    one = "a batch, up to a day"
    waits = one if taken.batches == 1 else f"{taken.batches} batches in a row, up to a day each"
    half = f"{taken.batched:,.0f} of them, at half the price"
    return [("by batch", f"{half}; an episode waits for {waits}")]


def smallest(found: Detectable) -> tuple[str, ...]:
    """The smallest difference of one contrast, as a row."""
    named = found.measure, found.of, found.against
    if found.components is None or found.value is None:
        return *named, "unknown", str(found.n), found.reason or ""
    parts = found.components
    spread = f"sd {parts.sds[0]:.3g} and {parts.sds[1]:.3g}"
    if parts.pairing is not None:
        spread += f", pairing {parts.pairing:.2f}"
    of = "as given" if parts.source == "given" else f"{parts.units} units of the pilot"
    what = "pairs" if found.design == "paired" else "a side"
    return *named, f"{found.value:.3g} {found.unit}", f"{found.n:,} {what}", f"{spread}: {of}"


def line_up(seats: Sequence[str]) -> str:
    """Who sits down, the same ones once."""
    from collections import Counter

    named = (f"{many} x {seat}" if many > 1 else seat for seat, many in Counter(seats).items())
    text = ", ".join(named)
    return text if len(text) <= 60 else f"{text[:57]}..."


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 1:
        return "less than a second"
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"about {seconds / size:.1f} {unit}"
    return f"about {seconds:.0f} seconds"
