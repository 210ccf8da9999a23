"""Imports point only down, so that each layer can be read, tested and replaced without those above.

The rules are stated as functions from a tree of sources to complaints, and every one of them is
first shown a planted tree that breaks it.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from textwrap import dedent
from typing import Literal, NamedTuple

import pytest

LAYERS = (
    {"__main__"},
    {"cli"},
    {"serve", "testing"},
    {"report", "runner"},
    {"judges", "agents", "catalogue"},
    {"store", "models", "environments"},
    {"channels"},
    {"stats", "measures", "batch"},
    {"core"},
)
"""The packages of `suasion`, top to bottom; those of one layer do not import each other."""

SIDEWAYS = {("measures", "stats")}
"""What one package may import from another of its own layer: only inside functions."""

UNKNOWN_TO_CORE = {
    *("asyncio", "concurrent", "multiprocessing", "threading", "subprocess", "socket", "http"),
    *("urllib", "os", "io", "pathlib", "shutil", "tempfile", "glob", "sqlite3", "logging"),
    *("time", "datetime", "random", "secrets", "uuid"),
}
"""Clocks, files, networks, processes, shared randomness: an episode is a function of its seed."""
GENERATOR = "random.Random"
"""A generator of one's own, which the core may make of a seed, and only of one."""


When = Literal["read", "called", "never"]


class Import(NamedTuple):
    """One import: who, of what, where, and whether it happens when the module is first read."""

    module: str
    target: str
    line: int
    when: When = "read"
    """`never`: only a type checker sees it."""

    def __str__(self) -> str:
        return f"{self.module}, line {self.line}: imports {self.target}"


Sources = Mapping[str, ast.Module]
"""The parsed modules of a tree by their dotted names, tests left out."""


def read(package: Path) -> Sources:
    """The modules under the folder of a package."""
    files = [file for file in package.rglob("*.py") if not file.name.endswith("_test.py")]
    return {dotted(file, package.parent): ast.parse(file.read_text(), str(file)) for file in files}


def dotted(file: Path, root: Path) -> str:
    """The name a module is imported by."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(sources: Sources) -> list[Import]:
    """Every import of every module, also those in functions and those for types only."""
    return [found for name, tree in sources.items() for found in within(tree, name, sources)]


def within(node: ast.AST, module: str, sources: Sources, when: When = "read") -> Iterator[Import]:
    """The imports under one node of a module's tree."""
    for target in targets(node, sources):
        yield Import(module, target, getattr(node, "lineno", 0), when)
    if when == "read":
        when = moment(node)
    for child in ast.iter_child_nodes(node):
        yield from within(child, module, sources, when)


def moment(node: ast.AST) -> When:
    """When that which stands under a node is executed."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return "never"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            return "called"
    return "read"


def targets(node: ast.AST, sources: Sources) -> list[str]:
    """The modules that a statement or call imports; a relative import keeps its dots."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module="random", names=[ast.alias(name="Random")], level=0):
            return [GENERATOR]
        case ast.ImportFrom(module=module, names=names, level=level):
            start = "." * level + (module or "")
            return [both if (both := f"{start}.{n.name}") in sources else start for n in names]
        case ast.Call(
            func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [name]
    return []


def place(module: str) -> tuple[int, str]:
    """The layer of a module, counted from the top, and its package; `suasion` itself is lowest."""
    package = [*module.split("."), ""][1]
    if not package:
        return len(LAYERS), ""
    return next((i for i, layer in enumerate(LAYERS) if package in layer), -1), package


def upward(sources: Sources) -> list[str]:
    """Imports that do not point down."""
    return [str(each) for each in imports(sources) if ours(each.target) and not points_down(each)]


def points_down(each: Import) -> bool:
    """Whether an import stays in its package, goes to a layer below, or is the exception."""
    (high, package), (low, other) = place(each.module), place(each.target)
    sideways = (package, other) in SIDEWAYS and each.when == "called"
    return high >= 0 and low >= 0 and (high < low or package == other or sideways)


def ours(target: str) -> bool:
    """Whether a target belongs to this project."""
    return target.split(".")[0] == "suasion"


def homeless(sources: Sources) -> list[str]:
    """Modules in a package that has no layer."""
    return [name for name in sources if place(name)[0] < 0]


def relative(sources: Sources) -> list[str]:
    """Imports with leading dots, which say less than the name."""
    return [str(each) for each in imports(sources) if each.target.startswith(".")]


def worldly_core(sources: Sources) -> list[str]:
    """What in the core would tie an episode to anything but its seed and answers."""
    core = {name: tree for name, tree in sources.items() if place(name)[1] == "core"}
    return [
        *(str(each) for each in imports(core) if not ours(each.target) and worldly(each.target)),
        *(
            f"{name}, line {getattr(node, 'lineno', 0)}: {ast.unparse(node).splitlines()[0]}"
            for name, tree in core.items()
            for node in ast.walk(tree)
            if waits(node) or opens(node) or unseeded(node)
        ),
    ]


def worldly(target: str) -> bool:
    """Whether a module is outside the standard library, or a part of it that core must not know."""
    top = target.split(".")[0]
    return target != GENERATOR and (top not in sys.stdlib_module_names or top in UNKNOWN_TO_CORE)


def waits(node: ast.AST) -> bool:
    """Whether a node is asynchronous code."""
    return isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)


