"""Where figures of each subject are kept, for SQL that serves both: the names of tables and columns."""

from dataclasses import dataclass

from stats.models import ActivityImport


@dataclass(frozen=True)
class Figures:
    """`amount` and `part` are the columns of the two numbers, `keys` those that tell which figure it is.

    `national` is a query of the totals that France has today: month, partner_id, amount.
    """

    subject: str
    table: str
    replaced: str
    keys: tuple[str, ...]
    amount: str
    part: str
    national: str

    @property
    def names(self):
        """What the SQL of this package is formatted with."""
        keys = ", ".join(self.keys)
        return {
            "table": self.table,
            "replaced": self.replaced,
            "amount": self.amount,
            "part": self.part,
            "national": self.national,
            "keys": keys,
            "same": " AND ".join(_same(key) for key in self.keys),
        }


def _same(key):
    if key == "demarche_id":  # as equal texts rather than IS NOT DISTINCT FROM, which no hash can find
        return "coalesce(one.demarche_id, '') = coalesce(other.demarche_id, '')"
    return f"one.{key} = other.{key}"


ACTIVITY = Figures(
    ActivityImport.Subject.ACTIVITY,
    table="stats_monthlyactivity",
    replaced="stats_replacedactivity",
    keys=("site_id", "month", "partner_id", "demarche_id"),
    amount="requests",
    part="completed",
    national="SELECT month, partner_id, requests AS amount FROM stats_monthlybypartner WHERE territory = 'france'",
)
SATISFACTION = Figures(
    ActivityImport.Subject.SATISFACTION,
    table="stats_monthlysatisfaction",
    replaced="stats_replacedsatisfaction",
    keys=("site_id", "month"),
    amount="respondents",
    part="very_satisfied",
    national="SELECT month, NULL AS partner_id, respondents AS amount FROM stats_monthlytotal"
    " WHERE territory = 'france'",
)
OF_SUBJECT = {figures.subject: figures for figures in (ACTIVITY, SATISFACTION)}
