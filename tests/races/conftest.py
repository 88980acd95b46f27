"""Who calls the server in the races."""

import pytest
from centre import race_company
from clients import PASSWORD


@pytest.fixture(scope="session")
def director(arena):
    """id of somebody who may do anything in the company of the races"""
    with arena.env() as env:
        company = race_company(env)
        user = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": "Race",
                    "login": "race",
                    "password": PASSWORD,
                    "company_id": company.id,
                    "company_ids": [(6, 0, company.ids)],
                    "group_ids": [(4, env.ref("edu_catalog.group_edu_director").id)],
                }
            )
        )
        return user.id
