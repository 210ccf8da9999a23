"""Who stands where among models that data do not tell apart, or tell apart everywhere alike."""

from itertools import permutations
from pathlib import Path

import pytest

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cells import read
from suasion.report.results import RunResults

HEAD = "topic,persuader,target,side,outcome,pre1,post1"
PANEL = {"alike": 1, "the same": 1, "stronger": 2, "weaker": 0}
"""How far each moves every target on every topic."""


@pytest.fixture
def results(tmp_path: Path) -> RunResults:
    """A table in which every conversation with one persuader ends alike."""
    lines = [
        f"{topic},{persuader},{target},{side},completed,0,{sign * PANEL[persuader]}"
        for topic in ("one", "two", "three")
        for persuader, target in permutations(PANEL, 2)
        for side, sign in (("pro", 1), ("con", -1))
    ]
    table = tmp_path / "cells.csv"
    table.write_text("\n".join([HEAD, *lines]) + "\n")
    return RunResults(KIT, read([table], ()).filed)


def test_models_that_do_the_same_everywhere_are_tied_and_others_that_never_vary_are_not(
    results: RunResults,
) -> None:
    groups = {row.by["persuader"]: row.value for row in results.estimates("tie_group")
              if "persuader" in row.by}  # fmt: skip
    assert groups == {"stronger": 1, "alike": 2, "the same": 2, "weaker": 3}
