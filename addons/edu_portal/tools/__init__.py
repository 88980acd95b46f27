"""What the pages need that knows nothing of Odoo."""

from .dates import moment
from .names import mask_name
