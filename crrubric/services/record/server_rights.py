"""What an account of PostgreSQL may do that only serves: read and write rows, and nothing else.

Whoever owns the tables can switch off the rules that keep the record: triggers, keys, checks. So a
server may run under an account that owns nothing, and another one, which the server does not know,
makes and upgrades the tables.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import db

NOT_OWNER = N_(
    "Give this command under the account that owns the tables: name it in DATABASE_URL this once."
)
OWNERS = """
    SELECT relowner AS owner FROM pg_class WHERE relnamespace = to_regnamespace('public')
    UNION SELECT proowner FROM pg_proc WHERE pronamespace = to_regnamespace('public')
    UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'public'
    UNION SELECT datdba FROM pg_database WHERE datname = current_database()
"""
OWNS = text(
    "SELECT rolsuper OR rolcreaterole OR EXISTS (SELECT FROM"  # noqa: S608
    f" ({OWNERS}) AS owners WHERE pg_has_role(rolname, owner, 'MEMBER'))"
    " FROM pg_roles WHERE rolname = :account"
)
MAKES = text("SELECT has_schema_privilege(:account, 'public', 'CREATE')")
IS_OWNER = text(
    "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('journal_entry')"
)


def is_served_by_owner() -> bool:
    """Whether the account of the site could change the rules of its tables; so on SQLite."""
    if db.engine.dialect.name != "postgresql":
        return True
    with db.engine.connect() as connection:
        return bool(connection.scalar(IS_OWNER))


def is_bound_by_rules() -> bool:
    """Whether the account of the site can neither change the rules of its tables nor add to them;
    never on SQLite."""
    if db.engine.dialect.name != "postgresql":
        return False
    with db.engine.connect() as connection:
        named = {"account": connection.scalar(text("SELECT current_user"))}
        return not any(connection.scalar(asked, named) for asked in (OWNS, MAKES))


def grant_server_rights(account: str) -> None:
    """Let an account of PostgreSQL serve this site; tables that are made later are its as well.

    Raises: Invalid, saying what to do, on SQLite, without being their owner, and for an account
    that is not there or could change the tables, or make some, all the same.
    """
    if db.engine.dialect.name != "postgresql":
        raise Invalid(N_("The database is SQLite, which knows no accounts."))
    if not is_served_by_owner():
        raise Invalid(NOT_OWNER)
    with db.engine.begin() as connection:
        owns = connection.scalar(OWNS, {"account": account})
        if owns is None:
            raise Invalid(
                N_("PostgreSQL has no account %(account)s: make it with CREATE ROLE … LOGIN."),
                account=account,
            )
        if owns:
            raise Invalid(
                N_(
                    "%(account)s owns the tables, or may do everything: name an account that is no"
                    " superuser and belongs to no other."
                ),
                account=account,
            )
        for statement in list_grants(connection, account):
            connection.exec_driver_sql(statement)
        if connection.scalar(MAKES, {"account": account}):
            raise Invalid(
                N_(
                    "%(account)s could still make tables and functions in the schema public: as the"
                    " superuser of PostgreSQL, give “REVOKE CREATE ON SCHEMA public FROM PUBLIC”,"
                    " then this command again."
                ),
                account=account,
            )


def list_grants(connection: Connection, account: str) -> Iterator[str]:
    """The statements; what the account had before on these tables is taken back first."""
    quote = db.engine.dialect.identifier_preparer.quote
    to, database = quote(account), quote(str(connection.scalar(text("SELECT current_database()"))))
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {to}"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {to}"
    yield f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {to}"
    yield f"GRANT USAGE ON SCHEMA public TO {to}"
    yield f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {to}"
    yield f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {to}"
    yield f"GRANT {numbers} ON ALL SEQUENCES IN SCHEMA public TO {to}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rows} ON TABLES TO {to}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {numbers} ON SEQUENCES TO {to}"
