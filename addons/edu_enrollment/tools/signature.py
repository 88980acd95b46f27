"""Pictures of signatures as browsers send them. Knows nothing of the ORM."""

import base64
import struct
import zlib
from io import BytesIO

from PIL import Image

BYTES_MAX = 2 * 1024 * 1024
SIDE_MAX = 4096
# What a broken or hostile picture makes the library say.
_BROKEN = (OSError, EOFError, SyntaxError, ValueError, struct.error, zlib.error, Image.DecompressionBombError)


def read_signature(text):
    """Check the picture of a signature: a PNG or JPEG of sane size on which something is drawn.

    :param str text: the picture, base64
    :return: the same, as it can be stored
    :raise ValueError: it is none of that

    >>> read_signature("PHN2Zy8+")
    Traceback (most recent call last):
    ...
    ValueError: not a picture
    """
    if not isinstance(text, str) or len(text) > BYTES_MAX * 4 // 3:
        raise ValueError("too large")
    try:
        picture = Image.open(BytesIO(base64.b64decode(text, validate=True)), formats=("PNG", "JPEG"))
        if max(picture.size) > SIDE_MAX:
            raise ValueError("too large")
        extrema = picture.convert("RGBA").getextrema()
    except _BROKEN as error:
        raise ValueError("not a picture") from error
    if all(low == high for low, high in extrema):
        raise ValueError("empty")
    return text
