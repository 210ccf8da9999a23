"""What the documents say is run: their code, their links, and the pages that are made from code.

A fenced block says in its first line what happens to it:

- `bash`: run as a script, which must succeed; the blocks of one document run in order, in one
  empty folder, with the program on the path;
- `console`: each line after `$ ` is run and must print the lines below it; `...` stands for any
  text; `exit: 1` after the language is the exit code of the last command;
- `python`, `yaml`, `toml`, `json`: run, or read by a parser;
- `file: NAME` after the language: kept in that folder under this name, for the blocks that follow;
- `same-as: PATH`: the text of a file of the repository, as it stands;
- `no-run: REASON` after `bash`: not run; its syntax and the names of what it calls are checked;
- `text`: anything else.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "docs" / "llms.txt"])
SECONDS = 180
"""The longest that one block may run."""


class Wrong(Exception):
    """What a document says is not so."""


class Block(NamedTuple):
    """A fenced block of a document, and what its first line asks for."""

    language: str
    wish: str
    argument: str
    text: str
    line: int


def named(document: Path) -> str:
    """A document's path in the repository, to name its test."""
    return str(document.relative_to(ROOT))


def tokens(text: str) -> Iterator[Token]:
    """Every token of a document, those within lines included."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a document."""
    fences = (token for token in tokens(text) if token.type == "fence")
    return [block(each.info, each.content, (each.map or [0])[0] + 1) for each in fences]


def block(info: str, text: str, line: int) -> Block:
    """One block, from the words after its fence."""
    language, _, rest = info.strip().partition(" ")
    wish, _, argument = rest.partition(": ")
    return Block(language, wish, argument, text, line)


