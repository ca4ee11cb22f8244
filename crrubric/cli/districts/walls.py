"""Whether PostgreSQL keeps districts apart, should the program ever fail to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import create_engine, make_url, text

from crrubric.config import database_options, find_database_address
from crrubric.hosts import SitePlace

OPEN = text(
    "SELECT datname FROM pg_database"
    " WHERE datname = ANY(:names) AND has_database_privilege(datname, 'CONNECT') ORDER BY datname"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWall:
    """A database that the account of another district may open."""

    account: str
    database: str
    owner: str  # the account whose database it is

    @property
    def repair(self) -> str:
        """What closes it, in a sentence."""
        if self.account == self.owner:
            return "give each district an account of its own, which owns its database alone"
        return (
            f"REVOKE CONNECT ON DATABASE {self.database} FROM PUBLIC; and let {self.account} be no"
            " superuser"
        )


def list_open_walls(places: Sequence[SitePlace]) -> Iterator[OpenWall]:
    """Each database of a district that the account of another one may open, on PostgreSQL.

    Raises: SQLAlchemyError if a database does not answer.
    """
    addresses = [make_url(find_database_address(place.settings)) for place in places]
    there = [url for url in addresses if url.get_backend_name() == "postgresql"]
    for url in there:
        others = {other.database or "": other for other in there if other is not url}
        engine = create_engine(url, connect_args=database_options(str(url)))
        try:
            with engine.connect() as connection:
                account = str(connection.scalar(text("SELECT current_user")))
                found = list(connection.scalars(OPEN, {"names": list(others)}))
        finally:
            engine.dispose()
        for name in found:
            owner = others[name].username or account
            yield OpenWall(account=account, database=name, owner=owner)
