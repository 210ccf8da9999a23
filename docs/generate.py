"""Write the pages of the reference that come from code: `make docs`; `--check` only compares."""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer.main
from pydantic.fields import FieldInfo

from suasion import catalogue
from suasion.cli import app
from suasion.measures.kit import Kit
from suasion.measures.material import Material
from suasion.runner.study import FORMAT, PARTS, schema
from suasion.runner.study_parts import Part

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Made from code by `make docs`; change the code. -->"
Row = Sequence[str]


def main(arguments: Sequence[str]) -> int:
    """Write the pages that are stale, or with `--check` only name them; the exit code."""
    checking = "--check" in arguments
    stale = {page: text for page, text in pages().items() if not stands(page, text)}
    for page, text in stale.items():
        print(f"{page.name} is stale; run: make docs" if checking else f"wrote {page.name}")
        if not checking:
            page.write_text(text)
    return 1 if checking and stale else 0


def stands(page: Path, text: str) -> bool:
    """Whether a page is on disk as it would be written."""
    return page.is_file() and page.read_text() == text


def pages() -> Mapping[Path, str]:
    """Every generated page, with its text."""
    made = {"command-line": command_line(), "environments": environments(), "study": study()}
    kits = map(catalogue.kit, catalogue.bundled())
    made |= {kit.material.name: material(kit.material) for kit in kits if kit.material}
    return {REFERENCE / f"{name}.md": written(lines) for name, lines in made.items()}


def written(lines: Iterable[str]) -> str:
    """The text of a page."""
    return "\n".join([MADE, "", *lines]).rstrip() + "\n"


def command_line() -> Iterator[str]:
    """The page of all commands, as their help has them."""
    group: Any = typer.main.get_command(app)
    yield from ("# The command line", "", *paragraphs(group.help))
    yield from ("Exit codes are in [Exit codes, files and folders](files.md#exit-codes).", "")
    for name, command in group.commands.items():
        yield from of_command(name, command)


def of_command(name: str, command: Any) -> Iterator[str]:
    """One command: how it is called, what it does, and its parameters."""
    context = command.make_context(name, [], resilient_parsing=True)
    called = " ".join(["suasion", name, *command.collect_usage_pieces(context)])
    yield from (f"## suasion {name}", "", f"    {called}", "", *paragraphs(command.help))
    rows = [parameter_row(each, context) for each in command.params if each.name != "help"]
    yield from table(("parameter", "meaning"), rows)


def parameter_row(parameter: Any, context: Any) -> Row:
    """An argument by its name, an option with what is to be given."""
    name, meaning = parameter.get_help_record(context)
    if parameter.param_type_name == "argument":
        name = re.sub(r" <[^>]*>$", "", name)
    return code(name), plain(meaning)


def environments() -> Iterator[str]:
    """The page of every environment that comes with the program."""
    yield from ("# Environments and their measures", "")
    for name in catalogue.bundled():
        yield from of_environment(catalogue.kit(name))


def of_environment(kit: Kit) -> Iterator[str]:
    """One environment: its own page, and what it hands upward."""
    environment = kit.environment
    yield from (f"## {environment.name}", "", *paragraphs(folder_of(kit)))
    yield from section("Settings", ("setting", "default", "expected", "meaning"), settings(kit))
    postponed = [(code(name), said) for name, said in environment.postponed.items()]
    yield from section("Settings of a later version", ("setting", "what is said of it"), postponed)
    yield from section("Presets", ("preset", "settings"), presets(kit))
    yield from section("Policies", ("agent", "what it does"), policies(kit))
    asked = [(code(f"q/{each.slug}.html"), each.title) for each in kit.questions]
    yield from section("Questions", ("page", "question"), asked)
    yield from section(
        "Measures", ("measure", "of", "unit", "chance level", "meaning"), measures(kit)
    )
    yield from section(
        "Parameters of measures", ("parameter", "default", "meaning"), parameters(kit)
    )


