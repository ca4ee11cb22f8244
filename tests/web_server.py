"""The app on our server, with or without a real nginx and TLS before it, and plain clients."""

import http.client
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from socket import create_connection, socket
from urllib.parse import urlencode

import pytest
from flask import Flask

from crrubric.cli.server import Server, open_server, serve_until_stopped

PATIENCE = 30  # seconds: a process that starts beside others takes some
DATA = Path(__file__).parent / "data" / "mail"
CERTIFICATE, KEY = DATA / "localhost-certificate.pem", DATA / "localhost-key.pem"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# What stands around the servers of nginx in a folder of a test.
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
NGINX = """
  server {{
    listen 127.0.0.1:{port}{tls};
    client_max_body_size 65m;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host {host};
      proxy_set_header X-Forwarded-Proto {scheme};
    }}
  }}
"""
TLS = f" ssl;\n    ssl_certificate {CERTIFICATE};\n    ssl_certificate_key {KEY}"


@contextmanager
def running_server(app: Flask) -> Iterator[Server]:
    """The app on a free port, answered by a thread of the test, with the limits of its settings."""
    server, asked = open_server(app, "127.0.0.1", 0), threading.Event()
    thread = threading.Thread(target=serve_until_stopped, args=(server, asked), daemon=True)
    thread.start()
    yield server
    asked.set()
    thread.join(PATIENCE)


def find_nginx() -> str:
    """The program; the test is skipped where there is none."""
    return find_program("nginx")


def find_program(*names: str) -> str:
    """The first of these programs that is there; the test is skipped where there is none."""
    places = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    found = next((found for name in names if (found := shutil.which(name, path=places))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed")
    return found


@contextmanager
def running_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a Redis (or Valkey) of its own, and its process; it keeps nothing on disk."""
    port = find_free_port()
    command = [find_program("redis-server", "valkey-server"), "--port", str(port)]
    command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}", process
        finally:
            process.kill()


def find_free_port() -> int:
    """A port that nobody listens on."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running_nginx(folder: Path, behind: int, *, outermost: bool = True) -> Iterator[int]:
    """The port of an nginx before `behind`; the outermost has TLS and says what was asked for.

    One between two others passes on what the one before it said.
    """
    folder.mkdir()
    port = find_free_port()
    values = (
        {"tls": TLS, "host": "$http_host", "scheme": "$scheme"}
        if outermost
        else {
            "tls": "",
            "host": "$http_x_forwarded_host",
            "scheme": "$http_x_forwarded_proto",
        }
    )
    with running_nginx_servers(folder, NGINX.format(port=port, behind=behind, **values), port):
        yield port


@contextmanager
def running_nginx_servers(folder: Path, servers: str, port: int) -> Iterator[None]:
    """nginx with these servers, of which one listens on the port; its files lie in the folder."""
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, servers=servers), "utf-8")
    command = [find_nginx(), "-p", str(folder), "-c", str(file), "-e", "stderr"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for_port(port)
            yield
        finally:
            process.terminate()


def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.02)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    def token(self) -> str:
        """The token of the page's forms."""
        found = TOKEN.search(self.text)
        assert found, self.text
        return found[1]


@dataclass
class Client:
    """Somebody at a browser that has an address of its own: 127.0.0.x are all this machine."""

    port: int
    address: str = "127.0.0.1"
    tls: bool = False
    sends: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """One request on a connection of its own."""
        headers = {"Host": f"localhost:{self.port}", **self.sends}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(self.connect()) as connection:  # also where the server is gone
            connection.request(method, path, urlencode(form or {}), headers)
            response = connection.getresponse()
            answer = Answer(
                response.status,
                dict(response.getheaders()),
                response.read().decode("utf-8", "surrogateescape"),
            )
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies.update((name, made.value) for name, made in SimpleCookie(line).items())
        return answer

    def connect(self) -> http.client.HTTPConnection:
        """A connection from our address."""
        source = (self.address, 0)
        if not self.tls:
            return http.client.HTTPConnection(
                "127.0.0.1", self.port, PATIENCE, source_address=source
            )
        trusted = ssl.create_default_context(cafile=str(CERTIFICATE))
        trusted.check_hostname = False  # it is one for localhost, and we connect to 127.0.0.1
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=PATIENCE, source_address=source, context=trusted
        )

    def sign_in(self, email: str, password: str) -> Answer:
        """Send the form of the page, as it is."""
        token = self.ask("GET", "/sign-in").token()
        return self.ask(
            "POST", "/sign-in", {"csrf_token": token, "email": email, "password": password}
        )
