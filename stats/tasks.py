"""The work on figures that a page does not wait for: the worker does it."""