def folder_of(kit: Kit) -> str:
    """The docstring that is an environment's page: of the module that holds its kit."""
    module = inspect.getmodule(kit.environment)
    package = sys.modules[(module.__name__ if module else "").rpartition(".")[0]]
    holder = package if hasattr(package, "KIT") else module
    return inspect.getdoc(holder) or ""


def settings(kit: Kit) -> Iterator[Row]:
    """The settings of an environment: default, type, and the string under the field."""
    meanings = under_fields(kit.environment)
    for name, default in catalogue.defaults(kit).items():
        expected = catalogue.expected(kit, name)
        yield code(name), code(json.dumps(default)), expected, plain(meanings.get(name, ""))


def under_fields(owner: type) -> Mapping[str, str]:
    """The string that stands under each field of a class."""
    (tree,) = ast.parse(inspect.cleandoc(inspect.getsource(owner))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        field.target.id: str(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def presets(kit: Kit) -> Iterator[Row]:
    """Presets with the settings that differ from the default."""
    for name, given in kit.presets.items():
        differs = ", ".join(code(f"{key}={json.dumps(value)}") for key, value in given.items())
        yield code(name), differs or "the defaults"


def policies(kit: Kit) -> Iterator[Row]:
    """Scripted agents with their docstrings."""
    for name, make in kit.policies.items():
        yield code(f"policy/{name}"), plain(said_of(make))


def said_of(make: Any) -> str:
    """What a policy does: the docstring of what is made, which is a function or an object."""
    policy = make()
    return inspect.getdoc(policy) or ""


def measures(kit: Kit) -> Iterator[Row]:
    """Measures with their unit, chance level and docstring."""
    for each in kit.measures:
        beside = code(each.null) if each.null else ""
        yield code(each.id), each.level, each.unit, beside, plain(each.meaning)


def parameters(kit: Kit) -> Iterator[Row]:
    """What measures can be asked with."""
    for each in kit.parameters:
        yield code(each.name), code(json.dumps(each.default)), plain(each.meaning)


def material(made: Material) -> Iterator[str]:
    """The page of what episodes can be about: what is said of all of them, and what of some."""
    rows = [entry.row for entry in made.bank()]
    of_all = [key for key in rows[0] if all(row[key] is not None for row in rows)]
    of_some = [key for key in rows[0] if key not in of_all]
    yield from (f"# {made.name.capitalize()}", "")
    yield from paragraphs(MATERIAL.format(made=made))
    keys = [(code(key), plain(meaning)) for key, meaning in made.keys.items()]
    yield from section("An entry of a pack", ("key", "meaning"), keys, level=2)
    yield from section("The bank", of_all, [cells(row, of_all) for row in rows], level=2)
    more = [
        cells(row, ["name", *of_some])
        for row in rows
        if any(row[key] is not None for key in of_some)
    ]
    yield from section("What is known of some", ["name", *of_some], more, level=2)


def cells(row: Mapping[str, Any], keys: Sequence[str]) -> Row:
    """The cells of a row: names and keys as they are typed, and nothing for nothing."""
    return [
        ""
        if (value := row[key]) is None
        else code(str(value))
        if key in ("name", "key")
        else plain(value if isinstance(value, str) else json.dumps(value))
        for key in keys
    ]


MATERIAL = """
What the setting `{made.setting}` can name: `suasion list {made.name}` prints the same, and with
`--pack FILE` also what is in a file of yours.
"""


def study() -> Iterator[str]:
    """The page of the keys of a study file."""
    yield from ("# The study file", "", *paragraphs(STUDY))
    for place, part in PARTS.items():
        title = f"Each of {code(place)}" if place else "A study"
        yield from section(title, ("key", "type", "default", "meaning"), key_rows(part), level=2)
    yield from paragraphs(EPISODES)


STUDY = f"""
A study is a YAML file with these keys. Any other key is refused, with its line. This is format
{FORMAT}, which stays as it is: what a later version of Suasion adds does not change what a file of
this format means, and a file of another format is refused with both numbers named.

`suasion list keys --json` prints the same as a JSON Schema for editors.
"""
EPISODES = """
## The episodes it makes

| design | an episode's name | what a replicate is |
| --- | --- | --- |
| plain | `<condition>--r<k>` | one episode |
| `block` | `<condition>--r<k>--<member>` | an episode of each member, all of one seed and line-up |
| `chain` | `<condition>--r<k>--<link>` | so many episodes in a row, each with a seed of its own |

With `panel` or `cross` an episode is one of a cell, whose agents and values stand behind the
condition: `<condition>--<agent>--<agent>--<value>--r<k>…`, in the study's own names. What is played
beforehand is `baseline--<agent>--<value>`. With `allocate`, *k* is which draw of its agent a block
is.

*k* and the link are counted from 0. Replicate *k* has the same seed, or the same seeds of its
links, in every condition: the first 63 bits of the SHA-256 of `<seed>/<k>`, of a link of
`<seed>/<k>/<link>`. Every cell has seeds of its own, the same ones whatever other cells there are.

The settings of an episode are, each over the one before: the environment's defaults, the preset of
its condition or of the study, `settings` of the study, of the condition, the values of its cell,
`settings` of the block's member, what a seat brings along, and in a chain what the episode before
it left.

In a chain an episode is played once the one before it is whole, with the settings which that one's
`carry` names over those of the study; what it inherited is in its record. Where an episode of a
chain is blocked or has failed, those behind it wait. A study has blocks or chains, not both.

What is resampled is whole blocks or chains where there are any, and *n* counts these.
"""


def key_rows(part: type[Part]) -> Iterator[Row]:
    """The keys of a part of a study file."""
    whole: Any = schema()
    made = whole if part.__name__ == "Study" else whole["$defs"][part.__name__]
    for name, field in part.model_fields.items():
        default = "required" if field.is_required() else code(default_of(field))
        yield code(name), typed(made["properties"][name]), default, plain(field.description or "")


def typed(made: Mapping[str, Any]) -> str:
    """What the value of a key may be, in words, from its JSON Schema."""
    if "anyOf" in made:
        return " or ".join(dict.fromkeys(typed(each) for each in made["anyOf"]))
    if "const" in made:
        return code(json.dumps(made["const"]))
    if "enum" in made:
        return ", ".join(code(json.dumps(each)) for each in made["enum"])
    if "items" in made:
        return f"list of {typed(made['items'])}"
    if "minimum" in made:
        return f"whole number, {made['minimum']:,} {upper(made)}"
    if made.get("type") == "object":
        return "keys of your own" if more(made) else "keys with text"
    return WORDS.get(made.get("type", ""), "keys below")


def more(made: Mapping[str, Any]) -> bool:
    """Whether the values of keys that a study names itself may be more than text."""
    return made.get("additionalProperties") != {"type": "string"}


def upper(made: Mapping[str, Any]) -> str:
    """The end of a range of whole numbers."""
    return f"to {made['maximum']:,}" if "maximum" in made else "up"


WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "null": "null",
}


def default_of(field: FieldInfo) -> str:
    """What a key is where a study file leaves it out, as it could be written there."""
    usual = field.get_default(call_default_factory=True, validated_data={})
    return json.dumps(usual, default=lambda part: part.model_dump(exclude_defaults=True))


def section(title: str, head: Row, rows: Iterable[Row], level: int = 3) -> Iterator[str]:
    """A heading with a table, or nothing if it has no rows."""
    body = list(table(head, rows))
    if body:
        yield from (f"{'#' * level} {title}", "", *body)


def table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """A table, or nothing if it has no rows."""
    body = [line(row) for row in rows]
    if body:
        yield from (line(head), line(["---"] * len(head)), *body, "")


def line(row: Row) -> str:
    """One line of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def code(text: str) -> str:
    """Text that is typed as it stands."""
    return f"`{text}`"


def plain(text: str) -> str:
    """Words on one line, in which nothing is taken for markup but what stands in backticks."""
    parts = " ".join(text.replace("``", "`").split()).split("`")
    parts[::2] = [re.sub(r"([*_<\[])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def paragraphs(text: str | None) -> Iterator[str]:
    """A docstring as paragraphs, each followed by an empty line."""
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        yield from (paragraph, "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
