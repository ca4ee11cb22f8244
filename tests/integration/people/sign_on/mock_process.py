"""oidc-provider-mock, a provider that others have written, in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection, socket
from typing import Any

PATIENCE = 30  # seconds: a process that starts beside others takes some


@contextmanager
def running_mock(*people: dict[str, Any]) -> Iterator[str]:
    """Its address, until the block ends. Args: people: their claims, "sub" among them."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce=1"]
    for person in people:
        command += ["--user-claims", json.dumps(person)]
    environment = {**os.environ, "NO_COLOR": "1"}
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "the provider did not start"
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the provider does not listen"
            time.sleep(0.05)
        else:
            return
