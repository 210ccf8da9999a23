"""Where URLs lead: one spelling a host, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.models.hosts import BadUrl, Place, listed, place


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://api.openai.com/v1", "api.openai.com", 443),
        ("HTTPS://API.OpenAI.com:443/v1/", "api.openai.com", 443),
        ("https://api.openai.com./v1", "api.openai.com", 443),
        ("http://localhost:8000/v1", "localhost", 8000),
        ("http://localhost", "localhost", 80),
        ("https://bücher.example/v1", "xn--bcher-kva.example", 443),
        ("https://ⒶⓅⒾ.openai.com", "api.openai.com", 443),
        ("http://[::1]:8000/v1", "::1", 8000),
        ("http://[0:0:0:0:0:0:0:1]/v1", "::1", 80),
        ("http://127.1:8000", "127.0.0.1", 8000),
        ("http://2130706433", "127.0.0.1", 80),
        ("http://gpu_box:8000/v1", "gpu_box", 8000),
    ],
)
def test_a_host_has_one_spelling(url: str, host: str, port: int) -> None:
    found = place(url)
    assert (found.host, found.port) == (host, port)
    assert place(found.url) == found


@pytest.mark.parametrize(
    "url",
    [
        *("api.openai.com/v1", "ftp://a.example/", "https://", "https:///v1", "//a.example"),
        *(
            "https://user@a.example/v1",
            "https://user:word@a.example",
            "https://a.example@b.example",
        ),
        *(
            "https://a.example/v1?api_key=1",
            "https://a.example/#x",
            "https://a.example\\@b.example",
        ),
        *("https://a.example:99999/", "https://a.example:0/", "https://a.example:x/"),
        *(
            "https://a b.example/",
            "https://a.example/\n",
            "https://a..example",
            "https://-a.example",
        ),
        *("https://a%2eexample/", "https://[::1", "https://[::g]/", "https://[fe80::1%25eth0]/"),
        *("https://1.2.3.4.5/", "https://256.1.1.1/", "https://08.1.1.1/"),
        *("https://a.example/\x00", "https://a.example/ü"),
    ],
)
def test_what_is_not_plainly_a_place_is_refused(url: str) -> None:
    with pytest.raises(BadUrl) as refusal:
        place(url)
    assert "example" not in str(refusal.value)


METADATA = (
    *("169.254.169.254", "169.254.0.1", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376"),
    *("169.254.43518", "0xa9.0xfe.0xa9.0xfe", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]"),
    *(
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[::a9fe:a9fe]",
    ),
    *("metadata.google.internal", "METADATA.google.internal.", "metadata", "169.254.169.254."),
    *("0.0.0.0", "0", "[::]", "100.100.100.200", "\uff4detadata.google.internal"),
)


@pytest.mark.parametrize("host", METADATA)
def test_places_that_give_away_the_rights_of_a_machine_are_known_in_any_spelling(host: str) -> None:
    assert place(f"http://{host}/latest/meta-data").refused


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.5", "192.168.1.9", "[::1]", "api.openai.com", "[fd00::1]", "gpu"]
)
def test_other_places_are_not_refused(host: str) -> None:
    assert not place(f"http://{host}:8000/v1").refused


def test_loopback_and_near_are_what_the_host_says() -> None:
    near = ["http://localhost:1", "http://127.9.9.9:1", "http://gpu-3:8000", "http://10.1.2.3"]
    assert all(place(url).near for url in near)
    assert [place(url).loopback for url in near] == [True, True, False, False]
    assert not place("https://localhost.example.org").near
    assert not place("https://api.openai.com").near


def test_a_listed_host_without_a_port_is_that_of_https() -> None:
    assert listed("llm.example.org") == Place("https", "llm.example.org", 443)
    assert listed("LLM.example.org:8443") == Place("https", "llm.example.org", 8443)
    assert listed("http://10.0.0.5:8000/") == Place("http", "10.0.0.5", 8000)
    for bad in ("a.example/v1", "", "*.example.org", "https://a.example/v1", "a.example:port"):
        with pytest.raises(BadUrl):
            listed(bad)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"http://{text}/v1"):
        try:
            found = place(url)
        except BadUrl:
            continue
        assert found.host == found.host.lower()
        assert 0 < found.port < 65536
