"""What people type into an enquiry, made comparable. Knows nothing of Odoo."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SPACES = re.compile(r"\s+")


def clean_line(text):
    """One line of text without control characters and doubled spaces; ``""`` for nothing.

    >>> clean_line("  Trần \\x00 An\\n")
    'Trần An'
    """
    return _SPACES.sub(" ", _CONTROL.sub(" ", str(text or ""))).strip()


def clean_text(text):
    """Text of several lines without the characters that a database refuses; ``""`` for nothing."""
    return str(text or "").replace("\x00", "").strip()


def name_key(name):
    """Two names with the same key are the same name: case, spaces and Unicode form do not count.

    Accents do count: in Vietnamese they make another name.

    >>> name_key("NGUYỄN  an") == name_key("Nguyễn An")
    True
    """
    return unicodedata.normalize("NFC", clean_line(name)).casefold()
