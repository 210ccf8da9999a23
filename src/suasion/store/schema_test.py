"""The page on the record names every table and column, and no other."""

import re
from pathlib import Path

from suasion.store.schema import SCHEMA

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "record.md"


def documented() -> dict[str, list[str]]:
    """Columns by table, as the page has them."""
    found: dict[str, list[str]] = {}
    for part in PAGE.read_text().split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        cells = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
        if cells:
            found[title] = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    return found


def created() -> dict[str, list[str]]:
    """Columns by table, as they are made."""
    found = {}
    for statement in SCHEMA:
        made = re.match(r"CREATE TABLE (\w+) \((.*)\)", statement, re.DOTALL)
        assert made is not None
        name, columns = made.groups()
        parts = re.sub(r"PRIMARY KEY \(.*?\)", "", columns, flags=re.DOTALL).split(",")
        found[name] = [part.split()[0] for part in parts if part.strip()]
    return found


def test_the_page_on_the_record_names_every_table_and_column() -> None:
    assert documented() == created()
