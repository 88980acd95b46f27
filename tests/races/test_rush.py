"""200 clients for 20 seats over real HTTP: exactly 20, everybody else a clear answer, no server error (E24)."""

import os
import threading
import xmlrpc.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from centre import open_class

CLIENTS, SEATS = 200, 20
ROUNDS = int(os.environ.get("EDU_RUSH_ROUNDS", "2"))
PASSWORD = "rush-password"


@pytest.fixture(scope="module")
def seller(arena):
    """Somebody who may enrol at every campus of the company of the races."""
    with arena.env() as env:
        open_class(env, seats=1, students=1)
        company = env["res.company"].search([("name", "=", "Race Centre")])
        user = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": "Rush",
                    "login": "rush",
                    "password": PASSWORD,
                    "company_id": company.id,
                    "company_ids": [(6, 0, company.ids)],
                    "group_ids": [(4, env.ref("edu_catalog.group_edu_director").id)],
                }
            )
        )
        return user.id


def confirm(address, database, uid, enrollment_id):
    """One client; returns what it was told."""
    models = xmlrpc.client.ServerProxy(f"{address}/xmlrpc/2/object", allow_none=True)
    try:
        models.execute_kw(database, uid, PASSWORD, "edu.enrollment", "action_confirm", [[enrollment_id]])
    except xmlrpc.client.Fault as fault:
        return "full" if "is full" in fault.faultString else fault.faultString
    except xmlrpc.client.ProtocolError as error:
        return f"error {error.errcode} of the server"
    return "seat"


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_rush(arena, server, seller, round_number):
    with arena.env() as env:
        class_id, enrollments = open_class(env, seats=SEATS, students=CLIENTS)
    # Many small stacks instead of few large ones: the memory of a test process is limited.
    before = threading.stack_size(512 * 1024)
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = Counter(pool.map(lambda one: confirm(server, arena.name, seller, one), enrollments))
    finally:
        threading.stack_size(before)
    assert answers == {"seat": SEATS, "full": CLIENTS - SEATS}, dict(answers)
    with arena.env() as env:
        course = env["edu.class"].browse(class_id)
        assert course.seats_taken == SEATS
        assert len(course.enrollment_ids.invoice_ids) == SEATS
