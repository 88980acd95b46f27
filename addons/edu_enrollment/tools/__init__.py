"""Arithmetic of hours and money that knows nothing of the ORM."""