def opens(node: ast.AST) -> bool:
    """Whether a node calls for a file or the terminal."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in {"open", "input", "print"}


def unseeded(node: ast.AST) -> bool:
    """Whether a node makes a generator of no seed."""
    called = node.func if isinstance(node, ast.Call) and not node.args else None
    return isinstance(called, ast.Name) and called.id == "Random"


def neighbours(sources: Sources) -> list[str]:
    """Imports of one environment by another."""
    return [
        str(each)
        for each in imports(sources)
        if environment(each.module) and environment(each.target)
        if environment(each.module) != environment(each.target)
    ]


def environment(module: str) -> str:
    """The environment that a module belongs to, or nothing."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["suasion", "environments"] and len(parts) > 2 else ""


def circles(sources: Sources) -> list[str]:
    """A chain of modules that need one another to run, if there is one.

    Types alone make no circle: rules may call words that take the rules as an argument.
    """
    below: dict[str, set[str]] = {name: set() for name in sources}
    for each in imports(sources):
        if each.target in sources and each.target != each.module and each.when != "never":
            below[each.module].add(each.target)
    try:
        TopologicalSorter(below).prepare()
    except CycleError as circle:
        return [" <- ".join(circle.args[1])]
    return []


RULES = (upward, homeless, relative, worldly_core, neighbours, circles)

PLANTED = {
    "core imports a policy": (upward, {"core/a.py": "import suasion.agents.b", "agents/b.py": ""}),
    "a function imports upward": (
        upward,
        {"store/a.py": "def f():\n    from suasion.runner import b", "runner/b.py": ""},
    ),
    "types alone are imported upward": (
        upward,
        {
            "core/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from suasion.store.b import C",
            "store/b.py": "",
        },
    ),
    "a module is imported upward by its name": (
        upward,
        {"core/a.py": "import importlib\nimportlib.import_module('suasion.store')"},
    ),
    "a layer imports sideways": (upward, {"report/a.py": "import suasion.runner.b"}),
    "measures import stats at the top": (upward, {"measures/a.py": "import suasion.stats.b"}),
    "stats import measures": (
        upward,
        {"stats/a.py": "def f():\n    import suasion.measures.b"},
    ),
    "suasion itself imports a part": (upward, {"__init__.py": "import suasion.core.a"}),
    "a package has no layer": (homeless, {"helpers/a.py": ""}),
    "an import is relative": (relative, {"core/a.py": "from . import b", "core/b.py": ""}),
    "the core needs a library": (worldly_core, {"core/a.py": "import numpy"}),
    "the core reads a clock": (worldly_core, {"core/a.py": "def f():\n    import time"}),
    "the core shares randomness": (worldly_core, {"core/a.py": "from random import choice"}),
    "the core draws without a seed": (
        worldly_core,
        {"core/a.py": "from random import Random\ndraw = Random().random"},
    ),
    "the core opens a file": (worldly_core, {"core/a.py": "def f(p):\n    return open(p)"}),
    "the core waits": (worldly_core, {"core/a.py": "async def f(): ..."}),
    "an environment imports another": (
        neighbours,
        {
            "environments/a.py": "import suasion.environments.b.rules",
            "environments/b/rules.py": "",
        },
    ),
    "two modules import each other": (
        circles,
        {"core/a.py": "import suasion.core.b", "core/b.py": "def f():\n    import suasion.core.a"},
    ),
}

ALLOWED = {
    "environments/a/rules.py": """
        from suasion.core import events
        from suasion.environments.a import words
        from suasion.measures import types
        def coverage():
            from suasion.stats import intervals
        """,
    "environments/a/words.py": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from suasion.environments.a.rules import Rules
        """,
    "measures/types.py": "def f():\n    from suasion.stats import intervals",
    "stats/intervals.py": "import numpy as np",
    "core/events.py": "import json\nimport suasion",
    "__init__.py": "",
}


def planted(folder: Path, files: Mapping[str, str]) -> Sources:
    """A tree of sources written for a test."""
    for name, text in files.items():
        file = folder / "suasion" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    return read(folder / "suasion")


@pytest.fixture(scope="module")
def sources(pytestconfig: pytest.Config) -> Sources:
    return read(pytestconfig.rootpath / "src" / "suasion")


def test_imports_point_only_down(sources: Sources) -> None:
    assert upward(sources) == []


def test_every_package_has_a_layer(sources: Sources) -> None:
    assert homeless(sources) == []


def test_no_import_is_relative(sources: Sources) -> None:
    assert relative(sources) == []


def test_the_core_knows_nothing_but_python(sources: Sources) -> None:
    assert worldly_core(sources) == []


def test_environments_do_not_import_each_other(sources: Sources) -> None:
    assert neighbours(sources) == []


def test_no_modules_import_each_other_in_a_circle(sources: Sources) -> None:
    assert circles(sources) == []


def test_the_sources_were_read(sources: Sources) -> None:
    assert {"suasion", "suasion.core.chance", "suasion.core.play"} <= set(sources)
    assert any(each.target == "suasion.core.chance" for each in imports(sources))


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    rule, files = PLANTED[fault]
    assert rule(planted(tmp_path, files)) != []


def test_a_tree_that_keeps_the_rules_is_not_complained_of(tmp_path: Path) -> None:
    tree = planted(tmp_path, ALLOWED)
    assert [complaint for rule in RULES for complaint in rule(tree)] == []
