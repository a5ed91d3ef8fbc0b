"""Small numbers: which counts the public may not see, decided here for pages, files, charts and the API alike.

A count from 1 to `settings.SMALL_NUMBER_THRESHOLD` - 1 might tell of someone. `settle` marks it as hidden in the
totals, with whatever would reveal it by subtraction; `Audience` says who is asking, and `seen_by` (models.totals)
leaves out what they may not see. All that is published is made of what `seen_by` gives, and of nothing else.
"""

from collections import defaultdict
from enum import Enum

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from franceservices.accounts.scopes import Scope
from stats.models import MonthlyByDemarche, MonthlyByPartner, MonthlyTotal, Publication, SmallNumberRule
from stats.months import months_later
from stats.small_numbers import TOTAL, Month, hidden_counts, hidden_shares, hidden_totals


class Audience(Enum):
    """Who asks for figures."""

    PUBLIC = "public"
    AGENTS = "agents"

    @property
    def sees_small_numbers(self):
        return self is Audience.AGENTS


def audience_of(request):
    """Agents are those who signed in with their second factor and to whom a territory is entrusted today."""
    user = request.user
    if not (user.is_authenticated and user.is_verified()):
        return Audience.PUBLIC
    return Audience.AGENTS if Scope.of(user, timezone.localdate()).reads else Audience.PUBLIC


# --- Settling --------------------------------------------------------------------------------------

LOCK = 20_200_102  # the one that the totals' triggers take
TOTAL_FLAGS = ("hides_requests", "hides_completed", "hides_respondents", "hides_satisfaction")
# What is hidden comes by COPY; rows that say so already are left alone.
MARK_TOTALS = """
UPDATE stats_monthlytotal AS total
SET (hides_requests, hides_completed, hides_respondents, hides_satisfaction, settled)
    = (marks.requests, marks.completed, marks.respondents, marks.satisfaction, true)
FROM (
    SELECT row.id, coalesce(hidden.requests, false) AS requests, coalesce(hidden.completed, false) AS completed,
        coalesce(hidden.respondents, false) AS respondents, coalesce(hidden.satisfaction, false) AS satisfaction
    FROM stats_monthlytotal AS row
    LEFT JOIN hidden_totals AS hidden ON hidden.territory = row.territory AND hidden.month = row.month
    WHERE row.month = ANY (%(months)s)
) AS marks
WHERE total.id = marks.id
    AND (total.hides_requests, total.hides_completed, total.hides_respondents, total.hides_satisfaction, total.settled)
        <> (marks.requests, marks.completed, marks.respondents, marks.satisfaction, true)
"""
MARK_MIX = """
UPDATE {table} AS mix SET hides_requests = marks.is_hidden, settled = true
FROM (
    SELECT row.id, hidden.territory IS NOT NULL AS is_hidden
    FROM {table} AS row
    LEFT JOIN hidden_mix AS hidden ON hidden.territory = row.territory AND hidden.month = row.month AND {same}
    WHERE row.month = ANY (%(months)s)
) AS marks
WHERE mix.id = marks.id AND (mix.hides_requests, mix.settled) <> (marks.is_hidden, true)
"""


