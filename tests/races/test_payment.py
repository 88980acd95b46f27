"""An instalment paid online: what the provider tells us several times, in any order, is one payment (E11, W4)."""

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from centre import in_company, open_class, race_company

from odoo.fields import Command

PENDING, AUTHORISED, DONE = (
    {"simulated_state": "pending"},
    {"simulated_state": "done"},
    {"simulated_state": "done", "manual_capture": True},
)


@pytest.fixture(scope="module")
def provider(arena):
    """id of Odoo's demonstration provider; it authorises first and captures afterwards"""
    arena.install("payment_demo")
    with arena.env() as env:
        company = race_company(env)
        env = env(context={"allowed_company_ids": company.ids})
        provider = env.ref("payment.payment_provider_demo").copy(
            {"company_id": company.id, "state": "test", "is_published": True, "capture_manually": True}
        )
        method = env.ref("payment_demo.payment_method_demo")
        method.active = True
        provider.payment_method_ids = [Command.set(method.ids)]
        provider.journal_id = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        return provider.id


class Payer:
    """Somebody with a browser who pays an invoice through the link in the mail."""

    def __init__(self, server):
        self.server, self.session = server, requests.Session()

    def post(self, path, **params):
        """What the server answers; ``error`` in it when it does not know how to go on."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        reply = self.session.post(f"{self.server}{path}", json=body, timeout=120)
        reply.raise_for_status()
        return reply.json()

    def order(self, invoice, provider, amount):
        """Fill in the payment form.

        :return: the reference of the transaction
        """
        answer = self.post(
            f"/invoice/transaction/{invoice.id}",
            access_token=invoice._portal_ensure_token(),
            provider_id=provider.id,
            payment_method_id=provider.payment_method_ids.id,
            token_id=None,
            amount=amount,
            flow="direct",
            tokenization_requested=False,
            landing_route=invoice.get_portal_url(),
        )
        return answer["result"]["reference"]

    def notify(self, reference, news):
        return self.post("/payment/demo/simulate_payment", reference=reference, **news)

    def poll(self):
        """The page that waits for the payment; it is what makes Odoo post it."""
        return self.post("/payment/status/poll")


def orders(arena, server, provider, number, amount=300):
    """So many payers, each with an enrolment of 900 and a transaction of so much.

    :return: list of (payer, reference, id of the enrolment)
    """
    with arena.env() as env:
        _class_id, ids = open_class(env, seats=number, students=number)
        in_company(env, "edu.enrollment", ids).action_confirm()
        for invoice in env["edu.enrollment"].browse(ids).invoice_ids:
            invoice._portal_ensure_token()
    result = []
    with arena.env() as env:
        for enrollment in env["edu.enrollment"].browse(ids):
            payer = Payer(server)
            reference = payer.order(enrollment.invoice_ids, env["payment.provider"].browse(provider), amount)
            result.append((payer, reference, enrollment.id))
    return result


def paid(arena, enrollment_id):
    """(states of the posted payments that settle the invoice, their sum, received, collected, due)"""
    with arena.env() as env:
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        invoice = enrollment.invoice_ids
        payments = env["account.payment"].search([("partner_id", "=", invoice.commercial_partner_id.id)])
        settled = payments.move_id.line_ids.matched_debit_ids | payments.move_id.line_ids.matched_credit_ids
        return (
            len(payments),
            sum(settled.mapped("amount")),
            enrollment.amount_received,
            enrollment.amount_paid,
            enrollment.amount_due,
        )


ONCE = (1, 300, 300, 300, 600)


def test_told_five_times_in_any_order(arena, server, provider):
    """Pending, authorised and three times paid, in each order that there is; the page asks after each."""
    news = sorted(set(itertools.permutations((0, 1, 2, 2, 2))))
    for order, (payer, reference, enrollment_id) in zip(
        news, orders(arena, server, provider, len(news)), strict=True
    ):
        for index in order:
            answers = [payer.notify(reference, (PENDING, AUTHORISED, DONE)[index]), payer.poll()]
            assert not [answer for answer in answers if "error" in answer]
        assert paid(arena, enrollment_id) == ONCE, order


def test_told_five_times_at_once(arena, server, provider):
    """The same from five threads, while the page asks and the clock ticks."""
    shuffle = random.Random(2026).shuffle
    made = orders(arena, server, provider, 5)
    assert len(made) == 5
    for payer, reference, enrollment_id in made:
        news = [PENDING, AUTHORISED, DONE, DONE, DONE]
        shuffle(news)
        with ThreadPoolExecutor(8) as pool:
            told = [pool.submit(payer.notify, reference, one) for one in news]
            asked = [pool.submit(payer.poll) for _number in range(3)]
        assert not [one.result() for one in told if "error" in one.result()]
        # Whoever asks at the wrong moment is told to ask again, as Odoo's own page does.
        assert all(
            one.result().get("error", {}).get("data", {}).get("message", "retry") == "retry" for one in asked
        )
        with arena.env() as env:
            env["payment.transaction"]._cron_post_process()
        assert paid(arena, enrollment_id) == ONCE, news


def test_asked_at_once(arena, server, provider):
    """E11: the payment is posted once, however many pages and clocks post it at the same moment."""
    [(payer, reference, enrollment_id)] = orders(arena, server, provider, 1)
    payer.notify(reference, DONE)

    def tick(env):
        env["payment.transaction"].search([("reference", "=", reference)])._post_process()

    assert arena.together(*[tick] * 5) == [None] * 5
    assert paid(arena, enrollment_id) == ONCE


def test_a_part_is_captured(arena, server, provider):
    """E11: what is captured of an authorised amount belongs to the enrolment, once."""
    [(payer, reference, enrollment_id)] = orders(arena, server, provider, 1)
    payer.notify(reference, AUTHORISED)
    with arena.env() as env:
        part = env["payment.transaction"].search([("reference", "=", reference)])._capture(100)
        for _time in range(2):
            part._process("demo", DONE)
            part._post_process()
    assert paid(arena, enrollment_id) == (1, 100, 100, 100, 800)


def test_posting_without_looking_pays_twice(arena, server, provider):
    """The control: what posting does, without asking whether the transaction has a payment."""
    [(payer, reference, enrollment_id)] = orders(arena, server, provider, 1)
    payer.notify(reference, DONE)

    def post(env):
        env["payment.transaction"].search([("reference", "=", reference)])._create_payment()

    assert arena.together(post, post) == [None, None]
    assert paid(arena, enrollment_id) == (2, 600, 600, 600, 300)


def test_what_is_paid_too_much_stays_the_payers(arena, server, provider):
    """E11, E14: two pages pay the whole invoice; the second payment is open credit of the enrolment."""
    [(payer, reference, enrollment_id)] = orders(arena, server, provider, 1, amount=900)
    with arena.env() as env:
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        other = Payer(server)
        references = {
            payer: reference,
            other: other.order(enrollment.invoice_ids, env["payment.provider"].browse(provider), 900),
        }
    for someone, its_reference in references.items():
        someone.notify(its_reference, DONE)
        assert "error" not in someone.poll()
    with arena.env() as env:
        enrollment = env["edu.enrollment"].browse(enrollment_id)
        assert (enrollment.amount_received, enrollment.amount_credit, enrollment.amount_due) == (
            1800,
            900,
            -900,
        )
