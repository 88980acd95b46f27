"""The portal under real concurrent requests: two clicks, one signature, one seat (E20, E23, W2)."""

import base64
import re
import threading
from io import BytesIO

import pytest
import requests
from centre import open_class
from PIL import Image, ImageDraw

PASSWORD = "portal-password"


def drawn():
    """A signature as the browser sends it."""
    image = Image.new("RGBA", (200, 80))
    ImageDraw.Draw(image).line([(5, 5), (190, 70)], fill="black", width=2)
    out = BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def sign(enrollment_id):
    def job(env):
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        return enrollment._sign_contract(enrollment.partner_id, "Runner", drawn())

    return job


def test_two_signatures_at_once(arena):
    """Whoever comes second finds it signed: one note, one PDF."""
    with arena.env() as env:
        _class_id, [enrollment_id] = open_class(env, seats=1, students=1)
        env["edu.enrollment"].browse(enrollment_id).action_confirm()
    outcomes = arena.together(*[sign(enrollment_id)] * 3)
    assert sorted(map(str, outcomes)) == ["False", "False", "True"], outcomes
    with arena.env() as env:
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        notes = enrollment.message_ids.filtered(lambda message: "signed by" in (message.body or ""))
        kept = env["ir.attachment"].search(
            [
                ("res_model", "=", "edu.enrollment"),
                ("res_id", "=", enrollment_id),
                ("res_field", "=", "signed_contract"),
            ]
        )
        assert (enrollment.signed_by, len(notes), len(kept)) == ("Runner", 1, 1)
        assert enrollment.signed_contract


@pytest.fixture
def offer(arena):
    """An offered seat, and the login of the student to whom it is offered: (entry, login)."""
    with arena.env() as env:
        _class_id, ids = open_class(env, seats=1, students=2)
        seated, waiting = env["edu.enrollment"].browse(ids)
        seated.action_confirm()
        waiting.action_join_waitlist()
        seated.action_cancel()
        login = f"portal-{waiting.id}"
        env["res.users"].with_context(no_reset_password=True).create(
            {
                "login": login,
                "password": PASSWORD,
                "partner_id": waiting.student_id.partner_id.id,
                "company_id": waiting.company_id.id,
                "company_ids": [(6, 0, waiting.company_id.ids)],
                "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
            }
        )
        return waiting.waitlist_ids.id, login


def browser(server, login):
    """Somebody who has logged in: (session, token of its forms)."""

    def token(page):
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]

    session = requests.Session()
    data = {"login": login, "password": PASSWORD, "csrf_token": token(session.get(f"{server}/web/login"))}
    session.post(f"{server}/web/login", data=data)
    return session, token(session.get(f"{server}/my/learning"))


@pytest.mark.parametrize("answers", [["accept"] * 4, ["leave"] * 4])
def test_clicks_at_once(arena, server, offer, answers):
    """The same button in four windows: every one of them is answered, and it happens once."""
    entry_id, login = offer
    windows = [browser(server, login) for _answer in answers]
    start, told = threading.Barrier(len(answers)), []

    def click(window, answer):
        session, token = window
        start.wait(60)
        address = f"{server}/my/learning/offer/{entry_id}/{answer}"
        told.append(session.post(address, data={"csrf_token": token}, allow_redirects=False))

    threads = [threading.Thread(target=click, args=pair) for pair in zip(windows, answers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [answer.status_code for answer in told] == [303] * len(answers)
    assert not any("problem" in answer.headers["Location"] for answer in told)
    with arena.env() as env:
        entry = env["edu.waitlist"].browse(entry_id)
        enrollment = entry.enrollment_id
        if answers[0] == "accept":
            assert (entry.state, enrollment.state, len(enrollment.invoice_ids)) == (
                "enrolled",
                "confirmed",
                1,
            )
            assert entry.class_id.seats_taken == 1
        else:
            assert (entry.state, enrollment.state, len(enrollment.invoice_ids)) == ("left", "draft", 0)
            assert entry.class_id.seats_taken == 0
