"""Whole studies with a noisy test model: the same against itself varies, and covers nought."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from suasion.core.asks import Json
from suasion.measures.filed import Filed
from suasion.report.a_a import checks
from suasion.report.contrasts import declared
from suasion.report.results import RunResults, results
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.run import open_run

N, STUDIES = 80, 4
"""Replicates in each arm of a study, and studies."""
STILL, MOVED = (["policy/silent", f"scripted/noisy?mean={mean}&sd=1"] for mean in (0, 0.5))
NOISY: Mapping[str, Json] = {
    "name": "noisy",
    "question": "Does a lift of half a standard deviation show?",
    "expectation": "It does.",
    "environment": "persuasion",
    "settings": {"arm": "reprobe", "probes": 1, "probe_before": False},
    "seats": STILL,
    "conditions": {"still": {}, "moved": {"seats": MOVED}},
    "replicates": N * STUDIES,
    "a_a": True,
    "contrasts": [{"measure": "stance_after", "of": {"arm": "moved"}, "against": {"arm": "still"}}],
}


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> list[RunResults]:
    """So many studies, all of one run."""
    folder: Path = tmp_path_factory.mktemp("noisy") / "run"
    run(of(NOISY), folder, workers=2)
    found = results(open_run(folder))
    by: list[list[Filed]] = [[] for _ in range(STUDIES)]
    for each in found.filed:
        assert each.replicate is not None
        by[each.replicate // N].append(each)
    return [RunResults(found.kit, filed) for filed in by]


def test_both_arms_of_the_same_against_itself_vary(studies: list[RunResults]) -> None:
    for study in studies:
        values = study.values("stance_after")
        arms = {arm: [v.value for v in values if v.episode.startswith(f"{arm}--")]
                for arm in ("still", "still-again")}  # fmt: skip
        assert {len(each) for each in arms.values()} == {N}
        assert all(len(set(each)) > 2 for each in arms.values())
        assert arms["still"] != arms["still-again"]


def test_the_check_covers_nought_and_the_planted_difference_is_found(
    studies: list[RunResults],
) -> None:
    found = [(check.covers, check.made.units) for s in studies for check in checks(s, NOISY)]
    assert [units for _, units in found] == [N] * STUDIES
    # Of four intervals at 95% two or more leave nought out in 1.4% of all runs.
    assert [covers for covers, _ in found].count(True) >= STUDIES - 1
    every = RunResults(studies[0].kit, [each for study in studies for each in study.filed])
    # A study of this size finds it in 85% of all runs, four together in all but very few.
    assert [each.verdict for each in declared(every, NOISY["contrasts"])] == ["higher"]
