"""For tests that no transaction can hold: a database of their own, and a server of their own on it."""

import socket
import subprocess
import sys

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

import odoo.sql_db

import databases
from arena import Arena


@pytest.fixture(scope="session")
def arena():
    """A clone of the tests template in which transactions really commit; dropped at the end."""
    name = databases.throw_away("edu_race")
    yield Arena(name)
    odoo.sql_db.close_db(name)
    databases.drop(name)


@pytest.fixture(scope="session")
def server(arena, tmp_path_factory):
    """Address of a real Odoo server with threads, serving the arena's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "odoo.log"
    command = [
        sys.executable,
        "-m",
        "odoo",
        "server",
        "-c",
        str(databases.RUN / "odoo.conf"),
        "-d",
        arena.name,
        f"--db-filter=^{arena.name}$",
        f"--http-port={port}",
        "--max-cron-threads=0",
        "--log-level=warn",
    ]
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        address = f"http://127.0.0.1:{port}"
        session = requests.Session()
        session.mount(
            address, HTTPAdapter(max_retries=Retry(connect=100, backoff_factor=0.1, backoff_max=0.5))
        )
        try:
            session.get(f"{address}/web/health", timeout=60).raise_for_status()
            yield address
        except requests.RequestException:
            pytest.fail(f"the server did not start:\n{log.read_text()}")
        finally:
            process.terminate()
