"""The arena itself: what is committed there is seen by the others, and rivals really do collide."""

import psycopg2
import requests

from odoo.fields import Domain


def test_commits_are_seen_by_others(arena):
    with arena.env() as env:
        env["res.partner"].create({"name": "Arena: committed"})
    with arena.env() as env:
        assert env["res.partner"].search_count(Domain("name", "=", "Arena: committed")) == 1


def test_rivals_collide_without_retry(arena):
    with arena.env() as env:
        partner = env["res.partner"].create({"name": "Arena: contested", "color": 0})

    def count(env):
        record = env["res.partner"].browse(partner.id)
        record.color += 1
        env.flush_all()
        env.cr.commit()
        return record.color

    outcomes = arena.together(count, count, retry=False)
    assert sorted(map(type, outcomes), key=repr) == sorted(
        [int, psycopg2.errors.SerializationFailure], key=repr
    ), outcomes


def test_rivals_are_retried_like_users(arena):
    with arena.env() as env:
        partner = env["res.partner"].create({"name": "Arena: shared", "color": 0})

    def count(env):
        env["res.partner"].browse(partner.id).color += 1

    assert arena.together(count, count, count) == [None] * 3
    with arena.env() as env:
        assert env["res.partner"].browse(partner.id).color == 3


def test_server_serves_the_arena(server):
    page = requests.get(f"{server}/web/login", timeout=60)
    assert page.status_code == 200
    assert "oe_login_form" in page.text
