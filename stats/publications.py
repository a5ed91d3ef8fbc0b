"""Figures frozen at a date, as a press release does: chosen, kept, and told beside those of today.

They are those that the public may see: a publication shows nothing that a dashboard hides.
"""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from sites.models import Site
from stats import written
from stats.dashboard import HEADLINES, Dashboard
from stats.models import Publication
from stats.months import LAUNCH
from stats.suppression import Audience

LOCK = 20_200_103  # of those who publish


def figures_of(found, at, since=LAUNCH):
    """{code: figure as it is kept} of a `Territory` at a date, as its dashboard tells them to the public.

    A kept figure has the texts of an `indicators.Figure`, its plain number, and its rank on the page: PostgreSQL does
    not keep the order of keys.
    """
    board = Dashboard(found, Audience.PUBLIC, at, since, timezone.localdate())
    return {figure.code: _kept(figure, rank) for rank, figure in enumerate(board.figures())}


def _kept(figure, rank):
    return {
        "rank": rank,
        "label": figure.words,
        "text": figure.text,
        "plain": figure.plain,
        "value": float(figure.plain) if figure.is_told else None,
        "unit": figure.unit,
        "period": figure.period,
        "definition": figure.definition,
        "made_of": _made_of(figure),
        "provisional": figure.provisional,
    }


def _made_of(figure):
    """Sentences: who answered or reported, what is not told."""
    told = []
    if figure.answers is not None:
        told.append(figure.answers_in_french)
    elif figure.expected:
        told.append(figure.reporting_in_french)
    if figure.hidden:
        told.append(figure.hidden_in_french)
    return told


def fingerprint(figures):
    """Tells whether figures are those that were shown."""
    return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()[:16]


def freeze(found, at, title, figures, user):
    """Keep figures for good, as a `Publication`. Sent twice, they are the same one: it could not be deleted."""
    said = {"territory": found.key, "title": title, "at": at, "since": LAUNCH, "figures": figures}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return Publication.objects.filter(**said).first() or Publication.objects.create(
            **said, territory_name=found.name, published_by=user, is_demo=Site.objects.demonstration().exists()
        )


# --- Beside today ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A frozen figure, what it is today ('' when nobody counts it any more), and what has changed."""

    code: str
    kept: dict
    now: str
    plain_now: str
    difference: str

    @property
    def is_headline(self):
        return self.code in HEADLINES

    @property
    def is_the_same(self):
        return self.now == self.kept["text"]


def lines_of(publication, found):
    """The `Line`s of a publication in order, each beside the figure of today, for the same territory and date.

    `found` is its `Territory`, None when it is no more.
    """
    today = figures_of(found, publication.at, publication.since) if found else {}
    frozen = sorted(publication.figures.items(), key=lambda pair: pair[1]["rank"])
    return [_line(code, kept, today.get(code)) for code, kept in frozen]


def _line(code, kept, now):
    if now is None:
        return Line(code, kept, "", "", "")
    return Line(code, kept, now["text"], now["plain"], difference(kept, now))


def difference(kept, now):
    """'+120', '−3 points', or '' when they are the same, or when one of the two is not told in full."""
    if kept["value"] is None or now["value"] is None or kept["plain"] == now["plain"]:
        return ""
    change = Decimal(now["plain"]) - Decimal(kept["plain"])
    sign, size = ("+" if change > 0 else "−"), abs(change)
    match kept["unit"]:
        case "share":
            return f"{sign}{written.plural(size * 100, 'point')}"
        case "change":
            return f"{sign}{written.decimal(size * 100)} point{'s' if size * 100 >= 2 else ''}"
        case "decimal":
            return f"{sign}{written.decimal(size)}"
        case "euros":
            return f"{sign}{written.euros(size)}"
    return f"{sign}{written.count(size)}"
