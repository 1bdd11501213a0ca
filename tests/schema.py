"""Writes docs/schema.sql, the schema of the store as it is now: `python -m tests.schema`.

The schema is the result of the files in `sfn_cli/store/sqlite/schema/`, in sequence. This page
shows it, with their comments. With `--check` it writes nothing, and exits with 1 when the page is
stale.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "schema.sql"
SCRIPTS = sorted((ROOT / "sfn_cli" / "store" / "sqlite" / "schema").glob("*.sql"))

HEAD = """\
-- The schema of the store (sfn.db) as it is now. `python -m tests.schema` writes this page from the files in
-- sfn_cli/store/sqlite/schema/, which are applied in order and never edited once shipped.
-- Times are milliseconds since 1970 (UTC) unless a comment says otherwise.
"""


def page() -> str:
    """The text of the page."""
    texts = [script.read_text(encoding="utf-8") for script in SCRIPTS]
    with closing(sqlite3.connect(":memory:")) as connection:
        for text in texts:
            connection.executescript(text)
        objects = connection.execute(
            """
            SELECT type, name, tbl_name, sql FROM sqlite_master
            WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
            ORDER BY type = 'view', tbl_name, instr('table index trigger', type), name
            """
        ).fetchall()
    comments = _comments("\n".join(texts))
    added = _comments_of_added_columns("\n".join(texts))
    blocks = []
    for type, name, table, sql in objects:
        text = (
            f"{comments.get(name, '')}{_one_column_a_line(sql, table, added) if type == 'table' else sql};\n"
        )
        if type in ("table", "view") or comments.get(name):
            blocks.append(text)
        else:
            blocks[-1] += ("" if type == "index" else "\n") + text
    return "\n".join([HEAD, *blocks])


def _comments(script: str) -> dict[str, str]:
    """The comment lines directly above each CREATE, by the name of what it creates."""
    found = re.finditer(
        r"((?:^--.*\n)+)(?:CREATE (?:UNIQUE )?(?:TABLE|INDEX|VIEW|TRIGGER) (\w+))", script, re.MULTILINE
    )
    return {match[2]: match[1] for match in found}


def _comments_of_added_columns(script: str) -> dict[tuple[str, str], str]:
    """Returns the comments after ALTER TABLE … ADD COLUMN, by table and column."""
    found = re.finditer(r"^ALTER TABLE (\w+) ADD COLUMN (\w+)[^;]*;[ ]*(--.*)?$", script, re.MULTILINE)
    return {(match[1], match[2]): match[3] or "" for match in found}


def _one_column_a_line(sql: str, table: str, added: dict[tuple[str, str], str]) -> str:
    """Returns a CREATE TABLE with later added columns on lines of their own.

    SQLite has them in one.
    """
    columns = [column for of, column in added if of == table]
    if not columns:
        return sql
    start = re.search(rf"\n?,\s*{columns[0]}\b", sql)
    assert start is not None
    original, end = sql[: start.start()], sql.rindex(")")
    later, rest = _definitions(sql[start.end() - len(columns[0]) : end], len(columns))
    lines = original.split("\n")
    # SQLite adds columns before the table's constraints, and before the last column's comment.
    own_comment, _, constraints = rest.partition("\n")
    code, dashes, comment = (lines[-1] + own_comment).partition("--")
    lines[-1] = f"{code.rstrip()}," + (f"  {dashes}{comment}" if dashes else "")
    for number, definition in enumerate(later, 1):
        comment = added[table, definition.split()[0]]
        line = f"    {definition}{',' if number < len(later) or constraints else ''}"
        lines.append(f"{line}  {comment}" if comment else line)
    return "\n".join([*lines, constraints + sql[end:]])


def _definitions(text: str, number: int) -> tuple[list[str], str]:
    """Returns the first parts of a list that commas outside of parentheses separate, and the rest."""
    depth, parts, begin = 0, list[str](), 0
    for index, character in enumerate(f"{text},"):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append(text[begin:index].strip())
            begin = index + 1
            if len(parts) == number:
                break
    return parts, text[begin:]


def main() -> None:
    text = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.exit(f"{PAGE.relative_to(ROOT)} is stale: run python -m tests.schema")
        return
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
