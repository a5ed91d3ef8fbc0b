"""The work on figures that a page does not wait for: the worker does it."""

from procrastinate.contrib.django import app

from stats.coverage.compute import compute_if_due
from stats.suppression import settle


@app.periodic(cron="*/5 * * * *")
@app.task(queue="upkeep", queueing_lock="hide_small_numbers")
def hide_small_numbers(timestamp):
    """Show again what was written without an import: the totals of a site that moved, a correction made in SQL."""
    settle()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="upkeep", queueing_lock="compute_coverage")
def compute_coverage(timestamp):
    """Follow the sites that open, close or move, and the stops that begin and end."""
    compute_if_due()
