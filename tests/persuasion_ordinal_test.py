"""`suasion measure RUN --model ordinal`: what it reads, what it says, and what it will not say."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.environments.persuasion.cells_test import row, written
from suasion.stats import ordinal
from suasion.stats.hmc import Sampling
from suasion.stats.ordinal import COARSE, POPULATION, Answers, Draws, Panel

MODELS = ("a", "b", "c")
TOPICS = ("t1", "t2")
STRONG = 0.8
"""How much further `a` pushes than the others, in the draws that stand in for a sampler."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    rows = [
        row(topic=topic, persuader=one, target=other, side=side, post1=2 if side == "pro" else -2)
        for one, other in permutations(MODELS, 2)
        for topic in TOPICS
        for side in ("pro", "con")
    ]
    written(tmp_path, *rows, name="cells")
    assert CliRunner().invoke(app, ["import", "persuasion-cells", "cells.csv", "--out", "run"])
    return "run"


def measured(*words: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the estimates of the model."""
    done = CliRunner().invoke(app, ["measure", *words, "--json", "--estimates"])
    if isinstance(done.exception, Failed):
        raise done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    rows = json.loads(done.stdout)["estimates"]
    return done.exit_code, [each for each in rows if each["method"].startswith("ordinal")]


def draws(panel: Panel, divergences: int = 0) -> Draws:
    """Draws without any doubt but noise, in which the first persuader pushes the most."""
    stream = np.random.Generator(np.random.PCG64(1))
    p, t, k = len(panel.persuaders), len(panel.targets), panel.topics
    push = 0.5 + 0.1 * stream.standard_normal((4, 200, p, t, k))
    push[:, :, 0] += STRONG
    of = {name: stream.standard_normal((4, 200)) for name in POPULATION}
    of |= {
        "push": push,
        "base": 0.1 * stream.standard_normal((4, 200, t, k)),
        "drift": 0.1 * stream.standard_normal((4, 200, t, k)),
        "cuts": np.broadcast_to(np.arange(-2.5, 3), (4, 200, 6)),
        "scale": np.full((4, 200, 2, t), 0.3),
        "sd_conversation": 0.5 + 0.01 * stream.standard_normal((4, 200)),
    }
    return Draws(of, divergences, 0)


@pytest.fixture
def sampled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Panel, Answers]]:
    """What the sampler was given; it gives `draws`."""
    given: list[tuple[Panel, Answers]] = []

    def sample(panel: Panel, answers: Answers, sampling: Sampling) -> Draws:
        given.append((panel, answers))
        return draws(panel)

    monkeypatch.setattr(ordinal, "sample", sample)
    return given


def test_every_answer_of_the_run_reaches_the_model(
    run: str, sampled: list[tuple[Panel, Answers]]
) -> None:
    measured(run, "--model", "ordinal")
    [(panel, answers)] = sampled
    assert (panel.models, panel.topics) == (3, 2)
    assert answers.before.sum() == 3 * 24
    assert (answers.before.sum(axis=2) == 12).all()
    assert (answers.after.sum(axis=1) == 3).all()
    assert sorted(zip(answers.persuader, answers.target, answers.topic, strict=True)) == sorted(
        (one, other, k) for one, other in permutations(range(3), 2) for k in (0, 1) for _ in (0, 1)
    )
    assert answers.after[answers.side == 1][:, 5].all()
    assert answers.after[answers.side == -1][:, 1].all()


def test_what_is_told_of_a_run_that_has_converged(
    run: str, sampled: list[tuple[Panel, Answers]]
) -> None:
    code, rows = measured(run, "--model", "ordinal")
    assert code == 0
    found = {(each["measure"], *each["by"].values()): each for each in rows}
    assert len(found) == len(rows) == 3 + 3 + 3 + 4
    strong = found["latent_strength", "a"]
    assert strong["low"] < strong["value"] < strong["high"]
    assert strong["value"] == pytest.approx(0.5 + STRONG, abs=0.05)
    assert found["latent_strength", "b"]["value"] == pytest.approx(0.5, abs=0.05)
    assert found["latent_susceptibility", "b"]["value"] == pytest.approx(0.77, abs=0.05)
    assert [found["p_best", name]["value"] for name in MODELS] == [1, 0, 0]
    assert found["diagnostic", "r_hat"]["value"] < 1.01
    assert found["diagnostic", "divergences"]["value"] == 0


def test_without_convergence_everything_is_null_with_the_reason_and_the_exit_code_is_3(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordinal, "sample", lambda panel, *_: draws(panel, divergences=2))
    code, rows = measured(run, "--model", "ordinal")
    assert code == 3
    reported = [each for each in rows if each["measure"] != "diagnostic"]
    assert len(reported) == 9
    assert all(each["value"] is None and "2 divergent" in each["reason"] for each in reported)
    assert [each["value"] for each in rows if "divergences" in each["by"].values()] == [2]


def test_without_the_extra_the_command_that_installs_it_is_named(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordinal, "missing", lambda: "pip install 'suasion[bayes]'")
    with pytest.raises(Failed, match=r"pip install 'suasion\[bayes\]'"):
        measured(run, "--model", "ordinal")


def test_a_model_that_is_not_there_is_named_with_those_that_are(run: str) -> None:
    with pytest.raises(Failed, match="no model 'cardinal' of persuasion; there are: ordinal"):
        measured(run, "--model", "cardinal")


def test_nothing_is_modelled_of_one_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, row(), row(side="con"), name="cells")
    CliRunner().invoke(app, ["import", "persuasion-cells", "cells.csv", "--out", "run"])
    done = CliRunner().invoke(app, ["measure", "run", "--model", "ordinal", "--json"])
    assert done.exit_code == 3
    rows = [e for e in json.loads(done.stdout)["estimates"] if e["measure"] == "latent_strength"]
    assert rows[0]["reason"] == "too_few_levels: 1 persuaders, at least 2 are needed"


def test_strengths_shrink_at_the_end_of_the_scale() -> None:
    from suasion.stats.latent import expected

    curve = expected(np.arange(-2.5, 3), np.array([0.3]), 0.5)[0]
    middle = int(np.abs(COARSE).argmin())
    assert curve[middle] == pytest.approx(0)
    assert curve[[0, -1]] == pytest.approx([-3, 3], abs=1e-3)
    assert (np.diff(curve) >= 0).all()
    assert curve[middle + 3] - curve[middle] == pytest.approx(
        COARSE[middle + 3] - COARSE[middle], abs=0.05
    )
