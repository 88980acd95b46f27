"""Ids that come with a request. Knows nothing of Odoo."""

# No id in the database is larger. A search for one that is would be an error of the server instead of "not found".
ID_MAX = 2**31 - 1


def as_id(value):
    """The id that a text stands for; 0, which no record has, when it stands for none.

    :param value: what came with a request: anything, or nothing
    :return: int, 0 to ``ID_MAX``

    >>> as_id("42"), as_id("99999999999"), as_id("4 2"), as_id("-1"), as_id("²"), as_id(None)
    (42, 0, 0, 0, 0, 0)
    """
    text = str(value)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(ID_MAX)) else 0
    return number if number <= ID_MAX else 0
