"""What the pages need that knows nothing of Odoo."""

from .dates import moment
from .ids import as_id
from .names import mask_name
