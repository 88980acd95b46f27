"""Dates, clashes, charges and marks as plain functions: nothing here knows of Odoo's ORM."""

from . import charging, clash, marks, weekly
