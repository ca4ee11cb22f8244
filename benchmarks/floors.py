"""The floors: the least that a step could cost on this machine, done by hand on the same data.

A bare Flask page, a bare commit of one row, a page of a bare GROUP BY, rows written as CSV, a file
read by pandas and inserted at once: nothing is checked, named, guarded or told to a journal.
"""

import csv
import io
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Lock, local

from flask import Flask, render_template

from crrubric.extensions import choose_journal_mode

PAGE = """<!doctype html><html lang="en"><title>{{ title }}</title><h1>{{ title }}</h1>
<ul>{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ul></html>"""
TABLE = """<!doctype html><html lang="en"><title>Marks</title><table>
{% for vendor, cells in rows.items() %}<tr><th>{{ vendor }}</th>
{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table></html>"""
# the same marks in the order of the question, so that a GROUP BY has only to read them
SORTED = """
    CREATE TABLE counted (vendor INTEGER, criterion INTEGER, reviewer INTEGER, answer TEXT,
        PRIMARY KEY (vendor, criterion, reviewer)) WITHOUT ROWID
"""
SORT = """
    INSERT INTO counted SELECT ballot.vendor_id, mark.criterion_id, ballot.member_id, mark.answer
    FROM site.mark JOIN site.ballot ON ballot.id = mark.ballot_id WHERE ballot.evaluation_id = ?
"""
COUNT = """
    SELECT vendor, criterion, sum(answer = 'YES'), sum(answer = 'NO'), count(*)
    FROM counted GROUP BY 1, 2
"""
EVERY_MARK = """
    SELECT member.name, vendor.code, criterion.code, mark.answer, mark.note
    FROM mark JOIN ballot ON ballot.id = mark.ballot_id JOIN member ON member.id = ballot.member_id
    JOIN vendor ON vendor.id = ballot.vendor_id JOIN criterion ON criterion.id = mark.criterion_id
    WHERE ballot.evaluation_id = ? ORDER BY vendor.position, criterion.position, member.id
"""
IMPORTED = """
    CREATE TABLE imported (reviewer TEXT, vendor TEXT, criterion TEXT, mark TEXT,
        PRIMARY KEY (reviewer, vendor, criterion))
"""


def connect_bare(path: Path) -> sqlite3.Connection:
    """A connection that keeps the promises of the product's: what is committed is on disk."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute(
        f"PRAGMA journal_mode={choose_journal_mode(sqlite3.sqlite_version_info[:3])}"
    )
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def commit_row(connection: sqlite3.Connection) -> None:
    """Store one row, and nothing else."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO saved (answer) VALUES ('YES')")
    connection.execute("COMMIT")


def make_bare_table(folder: Path) -> sqlite3.Connection:
    """A database of one table in the folder."""
    connection = connect_bare(folder / "bare.db")
    connection.execute("CREATE TABLE IF NOT EXISTS saved (id INTEGER PRIMARY KEY, answer TEXT)")
    return connection


def sort_marks(folder: Path, evaluation: int) -> None:
    """Copy the marks of an evaluation into a table of their own, beside the site's database."""
    with closing(make_bare_table(folder)) as connection:
        connection.execute("DROP TABLE IF EXISTS counted")
        connection.execute(SORTED)
        connection.execute("ATTACH ? AS site", (str(folder / "crrubric.db"),))
        connection.execute(SORT, (evaluation,))


def make_bare_site(folder: Path) -> Flask:
    """A page, a save, and the counts of the marks that were sorted for it."""
    app, kept, turn = Flask("bare"), local(), Lock()
    page, table = (app.jinja_env.from_string(text) for text in (PAGE, TABLE))
    make_bare_table(folder).close()

    @app.get("/")
    def show_page() -> str:
        return render_template(
            page, title="Ballot", lines=[f"Criterion {number}" for number in range(21)]
        )

    @app.get("/health")
    def show_health() -> str:
        return "ready"

    @app.post("/save")
    def save_row() -> str:
        if not hasattr(kept, "connection"):
            kept.connection = make_bare_table(folder)
        with turn:
            commit_row(kept.connection)
        return "saved"

    @app.get("/counts")
    def show_counts() -> str:
        rows: dict[int, list[str]] = {}
        with closing(sqlite3.connect(folder / "bare.db")) as connection:
            for vendor, _criterion, yes, no, count in connection.execute(COUNT):
                rows.setdefault(vendor, []).append(f"{yes} yes, {no} no, {count}")
        return render_template(table, rows=rows)

    return app


def getting(app: Flask, url: str) -> Callable[[], None]:
    """Asks the bare site for a page."""
    client = app.test_client()

    def get() -> None:
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.data

    return get


def write_marks(folder: Path, evaluation: int) -> int:
    """The marks of an evaluation as CSV, by one SELECT. Returns: how many characters."""
    with closing(sqlite3.connect(folder / "crrubric.db")) as connection:
        out = io.StringIO()
        csv.writer(out).writerows(connection.execute(EVERY_MARK, (evaluation,)))
    return len(out.getvalue())


def import_by_pandas(file: Path) -> None:
    """Read a file of marks and store its rows beside it."""
    import pandas as pd  # loads for a second: only the process that imports does it

    frame = pd.read_csv(file)
    with closing(connect_bare(file.with_suffix(".db"))) as connection:
        connection.execute("DROP TABLE IF EXISTS imported")
        connection.execute(IMPORTED)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO imported VALUES (?, ?, ?, ?)", frame.itertuples(index=False, name=None)
        )
        connection.execute("COMMIT")


def main() -> None:
    """As a process: import a file, or serve the bare site."""
    match sys.argv[1:]:
        case ["import", file]:
            import_by_pandas(Path(file))
        case ["serve", folder, port]:
            from waitress import serve

            serve(make_bare_site(Path(folder)), host="127.0.0.1", port=int(port), threads=32)
        case _:
            sys.exit(f"{Path(__file__).name}: import FILE | serve FOLDER PORT")


if __name__ == "__main__":
    main()
