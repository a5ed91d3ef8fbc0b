"""What a dashboard shows of a territory over a period: its figures, and each chart with the table it draws."""

from functools import cached_property
from itertools import dropwhile

from stats import indicators, months, rankings, sections, series, tables
from stats.models import TerritoryAccess
from stats.months import LAUNCH, months_later
from stats.territory import parts_of, sites_of

FIGURES = "chiffres"
HEADLINES = ("sites", "requests_since_launch", "completed_share", "very_satisfied_share")


# What names the files of each section -> what makes it of a `Dashboard`.
SECTIONS = {
    "mois": sections.by_month,
    "partenaires": sections.by_partner,
    "classement": rankings.ranking,
    "demarches": sections.by_demarche,
    "declarations": rankings.gaps,
}


class Dashboard:
    """The figures and sections of a territory, as an audience may see them. Twelve queries at most, for any territory.

    `at` is the day of the situation, `since` the first month of the period.
    """

    def __init__(self, territory, audience, at, since, today):
        self.territory, self.audience = territory, audience
        self.at, self.since, self.today = at, since, today
        self.last = indicators.last_month(at)
        self.year = (max(months_later(self.last, -11), LAUNCH), self.last)
        self.record = series.record_of(territory, audience)
        self.above = territory.above

    @property
    def is_in_service(self):
        """Whether the territory has a site in service today."""
        return bool(self.record.in_service(self.today))

    @property
    def period(self):
        return months.period_in_french(self.since, self.last)

    @property
    def year_in_french(self):
        return months.period_in_french(*self.year)

    # --- Figures -----------------------------------------------------------------------------------

    def figures(self):
        """Every figure, the four headlines first. A change that there is nothing to tell of is left out."""
        figures = indicators.key_figures(self.record, self.at, self.since)
        figures = [one for one in figures if one.code != "change_on_a_year" or one.value is not None or one.hidden]
        access = TerritoryAccess.objects.filter(pk=self.territory.key).first()
        if access:
            figures.append(indicators.population_within_30_min_share(access))
        if any(month.month == self.last and self.is_provisional(month) for month in self.months()):
            figures = [indicators.as_provisional(figure, self.last) for figure in figures]
        return figures

    def months(self):
        """The months of the period, from the first that a site was due to report, or did."""
        return list(dropwhile(_was_not_begun, self.record.during(self.since, self.last)))

    def is_provisional(self, month):
        return indicators.is_provisional(month, self.today)

    def figures_table(self):
        """The same figures, for their files."""
        rows = [
            (
                tables.text(figure.label),
                tables.Cell(figure.shown, figure.text, is_number=figure.is_told),
                tables.text(figure.period),
                tables.count(figure.reported),
                tables.count(figure.expected),
                tables.count(figure.answers),
                tables.text(figure.definition),
            )
            for figure in self.figures()
        ]
        columns = (
            *("Indicateur", "Valeur", "Période", "Déclarations reçues", "Déclarations attendues", "Réponses"),
            "Définition",
        )
        return tables.Table(FIGURES, "Chiffres clés", columns, rows)

    # --- Sections ----------------------------------------------------------------------------------

    def sections(self):
        """The sections that the territory has, in the order of the page."""
        return [section for section in (self.section(code) for code in SECTIONS) if section]

    def table(self, code):
        """The table of a section, or None where the territory has none."""
        section = self.section(code)
        return section and section.table

    def section(self, code):
        return SECTIONS[code](self)

    @cached_property
    def sites(self):
        """The sites of a département, with their commune."""
        fields = ("external_id", "name", "slug", "labelled_on", "closed_on", "commune__name", "commune__departement")
        return list(sites_of(self.territory).select_related("commune").only(*fields).order_by("name", "pk"))

    @cached_property
    def departements(self):
        """The `series.Part`s of a région or of France, over twelve months."""
        return series.parts_during(parts_of(self.territory), self.audience, *self.year)

    def address(self, territory):
        return f"{territory.get_absolute_url()}{self.query}"

    @property
    def query(self):
        """The period, for links."""
        return f"?au={self.at:%Y-%m-%d}" + ("" if self.since == LAUNCH else f"&depuis={self.since:%Y-%m}")


def _was_not_begun(month):
    return not (month.expected or month.reporting or month.hidden)
