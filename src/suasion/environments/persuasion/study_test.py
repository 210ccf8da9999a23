"""The study that comes along, from its file to its pages: blocks, pairs, and a page that reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from suasion import catalogue
from suasion.environments.persuasion import KIT
from suasion.measures.filed import Held
from suasion.report.cast import Cast
from suasion.report.results import RunResults, results
from suasion.report.site import build
from suasion.runner.progress import Quiet
from suasion.runner.run import run
from suasion.runner.study_file import load
from suasion.store.run import Run, open_run

REPLICATES = 2


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo in small: a block of two conversations for each condition and replicate."""
    folder = tmp_path_factory.mktemp("persuasion") / "run"
    study = load(catalogue.study("persuasion/sides"))
    run(study, folder, workers=1, replicates=REPLICATES, progress=Quiet())
    return open_run(folder)


def found(played: Run) -> RunResults:
    return results(played)


def test_each_replicate_is_a_block_of_both_sides_of_one_seed(played: Run) -> None:
    filed = list(played.all())
    assert len(filed) == 4 * REPLICATES * 2
    for pro, con in zip(filed[::2], filed[1::2], strict=True):
        assert (pro.id, con.id) == (f"{pro.block}--pro", f"{pro.block}--con")
        one, other = pro.episode.header, con.episode.header
        assert one.seed == other.seed
        differ = {name for name in one.settings if one.settings[name] != other.settings[name]}
        assert differ == {"side"}
        assert [seat.agent for seat in pro.seats] == [seat.agent for seat in con.seats]


def test_every_pair_has_an_effect_and_a_drift_and_agents_keep_their_parameters(played: Run) -> None:
    values = found(played)
    for measure in ("paired_effect", "paired_drift"):
        rows = values.values(measure)
        assert len(rows) == 4 * REPLICATES
        assert all(row.episode.endswith("--pro") and row.reason is None for row in rows)
    rows_by = [row.by for row in values.estimates("signed_shift")]
    held = {by["persuader"] for by in rows_by if "persuader" in by}
    assert held == {"policy/persuader?strength=0.8", "policy/persuader?strength=0.3",
                    "policy/off_topic"}  # fmt: skip


def test_its_pages_answer_the_question_and_show_the_strip(played: Run, tmp_path: Path) -> None:
    build(played, tmp_path)
    page = (tmp_path / "q" / "persuasion.html").read_text()
    assert "How far did it move, and is that the persuader" in page
    reader = (tmp_path / "episodes" / "strong--r0--pro.html").read_text()
    assert "before the first turn: " in reader
    assert 'min="-3" max="3"' in reader
    assert reader.count(" hidden></meter>") == 1
    assert "policy/persuader?strength=0.8" in reader
    home = (tmp_path / "index.html").read_text()
    assert "suasion run persuasion/sides --out runs/sides" in home


def test_agents_are_called_by_the_least_that_tells_them_apart() -> None:
    def called(*agents: str) -> list[str]:
        return list(Cast([Held(f"P{at}", agent) for at, agent in enumerate(agents)]).agents)

    assert called("policy/a?x=1", "policy/b?x=1") == ["a", "b"]
    assert called("policy/a?x=1/2", "policy/a?x=1") == ["a?x=1/2", "a?x=1"]
    assert called("policy/a?x=1", "awaited/a?x=1") == ["policy/a?x=1", "awaited/a?x=1"]


def test_the_kit_names_what_there_is() -> None:
    assert [*KIT.presets][:3] == ["published", "short", "trajectory"]
    for settings in KIT.presets.values():
        KIT.environment(**settings)
