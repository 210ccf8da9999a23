"""`suasion plan` from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed

STUDY = """\
name: mine
question: what would it take?
expectation: not much
environment: influence
settings: {size: 3, rounds: 2, slots: 2}
seats: SEATS
replicates: 3
conditions:
  talking: {}
  silent: {settings: {messages: false}}
"""
STRANGE = "openai/gpt-4o-mini@https://models.example.org/v1"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Plans a study with these seats; what it says, as JSON or in words."""
    monkeypatch.setenv("SUASION_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-key-that-nobody-prints")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    (tmp_path / "none.toml").write_text("")

    def planned(seats: str, *words: str, more: str = "") -> Any:
        path = tmp_path / "study.yaml"
        path.write_text(STUDY.replace("SEATS", seats) + more)
        result = CliRunner().invoke(app, ["plan", str(path), *words])
        if result.exception is not None:
            return result.exception
        assert "sk-planted" not in result.output
        return json.loads(result.stdout) if "--json" in words else result.stdout

    return planned


def test_a_plan_in_json_has_the_names_that_programs_rely_on(plan: Any) -> None:
    found = plan(f"[openai/gpt-4o-mini, {STRANGE}, policy/grim]", "--json")
    assert found["episodes"] == 6
    assert found["calls"] == 6 * 2 * 2 * 2 + 2
    assert found["tokens"] == pytest.approx(found["tokens_read"] + found["tokens_written"], abs=2)
    assert 0 < found["tokens_reused"] < found["tokens_read"]
    assert found["cost"] is None, "of a strange host no price is known"
    assert found["unpriced"] == [STRANGE]
    assert found["seconds"] > 0
    assert found["hosts"] == ["api.openai.com:443", "models.example.org:443"]
    assert found["variables"] == ["OPENAI_API_KEY"]
    assert [arm["condition"] for arm in found["conditions"]] == ["talking", "silent"]
    (effect,) = found["detectable_effect"]
    assert (effect["power"], effect["alpha"], effect["n"]) == (0.8, 0.05, 3)


def test_a_plan_says_which_base_url_gets_no_key_and_why(plan: Any) -> None:
    seats = f"[openai/gpt-4o-mini, {STRANGE}, policy/grim]"
    own, strange = plan(seats, "--json")["models"]
    assert (own["variable"], own["is_set"], own["no_key"]) == ("OPENAI_API_KEY", True, None)
    assert strange["variable"] is None
    assert strange["no_key"] == "no key is bound to models.example.org:443"
    words = plan(seats)
    assert "openai/gpt-4o-mini at https://api.openai.com/v1, with OPENAI_API_KEY" in words
    assert "without a key: no key is bound to models.example.org:443" in words


def test_only_scripts_take_no_calls_no_money_and_talk_to_no_host(plan: Any) -> None:
    found = plan("[policy/grim, policy/tit_for_tat, policy/grim]", "--json")
    assert (found["calls"], found["tokens"], found["cost"]) == (0, 0, 0)
    assert found["hosts"] == found["variables"] == found["models"] == []
    assert "only scripts sit here" in plan("[policy/grim, policy/tit_for_tat, policy/grim]")


def test_a_plan_fits_on_a_screen_and_ends_with_the_next_command(plan: Any) -> None:
    words = plan("[openai/gpt-4o-mini, openai/gpt-4o-mini, policy/grim]", "--replicates", "10")
    assert len(words.splitlines()) <= 24
    assert "20 episodes (2 conditions x 10 replicates)" in words
    assert words.splitlines()[-1].endswith("study.yaml --replicates 10")


def test_what_is_assumed_can_be_said(plan: Any) -> None:
    seats = "[openai/gpt-4o-mini, policy/grim, policy/grim]"
    fast, slow = (plan(seats, "--json", "--latency", s)["seconds"] for s in ("1", "10"))
    assert slow == pytest.approx(10 * fast, rel=0.05)
    given = plan(seats, "--json", "--sd", "2", "--pairing", "0.5")["detectable_effect"][0]
    assert given["components"]["source"] == "given"
    assert given["components"]["sd_difference"] == pytest.approx(2)
    said = plan(seats, "--json", "--script", "talking_random", "--characters", "9")["assumed"]
    assert (said["answers"], said["characters"]) == ("talking_random", 9)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ("{max_tokens: 10}", "max_tokens is 10, and the estimate"),
        ("{max_cost: 0.000001}", "max_cost is $1e-06, and the estimate"),
    ],
)
def test_a_cap_that_the_run_would_reach_is_said_before_it_is(
    plan: Any, limits: str, why: str
) -> None:
    seats, more = "[openai/gpt-4o-mini, policy/grim, policy/grim]", f"limits: {limits}\n"
    assert why in plan(seats, "--json", more=more)["would_stop"]
    assert why in plan(seats, more=more)


def test_a_policy_that_does_not_exist_is_named_with_one_that_does(plan: Any) -> None:
    failed = plan("[openai/gpt-4o-mini, policy/grim, policy/grim]", "--script", "talking_randm")
    assert isinstance(failed, Failed)
    assert "talking_randm" in str(failed)
    assert failed.command[-2:] == ("--script", "talking_random")


def test_a_model_that_does_not_exist_is_no_traceback(plan: Any) -> None:
    assert isinstance(plan("[nobody/knows, policy/grim, policy/grim]"), Failed)


def test_what_goes_by_batch_is_said_with_its_price_and_what_it_waits_for(plan: Any) -> None:
    seats, asides = "[openai/gpt-4o-mini, policy/grim, policy/grim]", "asides: [realism]\n"
    alone, batched = (
        plan(seats, "--json", more=f"{asides}limits: {{batch: {said}}}\n")
        for said in ("false", "true")
    )
    assert (alone["calls_by_batch"], alone["batches_one_after_the_other"]) == (0, 0)
    asked = 6 * 2
    assert (batched["calls_by_batch"], batched["batches_one_after_the_other"]) == (asked, 2)
    assert batched["tokens"] == alone["tokens"]
    assert alone["cost"] / 2 < batched["cost"] < alone["cost"]
    words = plan(seats, more=f"{asides}limits: {{batch: true}}\n")
    assert f"{asked} of them, at half the price; an episode waits for 2 batches in a row" in words


def test_a_provider_that_takes_no_batches_is_planned_for_without(plan: Any) -> None:
    seats = "[vllm/any, policy/grim, policy/grim]"
    found = plan(seats, "--json", more="asides: [realism]\nlimits: {batch: true}\n")
    assert found["calls_by_batch"] == 0
    assert "by batch" not in plan(seats, more="asides: [realism]\nlimits: {batch: true}\n")
