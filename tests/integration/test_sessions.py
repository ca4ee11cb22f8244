"""Sessions on the server: kept alive by use."""

from datetime import timedelta

from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.extensions import WRITE, db
from crrubric.models import UserSession
from tests.factories import Factory
from tests.integration.conftest import Visit


def test_a_page_after_a_while_writes_down_that_the_session_is_alive(make: Factory, visit: Visit):
    person = visit(make.actor())
    earlier = now_utc() - timedelta(minutes=30)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=earlier))

    answer = person.get("/")

    seen = db.session.scalars(select(UserSession.seen_at)).one()
    assert answer.status_code == 200
    assert now_utc() - seen < timedelta(minutes=1)
