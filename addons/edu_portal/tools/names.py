"""Names for the eyes of strangers. Knows nothing of Odoo."""

import unicodedata


def mask_name(name):
    """A name that only those recognise who know it: the first letter of each word.

    >>> mask_name("Trần Minh An")
    'T*** M*** A***'
    >>> mask_name("王小明")
    '王***'
    """
    return " ".join(f"{word[0]}***" for word in unicodedata.normalize("NFC", name or "").split())