def settle(months=None):
    """Hide the small numbers of some months, and what would reveal them: of those that were written since, by default.

    All of them, when the threshold is not the one that was followed. In the caller's transaction, or one of its own.
    Returns how many months were looked at.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        months = all_months() if _new_rule() else _unsettled_months() if months is None else sorted(set(months))
        if not months:
            return 0
        cursor.execute(
            "CREATE TEMPORARY TABLE hidden_totals (territory text, month date, requests bool, completed bool,"
            " respondents bool, satisfaction bool) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE hidden_mix (territory text, month date, partner text, demarche text) ON COMMIT DROP"
        )
        for month in months:
            totals, mix = _hidden_in(month)
            _copy(cursor, "hidden_totals", ((one, month, *flags) for one, flags in totals.items()))
            _copy(cursor, "hidden_mix", ((one, month, *column) for one, column in mix))
        cursor.execute("ANALYZE hidden_totals, hidden_mix")
        cursor.execute(MARK_TOTALS, {"months": months})
        same_partner = "hidden.partner = row.partner_id AND hidden.demarche IS NULL"
        same_demarche = "hidden.partner = row.partner_id AND hidden.demarche = coalesce(row.demarche_id, '')"
        for table, same in (("stats_monthlybypartner", same_partner), ("stats_monthlybydemarche", same_demarche)):
            cursor.execute(MARK_MIX.format(table=table, same=same), {"months": months})
        cursor.execute("DROP TABLE hidden_totals, hidden_mix")
    return len(months)


def _new_rule():
    """Whether the threshold is another one than before; it is noted."""
    rules = SmallNumberRule.objects
    if list(rules.values_list("threshold", flat=True)) == [settings.SMALL_NUMBER_THRESHOLD]:
        return False
    rules.all().delete()
    rules.create(threshold=settings.SMALL_NUMBER_THRESHOLD)
    return True


def all_months():
    """The months of which anything is kept."""
    return sorted(MonthlyTotal.objects.values_list("month", flat=True).distinct())


def _unsettled_months():
    models = (MonthlyTotal, MonthlyByPartner, MonthlyByDemarche)
    return sorted(
        {month for model in models for month in model.objects.unsettled().values_list("month", flat=True).distinct()}
    )


def _copy(cursor, table, rows):
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:  # only the two names above enter it
        for row in rows:
            copy.write_row(row)


def _hidden_in(month):
    """What to hide: ({territory: flags, as TOTAL_FLAGS}, {(territory, (partner, démarche, '' or None))}).

    The démarche is '' where it is not known, None for all those of the partner.
    """
    threshold = settings.SMALL_NUMBER_THRESHOLD
    columns = (
        "territory",
        "parent",
        "requests",
        "completed",
        "completed_of",
        "respondents",
        "very_satisfied",
        "reporting",
    )
    rows = list(MonthlyTotal.objects.filter(month=month).values_list(*columns))
    parents = {row[0]: row[1] for row in rows}
    counts: dict[tuple[str, tuple], int] = {(row[0], TOTAL): row[2] for row in rows if row[7]}
    for territory, partner, requests in MonthlyByPartner.objects.filter(month=month).values_list(
        "territory", "partner", "requests"
    ):
        counts[territory, (partner,)] = requests
    for territory, partner, demarche, requests in MonthlyByDemarche.objects.filter(month=month).values_list(
        "territory", "partner", "demarche", "requests"
    ):
        counts[territory, (partner, demarche or "")] = requests
    secret, published = _secret_of(month), _published_of(month)
    cells = hidden_counts(Month(parents, counts, secret, published), threshold)
    too_few = {territory for territory, column in cells if column == TOTAL}
    completed = hidden_shares(parents, {row[0]: (row[3], row[4] - row[3]) for row in rows}, threshold, secret)
    respondents = hidden_totals(parents, {row[0]: row[5] for row in rows}, threshold, secret, published)
    satisfied = hidden_shares(parents, {row[0]: (row[6], row[5] - row[6]) for row in rows}, threshold, secret)
    flags: dict[str, tuple[bool, ...]] = defaultdict(tuple)
    for territory in too_few | completed | respondents | satisfied:
        no_answers = territory in respondents
        flags[territory] = (
            territory in too_few,
            territory in completed or territory in too_few,
            no_answers,
            no_answers or territory in satisfied,
        )
    return flags, {(territory, (*column, None)[:2]) for territory, column in cells if column != TOTAL}


def _secret_of(month):
    return salted_hmac("stats.suppression", f"{month:%Y-%m}", algorithm="sha256").digest()


def _published_of(month):
    """The territories of which a publication tells the month, alone or with others, for good."""
    over = Publication.objects.filter(at__gte=months_later(month, 1))
    return frozenset(over.values_list("territory", flat=True))
