"""The directory in Django's admin."""
