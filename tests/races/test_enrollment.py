"""The invoice of an enrolment under real concurrent transactions (E9)."""

import pytest
from centre import confirm, in_company, open_class, sales_of


@pytest.mark.parametrize("rivals", [2, 20])
def test_confirming_at_once_makes_one_invoice(arena, rivals):
    """E9: the same enrolment in so many browsers at once."""
    with arena.env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)
    assert arena.together(*[confirm(enrollment_id)] * rivals) == [None] * rivals
    assert sales_of(arena, "edu.class", class_id) == (1, 1)
    with arena.env() as env:
        assert env["edu.enrollment"].browse(enrollment_id).ledger_ids.mapped("kind") == ["purchase"]


def test_without_the_lock_there_are_two_invoices(arena):
    """The control: what confirming does, without the lock and the state that guard it."""
    with arena.env() as env:
        class_id, [enrollment_id] = open_class(env, seats=5, students=1)

    def invoice(env):
        in_company(env, "edu.enrollment", enrollment_id)._create_invoices()

    assert arena.together(invoice, invoice) == [None, None]
    assert sales_of(arena, "edu.class", class_id)[1] == 2
