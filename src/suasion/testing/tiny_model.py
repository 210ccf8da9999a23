"""A language model that is small enough for a test, behind llama.cpp's own server.

The model is a llama of one layer with random weights: it knows nothing and writes noise, but it
does so token by token, in a real context, under real sampling, and held by a real grammar where a
request has a schema. So whatever stands between an environment and a model is tried on real parts.

    python -m suasion.testing.tiny_model --port 8080

writes the model, prints one line of JSON with the `port` and the `url` of its server, and serves
until it is ended. It needs the packages `gguf` and `xllamacpp`, which the extra `dev` brings.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from suasion.testing.http1 import in_process

if TYPE_CHECKING:
    from gguf import GGUFWriter

LAYERS, WIDTH, INNER, HEADS = 1, 64, 128, 1
"""Of a llama: layers, the width of a token and inside a layer, heads. One head of one layer reads
a long prompt in a tenth of the time that four heads of two layers take."""
SPREAD = 0.1
"""Standard deviation of the weights: a reply is noise, yet some tokens are likelier than others."""
TRAINED = 1 << 20
"""Tokens that the model says it can read at once: no game is longer."""
SPECIAL = ("<|bos|>", "<|eos|>", "<|pad|>")
CHAT = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: "
"""How messages become one text: each stands where it stood when the next ones are added."""


class Ways(NamedTuple):
    """How the server is started."""

    port: int = 0
    """0 is any that is free."""
    slots: int = 8
    """Requests that are answered at once; each keeps its last prompt, to go on from there."""
    context: int = 32_768
    """Tokens of prompt and reply in each slot; here a token is mostly one byte."""
    threads: int = 1
    """More wait for each other at every step of every layer, which a busy machine makes long."""
    seed: int = 0
    """Other seeds are other models."""


USUAL = Ways()


@contextmanager
def tiny_server(ways: Ways = USUAL) -> Iterator[str]:
    """The base URL of a tiny model, with `/v1`, in a process of its own that ends with this."""
    options = (f"--{name}={value}" for name, value in ways._asdict().items())
    with in_process("suasion.testing.tiny_model", *options) as url:
        yield f"{url}/v1"


# --- the model ---


def bytes_as_letters() -> list[str]:
    """A letter for each byte, by which tokenizers of GPT-2's kind write any text.

    What prints stands for itself, the rest for letters from U+0100 on (Radford et al. 2019).
    """
    prints = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in prints else next(others)) for byte in range(256)]


PAIR = "e", " "
"""The one merge, since a list of none is refused: two bytes that are one token."""


def tokens() -> list[str]:
    """The vocabulary; a token's place in it is its number."""
    letters = bytes_as_letters()
    return [*letters, "".join(_pair()), *SPECIAL]


def _pair() -> list[str]:
    letters = bytes_as_letters()
    return [letters[ord(each)] for each in PAIR]


def token_of(text: str) -> str:
    """The number of a token, as a `logit_bias` names it: of one byte, of `e `, or a special one.

    Errors: ValueError for any other text.
    """
    letters = bytes_as_letters()
    name = text if text in SPECIAL else "".join(letters[byte] for byte in text.encode())
    return str(tokens().index(name))


def printable(brevity: float = 0.0, *, endless: bool = False) -> dict[str, float]:
    """A `logit_bias` that leaves the tiny model printable ASCII, and no escapes within JSON.

    For a seat's `extra_body`: the noise that it writes is then readable text of the length that it
    seems to have, about one character a token. `brevity` is added to the log-odds of a quotation
    mark, which is what ends a text within JSON; at 0 most texts are as long as they may be. A model
    that is `endless` never stops by itself, but where a grammar leaves it nothing else.
    """
    kept = {*range(0x20, 0x7F)} - {ord("\\")}
    unseen = map(token_of, SPECIAL if endless else UNSEEN)
    never = [*(str(byte) for byte in range(256) if byte not in kept), *unseen]
    return {**dict.fromkeys(never, NEVER), token_of('"'): brevity}


NEVER = -100.0
"""The least that OpenAI allows; no token is that likely before."""
UNSEEN = "<|bos|>", "<|pad|>"
"""A grammar takes these for the letters of their names, and a reply leaves them out."""


def write(path: Path, seed: int = 0) -> None:
    """Write a model of 0.4 MB, for any seed always the same bytes."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    _shape(writer)
    _words(writer)
    for name, weights in _weights(seed):
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _shape(writer: GGUFWriter) -> None:
    writer.add_context_length(TRAINED)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens()))
    writer.add_file_type(0)


def _words(writer: GGUFWriter) -> None:
    words = tokens()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(words)
    writer.add_token_types([1] * (len(words) - len(SPECIAL)) + [3] * len(SPECIAL))
    writer.add_token_merges([" ".join(_pair())])
    writer.add_bos_token_id(words.index("<|bos|>"))
    writer.add_eos_token_id(words.index("<|eos|>"))
    writer.add_pad_token_id(words.index("<|pad|>"))
    writer.add_chat_template(CHAT)


def _weights(seed: int) -> Iterator[tuple[str, Any]]:
    """The weights by llama.cpp's names for them, single precision."""
    import numpy as np

    draws = np.random.default_rng(seed)
    for name, shape in _shapes():
        yield name, (draws.standard_normal(shape) * SPREAD).astype(np.float32)
    for name in ("output_norm", *(f"blk.{k}.{p}_norm" for k in range(LAYERS) for p in _NORMED)):
        yield f"{name}.weight", np.ones(WIDTH, np.float32)


_NORMED = "attn", "ffn"


def _shapes() -> Iterator[tuple[str, tuple[int, int]]]:
    layer: Mapping[str, tuple[int, int]] = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (WIDTH, WIDTH),
        "attn_v": (WIDTH, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (INNER, WIDTH),
        "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
    }
    for name in ("token_embd", "output"):
        yield f"{name}.weight", (len(tokens()), WIDTH)
    for k in range(LAYERS):
        yield from ((f"blk.{k}.{part}.weight", shape) for part, shape in layer.items())


# --- its server ---


def started(ways: Ways) -> Any:
    """A server in this process; it answers for as long as it is held on to."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.hostnames, params.port = ["127.0.0.1"], ways.port
    params.n_parallel, params.n_ctx = ways.slots, ways.slots * ways.context
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = ways.threads
    params.warmup = params.ui = params.fit_params = False
    params.cache_ram_mib = 0
    params.verbosity = 1
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tiny.gguf"
        write(file, ways.seed)
        params.model.path = str(file)
        return xllamacpp.Server(params)


def _main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, value in USUAL._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value)
    ways = Ways(**vars(parser.parse_args(given)))
    said = os.dup(1)
    os.dup2(2, 1)  # the server's own words are no part of what this prints
    server = started(ways)
    url = server.listening_address
    line = {"port": int(url.rsplit(":", 1)[1]), "url": url}
    os.write(said, f"{json.dumps(line)}\n".encode())
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    _main(sys.argv[1:])
