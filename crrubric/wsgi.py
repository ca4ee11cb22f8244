"""crrubric for a server that starts it itself: `gunicorn -c … crrubric.wsgi:app`.

`crrubric serve` is the simpler way, and on Windows the only one. Here the same is done before the
first request: the database is made or refused, and on SQLite this process is alone with it.
"""

import atexit
from contextlib import ExitStack
from functools import partial
from wsgiref.types import WSGIApplication

from crrubric.app import create_app
from crrubric.cli.running import check_schema
from crrubric.cli.serving import hold_server_lock, log_to_console, open_site
from crrubric.extensions import db
from crrubric.hosts import serve_districts

HELD = ExitStack()  # the lock of the database, until the process ends


def make_wsgi_app() -> WSGIApplication:
    """The app on a database that is ready, and those of further districts.

    Raises: Invalid if the database is of another version, or another server has it.
    """
    made = create_app()
    HELD.enter_context(hold_server_lock(made))
    atexit.register(HELD.close)
    with made.app_context():
        check_schema()
        db.session.remove()
        db.engine.dispose()  # a connection that was opened before a fork is nobody's
    log_to_console(made)
    return serve_districts(made, partial(open_site, create_app, HELD))


app = make_wsgi_app()
