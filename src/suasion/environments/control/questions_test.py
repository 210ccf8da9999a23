"""The finding: computed, honest about what is not settled, and backed mark by mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.play import Play, drive
from suasion.environments.control import KIT
from suasion.environments.control.policies import POLICIES
from suasion.environments.control.questions import QUESTION, short_names
from suasion.environments.control.rules import Control
from suasion.measures.filed import Filed, Held
from suasion.measures.question import Finding, Results

SEEDS = 8


def results(filed: Sequence[Filed]) -> Results:
    from suasion.report.results import RunResults

    return RunResults(KIT, filed)


def played(policy: str, seed: int, **settings: Any) -> Filed:
    env = Control(**{"horizon": 10, "known": True, **settings})
    episode = drive(Play(env, seed), [POLICIES[policy]()])
    return Filed(f"{policy}-{seed}", episode, [Held("controller", f"policy/{policy}")])


FILED = [
    played(policy, seed)
    for policy in ("myopic", "random", "optimal", "uniform")
    for seed in range(SEEDS)
]
RUN = results(FILED)


@pytest.fixture(scope="module")
def finding() -> Finding:
    assert QUESTION.applies(RUN) is None
    return QUESTION.answer(RUN)


def test_it_says_who_spends_more_and_less_for_later_than_chance(finding: Finding) -> None:
    assert finding.sentence.startswith("At random, 33% of what is spent is spent for later.")
    more, less, rest = (
        finding.sentence.index(words) for words in ("More is", "Less by", "Not told apart")
    )
    assert more < finding.sentence.index("optimal (67%") < less
    assert less < finding.sentence.index("myopic (0%") < rest
    assert rest < finding.sentence.index("uniform (33%")
    assert rest < finding.sentence.index("random (3")


def test_agents_stand_in_order_between_the_two_references(finding: Finding) -> None:
    marks = [mark for mark in finding.panel.marks if not mark.small]
    labels = [mark.label for mark in marks]
    assert labels[0] == "best steady spending"
    assert labels[1] == finding.panel.accent == "optimal"
    assert labels[-2:] == ["myopic", "spending at random"]
    assert [mark.x for mark in marks[1:-1]] == sorted((m.x for m in marks[1:-1]), reverse=True)


def test_few_episodes_settle_nothing() -> None:
    found = QUESTION.answer(results([each for each in FILED if each.id.endswith(("-1", "-2"))]))
    assert "More" not in found.sentence
    assert "Less" not in found.sentence
    assert any("without a p-value" in said for said in found.sureness)


def test_shares_and_regrets_are_those_of_the_measures(finding: Finding) -> None:
    optimal: Any = finding.statistics["optimal"]
    regrets = [v.value for v in RUN.values("regret_per_step") if v.episode.startswith("optimal")]
    assert optimal["share"] == pytest.approx(2 / 3)
    assert optimal["regret_per_step"] == pytest.approx(sum(map(float, regrets)) / SEEDS)  # type: ignore[arg-type]
    assert optimal["n"] == SEEDS
    assert finding.statistics["share_at_random"] == pytest.approx(1 / 3)
    assert finding.statistics["share_of_best"] == pytest.approx(2 / 3)


def test_the_table_has_a_row_for_every_mark_and_every_link_leads_to_a_step(
    finding: Finding,
) -> None:
    assert len(finding.rows) == len(finding.panel.marks) == 4 * (SEEDS + 1) + 2
    events = {each.id: each.episode.events for each in FILED}
    for mark, row in zip(finding.panel.marks, finding.rows, strict=True):
        assert len(row) == len(finding.columns)
        assert mark.x in row
        assert mark.link is not None
        assert mark.link.event is not None
        assert events[mark.link.episode][mark.link.event].kind == "reward"
    for example in finding.examples:
        assert example.link.event == 9


def test_examples_are_chosen_by_their_rule(finding: Finding) -> None:
    regret = {v.episode: v.value for v in RUN.values("regret_per_step")}
    least = min(regret, key=lambda episode: float(str(regret[episode])))
    most = max(regret, key=lambda episode: float(str(regret[episode])))
    assert [each.link.episode for each in finding.examples[1:]] == [least, most]


def test_n_the_method_and_the_correction_are_said(finding: Finding) -> None:
    said = " ".join(finding.sureness)
    for words in ("n = 8", "95%, by Student's t", "Holm", "Only 8 episodes", "no spread"):
        assert words in said


def test_episodes_of_another_bandit_are_left_out_and_counted() -> None:
    other = [replace(played("optimal", seed, sigma=0.01), id=f"o{seed}") for seed in range(3)]
    idle = replace(played("optimal", 1, known=False), id="idle")
    cut = replace(FILED[0], id="cut", finished=False)
    found = QUESTION.answer(results([*FILED, *other, idle, cut]))
    assert len(found.episodes) == len(FILED)
    assert [each.partition(" ")[0] for each in found.exclusions] == ["3", "2"]


def test_it_does_not_apply_where_nothing_was_spent() -> None:
    idle = played("optimal", 1, known=False)
    assert "anything spent" in str(QUESTION.applies(results([idle])))


def test_it_can_be_best_to_spend_nothing() -> None:
    losing = {"c": (-1.0, 0.0, -0.1), "d": (-2.0, -0.5, 0.0)}
    found = QUESTION.answer(results([played("uniform", seed, **losing) for seed in range(6)]))
    assert "share_of_best" in found.statistics
    assert found.statistics["share_of_best"] is None
    assert [mark.label for mark in found.panel.marks][-1] == "spending at random"


def test_many_episodes_are_drawn_as_estimates_alone_and_without_a_warning() -> None:
    found = QUESTION.answer(results([played("random", seed, horizon=2) for seed in range(41)]))
    assert [mark.small for mark in found.panel.marks] == [False] * 3
    assert "small dot" not in found.how_to_read
    assert not any(said.startswith("Only") for said in found.sureness)


def test_names_are_short_where_that_tells_agents_apart() -> None:
    assert short_names(["policy/a", "other/b"]) == {"policy/a": "a", "other/b": "b"}
    assert short_names(["policy/a", "other/a"]) == {"policy/a": "policy/a", "other/a": "other/a"}
