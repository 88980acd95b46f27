"""For tests that no transaction can hold: a database of their own, and a server of their own on it."""

import socket
import subprocess
import sys
import threading
import time

import pytest

import odoo.sql_db

import databases
from arena import Arena

#: seconds that a server may take from saying so until it listens
LISTENING_AFTER = 60


def until_it_listens(port):
    """Odoo says that it serves before its thread has opened the port; on a busy machine that takes a while."""
    pause, end = threading.Event(), time.monotonic() + LISTENING_AFTER
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
        pause.wait(0.1)


@pytest.fixture(scope="session")
def arena():
    """A clone of the tests template in which transactions really commit; dropped at the end."""
    name = databases.throw_away("edu_race")
    yield Arena(name)
    odoo.sql_db.close_db(name)
    databases.drop(name)


@pytest.fixture(scope="session")
def server_log(tmp_path_factory):
    """File with what the server says once it serves."""
    return tmp_path_factory.mktemp("server") / "odoo.log"


@pytest.fixture(scope="session")
def server(arena, server_log):
    """Address of a real Odoo server with threads, serving the arena's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "odoo", "server", "-c", str(databases.RUN / "odoo.conf")]
    command += [
        "-d",
        arena.name,
        f"--db-filter=^{arena.name}$",
        f"--http-port={port}",
        "--max-cron-threads=0",
        "--log-level=warn",
        "--log-handler=odoo.service.server:INFO",
    ]
    with (
        server_log.open("w", buffering=1) as copy,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
    ):
        said = []
        for line in process.stdout:
            said.append(line)
            if "HTTP service" in line:
                break
        else:
            pytest.fail(f"the server did not start:\n{''.join(said)}")
        until_it_listens(port)
        # A full pipe would halt the server: what else it says goes into a file.
        rest = threading.Thread(target=copy.writelines, args=[process.stdout], daemon=True)
        rest.start()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait()
        rest.join()
