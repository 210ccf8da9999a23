"""Keys: where each may go, and that none is shown."""

import copy
import json
import pickle
from pathlib import Path

import pytest

from suasion.models.config import BadConfig, Config, parsed
from suasion.models.hosts import place
from suasion.models.keys import BadKey, Keys, Secret, keys, read_env
from suasion.models.providers import generic, provider

KEY = "sk-planted-Zq3vR8tLw2XyB7nK"


def held(text: str = "", **env: str) -> Keys:
    return Keys(parsed(text, Path("/c/config.toml")), env)


def sent(keys: Keys, name: str, url: str) -> str | None:
    return keys.bound(provider(name) or generic(name), place(url))


def test_a_secret_is_shown_by_no_common_means() -> None:
    secret = Secret("OPENAI_API_KEY", KEY)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", "%s".__mod__(secret)]
    assert set(shown) == {"[key OPENAI_API_KEY]"}
    assert copy.copy(secret) is copy.deepcopy(secret) is secret
    for write in (pickle.dumps, json.dumps, vars, lambda each: each.__getstate__()):
        with pytest.raises(TypeError) as refusal:
            write(secret)
        assert KEY not in str(refusal.value)
    assert KEY not in json.dumps([secret], default=str)
    assert secret.reveal() == KEY


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://api.openai.com/v1", True),
        ("https://API.OPENAI.COM.:443/v1/else", True),
        ("http://api.openai.com/v1", False),
        ("http://api.openai.com:443/v1", False),
        ("https://api.openai.com:8443/v1", False),
        ("https://api.openai.com.evil.example/v1", False),
        ("https://openai.com/v1", False),
        ("https://evil.example/api.openai.com/v1", False),
        ("https://\u0430pi.openai.com/v1", False),
        ("http://127.0.0.1:8000/v1", False),
    ],
)
def test_the_key_of_a_provider_goes_to_its_own_host_alone(url: str, goes: bool) -> None:
    name = sent(held(OPENAI_API_KEY=KEY), "openai", url)
    assert name == ("OPENAI_API_KEY" if goes else None)


def test_a_base_url_of_the_process_binds_its_host_and_one_of_a_file_does_not() -> None:
    url = "http://gpu-3:8000/v1"
    own = held(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=url)
    assert sent(own, "openai", url) == "OPENAI_API_KEY"
    assert sent(own, "openai", "https://api.openai.com/v1") == "OPENAI_API_KEY"
    assert sent(own, "openai", "http://gpu-3:8001/v1") is None
    assert sent(own, "groq", url) is None
    filed = Keys(Config(), {"OPENAI_API_KEY": KEY}, {"OPENAI_BASE_URL": url})
    assert sent(filed, "openai", url) is None


def test_a_study_cannot_choose_a_variable_by_naming_a_provider() -> None:
    env = {"STRIPE_API_KEY": KEY, "OPENAI_API_KEY": KEY}
    assert sent(held(**env), "stripe", "https://evil.example/v1") is None
    own = held(**env, STRIPE_BASE_URL="https://llm.example/v1")
    assert sent(own, "stripe", "https://llm.example/v1") == "STRIPE_API_KEY"
    assert sent(own, "stripe", "https://evil.example/v1") is None


def test_a_configuration_binds_a_key_to_hosts() -> None:
    hosts = '["llm.example.org", "http://10.0.0.5:8000", "localhost:9"]'
    text = f'[keys.lab]\nenv = "LAB"\nhosts = {hosts}'
    own = held(text, LAB=KEY)
    for url in ("https://llm.example.org/v1", "http://10.0.0.5:8000", "http://localhost:9/v1"):
        assert sent(own, "any", url) == "LAB"
    for url in (
        *(
            "http://llm.example.org/v1",
            "http://llm.example.org:443/v1",
            "https://a.llm.example.org",
        ),
        *("http://10.0.0.5", "http://127.0.0.1:9/v1", "http://localhost:99"),
    ):
        assert sent(own, "any", url) is None


def test_the_key_that_is_set_is_preferred_and_the_configuration_to_what_is_built_in() -> None:
    text = '[keys.mine]\nenv = "MINE"\nhosts = ["api.openai.com"]'
    url = "https://api.openai.com/v1"
    assert sent(held(text, MINE=KEY, OPENAI_API_KEY=KEY), "openai", url) == "MINE"
    assert sent(held(text, OPENAI_API_KEY=KEY), "openai", url) == "OPENAI_API_KEY"
    assert sent(held(text), "openai", url) == "MINE"
    assert sent(held(GROK_API_KEY=KEY), "xai", "https://api.x.ai/v1") == "GROK_API_KEY"


def test_a_file_of_variables_is_read_only_when_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(
        f"# mine\nexport OPENAI_API_KEY='{KEY}'\nGROQ_API_KEY=abc # not this\n\nA=\"b c\"\n"
    )
    home = {"HOME": str(tmp_path)}
    assert keys(home).value("OPENAI_API_KEY") is None
    assert dict(read_env(file)) == {"OPENAI_API_KEY": KEY, "GROQ_API_KEY": "abc", "A": "b c"}
    for named in (keys(home, file), keys({**home, "SUASION_ENV_FILE": str(file)})):
        assert named.value("OPENAI_API_KEY") == KEY
    config = tmp_path / "config.toml"
    config.write_text('env_file = ".env"\n')
    assert keys({"SUASION_CONFIG": str(config)}).value("OPENAI_API_KEY") == KEY


def test_a_variable_of_the_process_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "e").write_text("OPENAI_API_KEY=of-the-file\n")
    found = keys({"HOME": str(tmp_path), "OPENAI_API_KEY": KEY}, tmp_path / "e")
    assert found.value("OPENAI_API_KEY") == KEY


@pytest.mark.parametrize("line", ["no equals sk-planted", "=sk-planted", "a b=sk-planted", "1=x"])
def test_a_broken_file_of_variables_is_named_with_its_line_alone(line: str, tmp_path: Path) -> None:
    (tmp_path / "e").write_text(f"A=1\n{line}\n")
    with pytest.raises(BadConfig, match=r"line 2: expected NAME=value$") as refusal:
        keys({"HOME": str(tmp_path)}, tmp_path / "e")
    assert "planted" not in str(refusal.value)
    with pytest.raises(BadConfig, match="expected a file"):
        keys({"HOME": str(tmp_path)}, tmp_path / "none")


@pytest.mark.parametrize("value", ["two words", "line\nbreak", "ключ", "a\x00b"])
def test_a_key_that_no_header_can_carry_is_refused_by_its_variable(value: str) -> None:
    with pytest.raises(BadKey, match="OPENAI_API_KEY holds no key") as refusal:
        held(OPENAI_API_KEY=value).secret("OPENAI_API_KEY")
    assert value not in str(refusal.value)
    assert held(OPENAI_API_KEY="  ").secret("OPENAI_API_KEY") is None


def test_every_key_that_is_set_is_taken_out_of_texts() -> None:
    text = '[keys.lab]\nenv = "LAB"\nhosts = ["llm.example.org"]'
    own = held(
        text,
        LAB="of-the-lab-0123",
        GROQ_API_KEY="of-groq-01234567",
        ANY_API_KEY="of-anyone-012345",
        HTTPS_PROXY="http://me:proxy%20word@h:1",
    )
    told = own.redactor()("of-the-lab-0123 of-groq-01234567 of-anyone-012345 proxy word")
    assert told == " ".join(
        f"[key removed: {name}]" for name in ("LAB", "GROQ_API_KEY", "ANY_API_KEY", "HTTPS_PROXY")
    )
    assert "of-groq" not in repr(own)