def execute(each: Block, folder: Path) -> None:
    """Do with a block what its first line says, in a folder; Wrong if what it says is not so."""
    match each:
        case Block("text", ""):
            return
        case Block("bash", "no-run", reason) if reason:
            look_over(each.text)
        case Block(wish="same-as", argument=name):
            if each.text != (ROOT / name).read_text():
                raise Wrong(f"the block is not the text of {name}")
        case Block(wish="file", argument=name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(each.text)
        case Block("console", "" | "exit", code):
            converse(each.text, folder, int(code or 0))
        case Block(language, "") if language in DEEDS:
            DEEDS[language](each.text, folder)
        case _:
            raise Wrong(f"no such block: {each.language} {each.wish}")


def script(text: str, folder: Path) -> None:
    """Run a script of the shell."""
    said = called(["bash", "-euo", "pipefail", "-c", text], folder)
    if said.returncode:
        raise Wrong(f"exit code {said.returncode}:\n{said.stdout}")


def program(text: str, folder: Path) -> None:
    """Run a Python program."""
    said = called([sys.executable, "-W", "error", "-c", text], folder)
    if said.returncode:
        raise Wrong(f"exit code {said.returncode}:\n{said.stdout}")


def converse(text: str, folder: Path, code: int) -> None:
    """Run each command of a terminal's text and compare what it prints."""
    turns = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    if sum(len(command) + len(shown) + 3 for command, shown in turns) != len(text):
        raise Wrong("a console block begins with a line `$ command`")
    for number, (command, shown) in enumerate(turns, 1):
        said = called(["bash", "-c", command], folder)
        if said.returncode != (code if number == len(turns) else 0):
            raise Wrong(f"{command}: exit code {said.returncode}:\n{said.stdout}")
        if not matches(shown, said.stdout):
            raise Wrong(f"{command}: prints\n{said.stdout}")


def matches(shown: str, printed: str) -> bool:
    """Whether a program printed what is shown, where `...` is any text, also of several lines."""
    pattern = ".*".join(map(re.escape, tidy(shown).split("...")))
    return re.fullmatch(pattern, tidy(printed), re.DOTALL) is not None


def tidy(text: str) -> str:
    """Text without the spaces that end its lines and itself."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def called(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A finished command, its errors printed among its words, as in a terminal of 100 columns."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plain = {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb", "PATH": path}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **plain},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def look_over(text: str) -> None:
    """Check a script that is not run: its syntax, its make targets and its commands of ours."""
    parsed = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False)
    if parsed.returncode:
        raise Wrong(parsed.stderr)
    code = re.sub(r"#.*", "", text)
    for target in re.findall(r"\bmake ([a-z-]+)", code):
        if not re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE):
            raise Wrong(f"no make target {target}")
    for command in re.findall(r"\bsuasion ([a-z-]+)", code):
        if called(["suasion", command, "--help"], ROOT).returncode:
            raise Wrong(f"no command suasion {command}")


DEEDS: Mapping[str, Callable[[str, Path], object]] = {
    "bash": script,
    "python": program,
    "yaml": lambda text, _: yaml.safe_load(text),
    "toml": lambda text, _: tomllib.loads(text),
    "json": lambda text, _: json.loads(text),
}


def dead_links(document: Path) -> list[str]:
    """The links and pictures of a document that lead nowhere in the repository."""
    whole = tokens(document.read_text())
    links = (str(token.attrs.get("href") or token.attrs.get("src") or "") for token in whole)
    return [link for link in links if link and not leads_somewhere(unquote(link), document)]


def leads_somewhere(link: str, document: Path) -> bool:
    """Whether a link is to another site, or to a file that is there and a heading that is in it."""
    if re.match(r"https://|mailto:", link):
        return True
    name, _, anchor = link.partition("#")
    file = (document.parent / name).resolve() if name else document
    return file.exists() and (not anchor or anchor in anchors(file.read_text()))


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a document get where it is shown."""
    whole = list(MarkdownIt("commonmark").parse(text))
    opened = (at for at, token in enumerate(whole) if token.type == "heading_open")
    titles = (whole[at + 1].content for at in opened)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def fault(each: Block, folder: Path) -> str | None:
    """What is wrong with a block, if something is."""
    try:
        execute(each, folder)
    except (Wrong, ValueError, yaml.YAMLError, subprocess.TimeoutExpired) as why:
        return str(why)
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_the_blocks_of_a_document_do_what_they_say(document: Path, tmp_path: Path) -> None:
    for each in blocks(document.read_text()):
        if (found := fault(each, tmp_path)) is not None:
            pytest.fail(f"{named(document)}, line {each.line}: {found}", pytrace=False)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    assert dead_links(document) == []


def test_every_document_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    links = {str(token.attrs.get("href")) for token in tokens(index.read_text())}
    reached = {(index.parent / link.partition("#")[0]).resolve() for link in links}
    documents = {file for file in DOCUMENTS if file.is_relative_to(ROOT / "docs")}
    assert documents - reached - {index} == set()


def test_the_generated_pages_are_fresh() -> None:
    said = called([sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], ROOT)
    assert said.returncode == 0, said.stdout


FALSE = {
    "a script that fails": "```bash\nfalse\n```",
    "a failure in a pipe": "```bash\nfalse | true\n```",
    "a program that fails": "```python\nassert 1 == 2\n```",
    "a program that warns": "```python\nimport warnings\nwarnings.warn('old')\n```",
    "another output": "```console\n$ echo one\ntwo\n```",
    "more output than is shown": "```console\n$ printf 'one\\ntwo\\n'\none\n```",
    "another exit code": "```console exit: 3\n$ exit 1\n```",
    "an exit code before the last": "```console exit: 1\n$ exit 1\n$ exit 1\n```",
    "a console without a command": "```console\nwords\n```",
    "broken YAML": "```yaml\na: [1\n```",
    "broken TOML": "```toml\na = \n```",
    "broken JSON": "```json\n{,}\n```",
    "an unknown language": "```klingon\nqapla\n```",
    "no language": "```\nwords\n```",
    "an unknown wish": "```bash quietly: yes\ntrue\n```",
    "a script not run for no reason": "```bash no-run\ntrue\n```",
    "broken syntax that is not run": "```bash no-run: slow\nif then\n```",
    "an unknown target": "```bash no-run: slow\nmake believe\n```",
    "an unknown command": "```bash no-run: slow\nsuasion conjure\n```",
    "another text than the file's": "```text same-as: LICENSE\nBSD\n```",
}

TRUE = {
    "a script": "```bash\ntrue\n```",
    "a file for a later block": "```text file: a.txt\nwords\n```\n\n```bash\ngrep words a.txt\n```",
    "an output": "```console\n$ echo one\none\n$ printf 'a\\nb\\nc\\nd\\n'\na\n...\nd\n```",
    "an exit code": "```console exit: 3\n$ echo no; exit 3\nno\n```",
    "a command of two lines": "```console\n$ echo one \\\n    two\none two\n```",
    "a target": "```bash no-run: installs\nmake demo\n```",
    "the text of a file": f"```text same-as: LICENSE\n{(ROOT / 'LICENSE').read_text()}```",
}


@pytest.mark.parametrize("case", FALSE)
def test_a_block_that_is_false_is_found(case: str, tmp_path: Path) -> None:
    (each,) = blocks(FALSE[case])
    assert fault(each, tmp_path) is not None


@pytest.mark.parametrize("case", TRUE)
def test_a_block_that_is_true_passes(case: str, tmp_path: Path) -> None:
    assert [fault(each, tmp_path) for each in blocks(TRUE[case])] == [None] * len(
        blocks(TRUE[case])
    )


def test_dead_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading, indeed\n\n[yes](#a-heading-indeed) [no](#another) [yes](page.md)\n"
        "[no](other.md) ![no](picture.png) [yes](https://example.org) [no](http://example.org)\n"
    )
    assert dead_links(page) == ["#another", "other.md", "picture.png", "http://example.org"]
