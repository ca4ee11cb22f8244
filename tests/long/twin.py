"""One of two servers on one database: `crrubric serve` would refuse to be the second.

    python -m tests.long.twin INSTANCE

It says its port, and serves until it is told to stop.
"""

import sys

from crrubric.app import create_app
from crrubric.cli import server as http
from tests.conftest import SETTINGS


def serve_beside_another(instance: str) -> None:
    """Serve the database of this folder on a free port."""
    app = create_app({**SETTINGS, "INSTANCE": instance, "RATELIMIT_ENABLED": False})
    server = http.open_server(app, "127.0.0.1", 0)
    asked = http.listen_for_stop()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    http.serve_until_stopped(server, asked)


if __name__ == "__main__":
    serve_beside_another(sys.argv[1])
