"""PostgreSQL keeps districts apart by itself: the account of one can't open another's database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import OperationalError

from crrubric.cli.districts.walls import list_open_walls
from crrubric.hosts import SitePlace
from crrubric.settings.reading import read_settings
from tests.integration.cli.districts.conftest import FIRST, SECOND, make_app, run_command
from tests.integration.record.test_restorations import empty_database

ONE, OTHER = "wall_one", "wall_other"


@pytest.fixture
def server(postgresql: str) -> Iterator[Engine]:
    """The server as whoever runs it sees it."""
    address = make_url(postgresql).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@contextmanager
def own_database(server: Engine, name: str) -> Iterator[str]:
    """The address of a database of this name, with an account of the same name that owns it."""
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'p'")
        try:
            address = server.url.render_as_string(hide_password=False)
            with empty_database(address, name, f"OWNER {name}"):
                own = server.url.set(username=name, password="p", database=name)
                yield own.render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP ROLE {name}")


@pytest.fixture
def places(
    server: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[SitePlace]]:
    """Two districts, each with an account and a database of its own."""
    folder = tmp_path / "instance"
    further = folder / "districts" / "riverton"
    further.mkdir(parents=True)
    monkeypatch.setenv("CRRUBRIC_INSTANCE", str(folder))
    with ExitStack() as held:
        for path, name, site in ((folder, ONE, FIRST), (further, OTHER, SECOND)):
            address = held.enter_context(own_database(server, name))
            text = f'SITE_URL = "{site}"\nDATABASE_URL = "{address}"\n'
            (path / "settings.toml").write_text(text, encoding="utf-8")
        yield [SitePlace(path, read_settings(path, {})) for path in (folder, further)]


def close(server: Engine) -> None:
    """What docs/running.md has an operator do."""
    with server.connect() as connection:
        for name in (ONE, OTHER):
            connection.exec_driver_sql(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")


def test_a_wall_that_is_open_is_named_until_it_is_closed(server: Engine, places: list[SitePlace]):
    found = list(list_open_walls(places))

    assert [(wall.account, wall.database) for wall in found] == [(ONE, OTHER), (OTHER, ONE)]
    assert f"REVOKE CONNECT ON DATABASE {OTHER} FROM PUBLIC" in found[0].repair
    told = run_command("doctor").output
    assert f"WRONG  {ONE} may open {OTHER}, the database of another district" in told
    close(server)
    assert list(list_open_walls(places)) == []
    assert f"{ONE} may open" not in run_command("doctor").output


def test_with_the_first_wall_taken_away_nothing_of_another_district_is_read(
    server: Engine, places: list[SitePlace]
):
    """The app of one district is given the other's database, as a mistake of ours might do."""
    close(server)
    one, other = places
    wrong = make_url(one.settings.DATABASE_URL).set(database=OTHER)
    given = {"INSTANCE": str(one.folder), "DATABASE_URL": wrong.render_as_string(False)}
    answer = make_app(given).test_client().get("/sign-in", base_url=FIRST)
    assert answer.status_code == 503

    engine = create_engine(wrong.set(drivername="postgresql+psycopg"))
    with pytest.raises(OperationalError, match="permission denied for database"):
        engine.connect()
    engine.dispose()
    assert other.host == "riverton.example"


def test_one_account_for_two_districts_is_no_wall(
    server: Engine, places: list[SitePlace], tmp_path: Path
):
    close(server)
    one, other = places
    shared = make_url(one.settings.DATABASE_URL).set(database=OTHER).render_as_string(False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {OTHER} OWNER TO {ONE}")
    changed = other.settings.model_copy(update={"DATABASE_URL": shared})

    found = list(list_open_walls([one, SitePlace(other.folder, changed)]))

    assert {wall.repair for wall in found} == {
        "give each district an account of its own, which owns its database alone"
    }
    with server.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {OTHER} OWNER TO {OTHER}")
