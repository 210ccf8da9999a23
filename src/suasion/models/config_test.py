"""The user's configuration: what it says, and what is wrong with one that says it badly."""

from pathlib import Path

import pytest

from suasion.models.config import LARGEST, BadConfig, config_file, parsed, read_config
from suasion.models.hosts import Place
from suasion.models.model import Price

GOOD = """\
env_file = "keys.env"
allow_hosts = ["http://169.254.10.1:8000"]

[keys.lab]
env = "LAB_KEY"
hosts = ["llm.example.org:8443", "http://10.0.0.5:8000"]

[prices."openai/x"]
read = 1
written = 2.5
cached = 0.25
as_of = "2026-01-31"

[prices."vllm/y"]
read = 0
written = 0
as_of = 2026-02-01
"""


def test_a_configuration_binds_keys_to_hosts_and_says_prices(tmp_path: Path) -> None:
    config = parsed(GOOD, tmp_path / "config.toml")
    (lab,) = config.bindings
    assert lab.env == "LAB_KEY"
    assert lab.hosts == (
        (Place("https", "llm.example.org", 8443), False),
        (Place("http", "10.0.0.5", 8000), True),
    )
    assert config.env_file == tmp_path / "keys.env"
    assert config.allowed == {("169.254.10.1", 8000)}
    assert config.prices == {
        "openai/x": Price(1.0, 2.5, 0.25, "2026-01-31"),
        "vllm/y": Price(0.0, 0.0, None, "2026-02-01"),
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[keys.a]\nenv = \n", 2, "TOML"),
        ("[keys.a]\nenv = 'A'\nkey = 'sk-planted'\n", 3, "never in this file"),
        ("[keys.a]\nhosts = []\nvalue = 'sk-planted'\n", 3, "never in this file"),
        ("[keys.a]\nenv = 'sk-planted-0123456789'\n", 2, "name of a variable"),
        ("[keys.a]\nenv = 'gsk_planted0123456789ABC'\n", 2, "looks like a key"),
        ("[keys.a]\nenv = 3\n", 2, "name of a variable"),
        ("[keys.a]\nhosts = ['a.example']\n", None, "name of a variable"),
        ("[keys.a]\nenv = 'A'\nhosts = 'a.example'\n", 3, "list of hosts"),
        ("[keys.a]\nenv = 'A'\nhosts = ['*']\n", 3, "host"),
        ("[keys.a]\nenv = 'A'\nhosts = ['https://u:sk-planted@a.example']\n", 3, "host"),
        ("[keys.a]\nenv = 'A'\nhost = ['a.example']\n", 3, "no such key; there are: env, hosts"),
        ("keys = 'sk-planted'\n", 1, "expected a table"),
        ("[keys]\na = 'sk-planted'\n", 2, "expected a table"),
        ("\nkey = 'sk-planted'\n", 2, "no such key; there are: env_file"),
        ("env_file = 3\n", 1, "a file of variables"),
        ("[prices.'a/b']\nread = -1\nwritten = 1\n", 2, "US dollars"),
        ("[prices.'a/b']\nread = nan\nwritten = 1\n", 2, "US dollars"),
        ("[prices.'a/b']\nread = inf\nwritten = 1\n", 2, "US dollars"),
        ("[prices.'a/b']\nread = true\nwritten = 1\n", 2, "US dollars"),
        ("[prices.'a/b']\nread = 1\n", 1, "read and written"),
        ("[prices.'a/b']\nread = 1\nwritten = 1\nas_of = 'today'\n", 4, "a day"),
        ("[keys.a]\nenv = 'A'\n\n[keys.b]\nenv = 3\n", 5, "keys.b.env"),
        ("a = " + "[" * 5000, None, "TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_without_a_key(
    text: str, line: int | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    with pytest.raises(BadConfig) as refusal:
        parsed(text, file)
    told = str(refusal.value)
    assert told.startswith(f"{file}, line {line}:" if line and "TOML" not in said else f"{file}")
    assert said in told
    assert f"line {line}" in told or line is None
    assert "planted" not in told


def test_where_the_configuration_is(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert config_file({"HOME": home}) == tmp_path / ".config" / "suasion" / "config.toml"
    assert config_file({"HOME": home, "XDG_CONFIG_HOME": "/x"}) == Path("/x/suasion/config.toml")
    relative = {"HOME": home, "XDG_CONFIG_HOME": "x"}
    assert config_file(relative) == tmp_path / ".config" / "suasion" / "config.toml"
    assert config_file({"HOME": home, "SUASION_CONFIG": "/c.toml"}) == Path("/c.toml")


def test_an_absent_configuration_says_nothing_unless_it_was_named(tmp_path: Path) -> None:
    assert read_config({"HOME": str(tmp_path)}).bindings == ()
    with pytest.raises(BadConfig, match="expected a file"):
        read_config({"SUASION_CONFIG": str(tmp_path / "none.toml")})


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for content, said in (
        (b"a = 1\n\xff", "line 2: expected UTF-8"),
        (b"#" * LARGEST * 2, "bytes"),
    ):
        file.write_bytes(content)
        with pytest.raises(BadConfig, match=said):
            read_config({"SUASION_CONFIG": str(file)})
    with pytest.raises(BadConfig, match="expected a file"):
        read_config({"SUASION_CONFIG": str(tmp_path)})
