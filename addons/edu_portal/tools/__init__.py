"""What the pages need that knows nothing of Odoo."""

from .names import mask_name
