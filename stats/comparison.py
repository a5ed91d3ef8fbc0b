"""Up to four territories side by side: the same figures, and one chart of what each thousand inhabitants asked for."""

from functools import cached_property

from stats import indicators, months, series, tables, written
from stats.charts.line import LineChart, Series
from stats.months import LAUNCH, months_later

REPORTS = "reporting_share_12_months"
# Indicator -> what its line of the table is called.
COMPARED = {
    "sites": "Sites France services (principaux)",
    "requests_since_launch": "Démarches accompagnées depuis le lancement",
    "requests_12_months": "Démarches accompagnées en 12 mois",
    "change_on_a_year": "Évolution des 12 mois sur un an",
    "requests_per_1000": "Démarches en 12 mois pour 1\u00a0000 habitants",
    "completed_share": "Démarches réalisées en une visite",
    "very_satisfied_share": "Usagers très satisfaits",
    "subsidy_eur": "Subvention de l'État par an",
    "reporting_share": "Sites ayant déclaré leur activité, dernier mois",
    REPORTS: "Déclarations reçues, sur celles attendues",
}

PROVISIONAL = (
    "Un mois provisoire peut encore changer : il est récent, ou trop peu de sites d'un territoire l'ont déclaré."
)


class Comparison:
    """The figures of some territories, as an audience may see them.

    One query for all their months, and one for the sites of each.
    """

    def __init__(self, territories, audience, at, since, today):
        self.territories, self.at, self.since, self.today = territories, at, since, today
        self.last = indicators.last_month(at)
        records = series.records_of(territories, audience)
        self.records = [records[territory.key] for territory in territories]

    def figures_table(self):
        """A line for each figure, a column for each territory."""
        figures = [
            {figure.code: figure for figure in indicators.key_figures(record, self.at, self.since)}
            for record in self.records
        ]
        first = max(months_later(self.last, -11), LAUNCH)
        for figures_of_one, record in zip(figures, self.records, strict=True):
            figures_of_one[REPORTS] = indicators.reporting_share(record, first, self.last)
        rows = [
            (
                tables.text(f"{heading}, {figures[0][code].period}"),
                *(tables.Cell(of[code].shown, of[code].text, is_number=of[code].is_told) for of in figures),
            )
            for code, heading in COMPARED.items()
        ]
        columns = ("Indicateur", *(territory.name for territory in self.territories))
        return tables.Table("chiffres", f"Chiffres clés, situation au {written.day(self.at)}", columns, rows)

    @property
    def period(self):
        return months.period_in_french(self.since, self.last)

    @property
    def tables(self):
        """What makes each table, by the name of its files."""
        return {"chiffres": self.figures_table, "mois": self.months_table}

    @cached_property
    def rates(self):
        """For each territory, the requests of each month for 1,000 inhabitants."""
        return [
            [indicators.rate_per_1000(month.requests, of.territory.population) for month in self._months_of(of)]
            for of in self.records
        ]

    def _months_of(self, record):
        return record.during(self.since, self.last)

    @cached_property
    def provisional(self):
        """For each territory, the indexes of the months that may still change."""
        return [
            frozenset(
                number
                for number, month in enumerate(self._months_of(of))
                if month.requests is not None and indicators.is_provisional(month, self.today)
            )
            for of in self.records
        ]

    @property
    def title(self):
        return f"Démarches du mois pour 1\u00a0000 habitants, {self.period}"

    @property
    def every_month(self):
        return months.months_between(self.since, self.last)

    def months_table(self):
        provisional = frozenset().union(*self.provisional)
        rows = [
            (
                tables.text(months.in_french(month) + (" (provisoire)" if number in provisional else "")),
                *(tables.decimal(of[number]) for of in self.rates),
            )
            for number, month in enumerate(self.every_month)
        ]
        note = PROVISIONAL if provisional else ""
        return tables.Table("mois", self.title, ("Mois", *(one.name for one in self.territories)), rows, note)

    def chart(self):
        return LineChart(
            id="comparaison",
            title=self.title,
            description=f"{', '.join(one.name for one in self.territories)} ; le tableau dit les mêmes chiffres.",
            months=self.every_month,
            series=[
                Series(one.name, of, kind="other", provisional=provisional)
                for one, of, provisional in zip(self.territories, self.rates, self.provisional, strict=True)
            ],
            unit="pour 1\u00a0000 habitants",
        )

    @property
    def query(self):
        chosen = "&".join(f"avec={one.key}" for one in self.territories)
        period = f"&au={self.at:%Y-%m-%d}" + ("" if self.since == LAUNCH else f"&depuis={self.since:%Y-%m}")
        return f"?{chosen}{period}"
