"""Where targets stand and how far they are moved, from answers on a scale with ends.

Means of answers take -3 to 3 for a ruler: a target that is at the end already cannot be moved
further. Here each answer is a coarse reading of a position that has no ends (a cumulative logit):

    logit P(answer <= j) = (c_j - x) / s(target, phase)
    x before a conversation = base(target, topic)
    x after it              = base + drift(target, topic) + side · push + conversation
    push                    = mean + persuader + target + topic + each two of them

Positions are in points of the scale: the outermost of the six cuts lie at -2.5 and 2.5, the inner
ones are free, and how exactly a target tells its position (s) is its own, before and after. So the
scale and its origin are fixed by the answers, and no effect needs to sum to nought. All effects are
normal with a spread of their own, which is estimated (partial pooling), so that a weak one is
shrunk; a model's strength as persuader and its softness as target may be correlated. The effect of
a conversation is integrated over on a grid and not sampled: of one conversation, in which all
answers after it are read from one position, only how often each answer was given matters.

Priors, in points of the scale: mean push N(0, 1), mean base N(0, 1), mean drift N(0, 0.7), spreads
half-normal with 0.7 (of two-way effects of a push 0.35, of log scales 0.5, of conversations 1), log
scale N(-1, 0.7), gaps between cuts Dirichlet(5), correlation LKJ(2). The density is numpyro's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from suasion.stats import hmc
from suasion.stats.hmc import Sampling
from suasion.stats.sample import Floats
from suasion.stats.whitened import whitened

Places = NDArray[np.intp]
ANSWERS = 7
USUAL = Sampling()
WIDTH = 16
"""Ways of answering are filled up to a multiple of this, so that like runs have one shape."""
END = 2.5
"""Where the outermost cuts lie, to both sides."""
FINE = 0.18 * np.arange(-40.0, 41.0)
"""Positions over which a conversation is integrated."""
COARSE = FINE[::2]
"""Positions at which its likelihood is known exactly; between them it is interpolated."""
POPULATION = (
    *("push_mean", "base_mean", "drift_mean", "gaps", "log_scale_mean", "sd_conversation"),
    *("sd_model", "correlation", "sd_log_scale", "sd_push_topic", "sd_push_persuader_target"),
    *("sd_push_target_topic", "sd_push_persuader_topic", "sd_base_target", "sd_base_topic"),
    *("sd_base_target_topic", "sd_drift_target", "sd_drift_topic", "sd_drift_target_topic"),
)
"""What is common to all; it must have converged before anything is reported."""


class Panel(NamedTuple):
    """Who and what there is: places of persuaders and targets among models, and how many topics."""

    models: int
    persuaders: Places
    targets: Places
    topics: int


class Answers(NamedTuple):
    """How often each answer was given: seven counts, from the lowest answer to the highest."""

    before: Floats
    """By target and topic: (targets, topics, 7)."""
    after: Floats
    """By conversation: (conversations, 7)."""
    persuader: Places
    """Of each conversation, its place in `Panel.persuaders`."""
    target: Places
    topic: Places
    side: Floats
    """1 for the proposition, -1 against it."""


class Draws(NamedTuple):
    """What was sampled of each quantity: (chains, draws, its own shape)."""

    of: Mapping[str, Floats]
    divergences: int
    gradients: int
    """Computed for each chain."""


def missing() -> str | None:
    """The command that installs what this needs, where it is not installed."""
    from importlib.util import find_spec

    return None if find_spec("numpyro") else "pip install 'suasion[bayes]'"


def sample(panel: Panel, answers: Answers, sampling: Sampling = USUAL) -> Draws:
    """Draws from the posterior: of `POPULATION`, and `base`, `drift`, `push`, `cuts`, `scale`."""
    import jax

    with jax.enable_x64(True):
        return _sampled(panel, arrays(answers), sampling)


def _sampled(panel: Panel, given: Mapping[str, Any], sampling: Sampling) -> Draws:
    import jax

    compiled = _compiled(panel.models, tuple(panel.persuaders), tuple(panel.targets), panel.topics)
    on_device = jax.tree.map(jax.numpy.asarray, dict(given))

    def of(points: Floats) -> tuple[Floats, Floats]:
        found = [compiled.energy(point, on_device) for point in points]
        energies, slopes = zip(*found, strict=True)
        return np.array(energies), np.array(slopes)

    stream = np.random.Generator(np.random.PCG64([sampling.seed, 1]))
    round_ = whitened(of, compiled.origin)
    start = stream.uniform(-1.0, 1.0, (sampling.chains, len(compiled.origin)))
    found = hmc.sample(round_.seen(of), start, sampling)
    drawn = compiled.told(round_.back(found.points))
    kept = {name: np.asarray(each) for name, each in drawn.items() if not name.startswith("_")}
    return Draws(kept, found.divergences, found.gradients)


class _Compiled(NamedTuple):
    energy: Any
    """Of a point and the answers: minus the log density, and its gradient."""
    told: Any
    """Of many points (chains, draws) every quantity by name."""
    origin: Floats


@lru_cache(maxsize=4)
def _compiled(
    models: int, persuaders: tuple[int, ...], targets: tuple[int, ...], topics: int
) -> _Compiled:
    """The density of a panel, compiled once for all answers of one shape."""
    import jax
    from jax.flatten_util import ravel_pytree
    from numpyro.infer.util import constrain_fn, potential_energy

    density = model(Panel(models, np.array(persuaders), np.array(targets), topics))
    origin, unravel = ravel_pytree(_origin(density))

    # What is given is an argument: as a constant the compiler would spend minutes on folding it.
    def energy(point: Any, given: Mapping[str, Any]) -> Any:
        return potential_energy(density, (), given, unravel(point))

    def told(point: Any) -> Any:
        return constrain_fn(density, (), {}, unravel(point), return_deterministic=True)

    return _Compiled(
        jax.jit(jax.value_and_grad(energy)),
        jax.jit(jax.vmap(jax.vmap(told))),
        np.asarray(origin),
    )


def _origin(density: Any) -> dict[str, Any]:
    """A point to begin around: no effects, spreads of a third, even gaps between cuts."""
    import jax
    from numpyro import handlers
    from numpyro.distributions import biject_to

    sites = handlers.trace(handlers.seed(density, jax.random.PRNGKey(0))).get_trace()
    free = {
        name: biject_to(site["fn"].support).inv(site["value"])
        for name, site in sites.items()
        if site["type"] == "sample" and not site["is_observed"]
    }
    third = np.log(1 / 3)
    return {
        name: jax.numpy.full_like(value, third if name.startswith("sd_") else 0.0)
        for name, value in free.items()
    }


def arrays(answers: Answers) -> dict[str, Any]:
    """The answers as the density takes them: each way of answering of each target once.

    Conversations with one target after which the same answers were given share their likelihood.
    """
    targets = len(answers.before)
    kinds, which = np.unique(
        np.column_stack([answers.target, answers.after]), axis=0, return_inverse=True
    )
    of = kinds[:, 0].astype(np.intp)
    first = np.searchsorted(of, np.arange(targets))
    most = int(np.bincount(of, minlength=targets).max(initial=1))
    width = -(-most // WIDTH) * WIDTH
    counts = np.zeros((targets, width, ANSWERS))
    counts[of, np.arange(len(of)) - first[of]] = kinds[:, 1:]
    place = of * width + np.arange(len(of)) - first[of]
    return {
        "before": answers.before,
        "counts": counts,
        "which": place[which.ravel()],
        "persuader": answers.persuader,
        "target": answers.target,
        "topic": answers.topic,
        "side": answers.side,
    }


def model(panel: Panel) -> Any:
    """The density of a panel's answers and of all that is unknown, as numpyro takes it.

    Without arguments it is that of the unknowns alone: the prior.
    """
    import jax.numpy as jnp
    import numpyro
    from numpyro import distributions as dist

    persuaders, targets, topics = len(panel.persuaders), len(panel.targets), panel.topics

    def effect(name: str, shape: tuple[int, ...], spread: float = 0.7) -> Any:
        sd = numpyro.sample(f"sd_{name}", dist.HalfNormal(spread))
        unit = dist.Normal(0.0, 1.0).expand(shape).to_event(len(shape))
        return sd * numpyro.sample(f"_{name}", unit)

    def crossed(name: str, mean: float) -> Any:
        """A number of each target on each topic."""
        middle = numpyro.sample(f"{name}_mean", dist.Normal(0.0, mean))
        one, other = effect(f"{name}_target", (targets, 1)), effect(f"{name}_topic", (1, topics))
        both = effect(f"{name}_target_topic", (targets, topics))
        return numpyro.deterministic(name, middle + one + other + both)

    def pushes() -> Any:
        middle = numpyro.sample("push_mean", dist.Normal(0.0, 1.0))
        sd = numpyro.sample("sd_model", dist.HalfNormal(0.7).expand([2]).to_event(1))
        corner = numpyro.sample("_correlation", dist.LKJCholesky(2, 2.0))
        numpyro.deterministic("correlation", corner[1, 0])
        unit = dist.Normal(0.0, 1.0).expand([panel.models, 2]).to_event(2)
        roles = numpyro.sample("_model", unit) @ (sd[:, None] * corner).T
        small = 0.35
        return numpyro.deterministic(
            "push",
            middle
            + roles[panel.persuaders, 0][:, None, None]
            + roles[panel.targets, 1][:, None]
            + effect("push_topic", (topics,))
            + effect("push_persuader_target", (persuaders, targets, 1), small)
            + effect("push_target_topic", (targets, topics), small)
            + effect("push_persuader_topic", (persuaders, 1, topics), small),
        )

    def density(
        before: Any = None,
        counts: Any = None,
        which: Any = None,
        persuader: Any = None,
        target: Any = None,
        topic: Any = None,
        side: Any = None,
    ) -> None:
        gaps = numpyro.sample("gaps", dist.Dirichlet(jnp.full(ANSWERS - 2, 5.0)))
        steps = jnp.concatenate([jnp.zeros(1), jnp.cumsum(gaps)])
        cuts = numpyro.deterministic("cuts", END * (2 * steps - 1))
        middle = numpyro.sample("log_scale_mean", dist.Normal(-1.0, 0.7).expand([2]).to_event(1))
        logs = middle[:, None] + effect("log_scale", (2, targets), 0.5)
        scale = numpyro.deterministic("scale", jnp.exp(logs))
        base, drift, push = crossed("base", 1.0), crossed("drift", 0.7), pushes()
        sd = numpyro.sample("sd_conversation", dist.HalfNormal(1.0))
        if before is None:
            return
        told = _log_shares(cuts, base, scale[0][:, None])
        numpyro.factor("told_before", (before * told).sum())
        ends = (base + drift)[target, topic] + side * push[persuader, target, topic]
        told = _log_shares(cuts, FINE[None, :], scale[1][:, None])
        numpyro.factor("told_after", _interpolated(_blurred(counts, told, sd), which, ends).sum())

    return density


def _log_shares(cuts: Any, position: Any, scale: Any) -> Any:
    """The log probability of each answer (last axis), without loss at either end."""
    import jax
    import jax.numpy as jnp

    far = jnp.array([1e3])
    ends = jnp.concatenate([-far, cuts, far])
    at = (ends - position[..., None]) / scale[..., None]
    between = jnp.log(-jnp.expm1(-jnp.diff(ends) / scale[..., None]))
    return between - jax.nn.softplus(-at[..., 1:]) - jax.nn.softplus(at[..., :-1])


def _blurred(counts: Any, told: Any, sd: Any) -> Any:
    """Of each way of answering its log likelihood, by where a conversation is expected to end."""
    import jax.numpy as jnp

    # One product of two plain matrices: products of many small ones take minutes to compile.
    fine = (counts[:, :, None, :] * told[:, None, :, :]).sum(axis=3)
    top = fine.max(axis=2, keepdims=True)
    weights = jnp.exp(-0.5 * jnp.square((COARSE[:, None] - FINE) / sd))
    weights = weights / weights.sum(axis=1, keepdims=True)
    likely = jnp.exp(fine - top).reshape(-1, len(FINE)) @ weights.T
    return jnp.log(likely + 1e-290).reshape(*counts.shape[:2], -1) + top


def _interpolated(table: Any, which: Any, ends: Any) -> Any:
    """Of each conversation its log likelihood, by cubics with continuous slopes (Catmull-Rom)."""
    import jax.numpy as jnp

    last = len(COARSE) - 1
    at = jnp.clip((ends - COARSE[0]) / (COARSE[1] - COARSE[0]), 0.0, float(last))
    left = jnp.clip(jnp.floor(at).astype(jnp.int32), 1, last - 2)
    first = which * len(COARSE) + left
    a, b, c, d = (table.ravel()[first + step] for step in (-1, 0, 1, 2))
    f = at - left
    bend = 2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)
    return b + 0.5 * f * (c - a + f * bend)
