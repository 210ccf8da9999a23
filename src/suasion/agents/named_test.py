"""Which models an agent asks is read from its id."""

import pytest

from suasion.agents.named import models_in


@pytest.mark.parametrize(
    ("agent", "models"),
    [
        ("openai/gpt-5.4", ("openai/gpt-5.4",)),
        ("vllm/a/b@http://localhost:8000/v1", ("vllm/a/b@http://localhost:8000/v1",)),
        ("compose/draft-predict-pick?model=openai/x&drafts=2", ("openai/x",)),
        ("hybrid/listener?noise=0&model=vllm/x@http://h/v1", ("vllm/x@http://h/v1",)),
        ("hybrid/listener?model=scripted/valid", ()),
        *((agent, ()) for agent in ("policy/grim", "agent/http@http://h", "replay/r", "")),
        *((agent, ()) for agent in ("scripted/valid", "compose/x", "hybrid/x?model=", "grim")),
    ],
)
def test_the_models_of_an_agent(agent: str, models: tuple[str, ...]) -> None:
    assert models_in(agent) == models
