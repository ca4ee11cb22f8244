"""Are the database's own seals in place, each with its text, and no other trigger?"""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_
from crrubric.models.seals import list_expected_triggers

SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
# What a trigger does stands in its function; one that is switched off is not as it was made. The
# triggers that keep foreign keys are the database's own: they only must not be switched off.
POSTGRESQL = """
SELECT t.tgname AS name, pg_get_triggerdef(t.oid, true) || ';' || p.prosrc
    || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' -- disabled' END AS sql
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace
    AND (NOT t.tgisinternal OR t.tgenabled <> 'O')
UNION ALL
SELECT rulename, definition FROM pg_rules WHERE schemaname = current_schema()
ORDER BY name
"""


def read_triggers(session: Session) -> dict[str, str]:
    """Every trigger of the database by name, with its text."""
    dialect = session.get_bind().dialect.name
    rows = session.execute(text(SQLITE if dialect == "sqlite" else POSTGRESQL))
    return {row.name: row.sql for row in rows}


def check_triggers(session: Session) -> Iterator[CrrubricError]:
    """Every trigger that is missing, is another one than was made, or is nobody's."""
    expected = dict(list_expected_triggers(session.get_bind().dialect.name))
    found = read_triggers(session)
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield Invalid(N_("The database’s trigger “%(name)s” is missing."), name=name)
        elif name not in expected:
            yield Invalid(N_("The database has a trigger “%(name)s” of its own."), name=name)
        elif found[name] != expected[name]:
            yield Invalid(N_("The database’s trigger “%(name)s” was changed."), name=name)
