"""What a dashboard shows of a territory over a period: its figures, and each chart with the table it draws."""

from dataclasses import dataclass
from functools import cached_property

from stats import indicators, months, series, tables, written
from stats.charts.bars import Bar, BarChart
from stats.charts.choropleth import Choropleth
from stats.charts.line import LineChart, Series
from stats.charts.stacked import Part, StackedBar
from stats.models import TerritoryAccess
from stats.months import LAUNCH, months_later
from stats.territory import part_of_departement, parts_of, sites_of

FIGURES = "chiffres"
HEADLINES = ("sites", "requests_since_launch", "completed_share", "very_satisfied_share")
BARS = 10


@dataclass(frozen=True, slots=True)
class Section:
    """A chart and its table. `chart` is None when there is nothing to draw; `template` draws it.

    `empty` is what the page says when the table has no line.
    """

    code: str
    title: str
    table: tables.Table
    empty: str = "Rien n'a été déclaré pour cette période."
    chart: object = None
    template: str = ""
    second: object = None
    second_template: str = ""


# The code of each section, which names its files -> the method that makes it.
SECTIONS = {
    "mois": "by_month",
    "partenaires": "by_partner",
    "demarches": "by_demarche",
    "classement": "ranking",
    "declarations": "gaps",
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
    def period(self):
        return months.period_in_french(self.since, self.last)

    @property
    def year_in_french(self):
        return months.period_in_french(*self.year)

    # --- Figures -----------------------------------------------------------------------------------

    def figures(self):
        """Every figure, the four headlines first."""
        figures = indicators.key_figures(self.record, self.at, self.since)
        access = TerritoryAccess.objects.filter(pk=self.territory.key).first()
        if access:
            figures.append(indicators.population_within_30_min_share(access))
        if any(month.month == self.last and self._is_provisional(month) for month in self._months()):
            figures = [indicators.as_provisional(figure, self.last) for figure in figures]
        return figures

    def _months(self):
        return self.record.during(self.since, self.last)

    def _is_provisional(self, month):
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
        return getattr(self, SECTIONS[code])()

    def by_month(self):
        """Requests month by month, with their mean over twelve months."""
        told = self._months()
        means = [indicators.mean_over_12_months(self.record, month.month) for month in told]
        provisional = frozenset(number for number, month in enumerate(told) if self._is_provisional(month))
        title = f"Démarches accompagnées chaque mois, {self.period}"
        rows = [
            (
                tables.text(months.in_french(month.month) + (" (provisoire)" if number in provisional else "")),
                tables.count(month.requests) if not month.hidden else tables.hidden(),
                tables.count(mean),
                tables.share(month.completed / month.completed_of if month.completed_of else None),
                tables.count(month.reporting),
                tables.count(month.expected),
            )
            for number, (month, mean) in enumerate(zip(told, means, strict=True))
        ]
        columns = (
            "Mois",
            "Démarches accompagnées",
            "Moyenne sur 12 mois",
            "Réalisées en une visite",
            "Sites ayant déclaré",
            "Sites attendus",
        )
        seen = [month.requests for month in told]
        chart = None
        if any(seen):
            chart = LineChart(
                id="mois",
                title=title,
                description=_in_words(told),
                months=[month.month for month in told],
                series=[
                    Series("Démarches du mois", seen, kind="main", provisional=provisional),
                    Series("Moyenne sur 12 mois", means, kind="mean"),
                ],
                unit="démarches",
            )
        note = "Un mois provisoire peut encore changer : il est récent, ou trop peu de sites l'ont déclaré."
        table = tables.Table("mois", title, columns, rows, note if provisional else "")
        return Section("mois", "Mois par mois", table, chart=chart, template="stats/charts/line.html")

    def by_partner(self):
        """How the requests of the period are shared among the partners."""
        shares = series.by_partner(self.territory, self.audience, self.since, self.last)
        title = f"Démarches accompagnées par partenaire, {self.period}"
        total = sum(share.requests for share in shares)
        chart = None
        if total:
            parts = [Part(one.label, one.requests, written.share(one.requests / total)) for one in shares]
            description = f"Du plus au moins demandé : {', '.join(f'{part.label} {part.text}' for part in parts)}."
            chart = StackedBar(id="partenaires", title=title, description=description, parts=parts)
        table = tables.Table("partenaires", title, ("Partenaire", "Démarches", "Part"), _of_shares(shares, total))
        return Section(
            "partenaires", "Par partenaire", table, self._empty_mix, chart=chart, template="stats/charts/stacked.html"
        )

    def by_demarche(self):
        """The main démarches of the period."""
        shares = series.by_demarche(self.territory, self.audience, self.since, self.last)
        title = f"Principales démarches, {self.period}"
        total = sum(share.requests for share in shares)
        chart = None
        if shares:
            bars = [Bar(one.label, one.requests, written.count(one.requests)) for one in shares[:BARS]]
            description = f"Les plus demandées : {', '.join(f'{bar.label} ({bar.text})' for bar in bars[:5])}."
            chart = BarChart(id="demarches", title=title, description=description, rows=bars, unit="démarches")
        table = tables.Table(
            "demarches",
            title,
            ("Démarche", "Démarches accompagnées", "Part"),
            _of_shares(shares, total),
            "Part de celles dont la démarche est précisée.",
        )
        return Section(
            "demarches", "Principales démarches", table, self._empty_mix, chart=chart, template="stats/charts/bars.html"
        )

    @property
    def _empty_mix(self):
        if self.territory.level == "site" and not self.audience.sees_small_numbers:
            return "Pour un seul site, ce détail compterait trop peu de personnes : il n'est pas public."
        return "Rien n'a été déclaré pour cette période."

    def ranking(self):
        """Départements by their rate for 1,000 inhabitants over twelve months, or sites by their requests."""
        if self.territory.level == "site":
            return None
        return self._ranking_of_sites() if self.territory.level == "departement" else self._ranking_of_departements()

    def _ranking_of_departements(self):
        parts = self._departements
        rates = {part: indicators.rate_per_1000(part.requests, part.territory.population) for part in parts}
        ranked = sorted(parts, key=lambda part: (rates[part] is None, -(rates[part] or 0), part.territory.code))
        title = f"Démarches pour 1 000 habitants, {self.year_in_french}"
        rows = [
            (
                tables.text(f"{part.territory.name} ({part.territory.code})", self._address(part.territory)),
                tables.decimal(rates[part], part.hidden),
                tables.count(part.requests, part.hidden),
                tables.count(part.territory.population),
            )
            for part in ranked
        ]
        columns = ("Département", "Pour 1 000 habitants", "Démarches", "Habitants")
        table = tables.Table("classement", title, columns, rows)
        if not any(rates.values()):
            return Section("classement", "Les départements", table)
        bars = [
            Bar(part.territory.name, rates[part], written.decimal(rates[part]), self._address(part.territory))
            for part in ranked[:BARS]
            if rates[part] is not None
        ]
        first, *_, last = [bar for bar in bars if bar.value is not None]
        chart = BarChart(
            id="classement",
            title=f"Les {len(bars)} premiers : {title[0].lower()}{title[1:]}",
            description=f"De {first.label} ({first.text}) à {last.label} ({last.text}).",
            rows=bars,
            unit="pour 1 000 habitants",
        )
        described = {
            part: f"{part.territory.name} : {tables.decimal(rates[part], part.hidden).text} pour 1 000 habitants"
            for part in parts
        }
        drawn = Choropleth(
            id="carte",
            title=title,
            description=f"Carte des départements ; le tableau « {title} » dit les mêmes chiffres.",
            values={part.territory.code: rates[part] for part in parts},
            texts={part.territory.code: words for part, words in described.items()},
            unit="pour 1 000 habitants",
            focus=self.territory.code,
            urls={part.territory.code: self._address(part.territory) for part in parts},
        )
        return Section(
            "classement",
            "Les départements",
            table,
            chart=chart,
            template="stats/charts/bars.html",
            second=drawn,
            second_template="stats/charts/choropleth.html",
        )

    def _ranking_of_sites(self):
        places = [part_of_departement(site) for site in self._sites]
        parts = series.parts_during(places, self.audience, *self.year)
        ranked = sorted(parts, key=lambda part: (part.requests is None, -(part.requests or 0), part.territory.name))
        title = f"Démarches accompagnées par site, {self.year_in_french}"
        rows = [
            (
                tables.text(part.territory.name, self._address(part.territory)),
                tables.count(part.requests, part.hidden),
                tables.count(part.reported),
            )
            for part in ranked
            if part.reported or part.hidden
        ]
        table = tables.Table("classement", title, ("Site", "Démarches", "Mois déclarés"), rows)
        bars = [
            Bar(
                part.territory.name,
                part.requests,
                tables.count(part.requests, part.hidden).text,
                self._address(part.territory),
            )
            for part in ranked[:BARS]
            if part.requests is not None
        ]
        chart = None
        if bars:
            description = f"De {bars[0].label} ({bars[0].text}) à {bars[-1].label} ({bars[-1].text})."
            chart = BarChart(id="classement", title=title, description=description, rows=bars, unit="démarches")
        return Section("classement", "Les sites", table, chart=chart, template="stats/charts/bars.html")

    def gaps(self):
        """Who has not reported: sites for the last month, or départements over twelve months."""
        match self.territory.level:
            case "site":
                return None
            case "departement":
                return self._silent_sites()
        return self._silent_departements()

    def _silent_sites(self):
        sites = [site for site in self._sites if _is_expected(site, self.last)]
        parts = series.parts_during([part_of_departement(site) for site in sites], self.audience, self.last, self.last)
        title = f"Sites qui n'ont pas déclaré leur activité, {months.in_french(self.last)}"
        rows = [
            (tables.text(part.territory.name, self._address(part.territory)), tables.text(site.commune.name))
            for site, part in zip(sites, parts, strict=True)
            if not part.reported
        ]
        table = tables.Table("declarations", title, ("Site", "Commune"), rows)
        everyone = f"Tous les sites attendus ont déclaré leur activité de {months.in_french(self.last)}."
        return Section("declarations", "Déclarations manquantes", table, everyone)

    def _silent_departements(self):
        expected = series.expected_by_departement(self.territory, *self.year)
        told = [(part, expected.get(part.territory.code, 0)) for part in self._departements]
        told = [(part, wanted) for part, wanted in told if wanted]
        told.sort(key=lambda one: (min(one[0].reported / one[1], 1), one[0].territory.code))
        title = f"Déclarations reçues, {self.year_in_french}"
        rows = [
            (
                tables.text(f"{part.territory.name} ({part.territory.code})", self._address(part.territory)),
                tables.share(min(part.reported / wanted, 1)),
                tables.count(part.reported),
                tables.count(wanted),
            )
            for part, wanted in told
        ]
        columns = ("Département", "Part reçue", "Déclarations reçues", "Déclarations attendues")
        note = "Une déclaration par site et par mois."
        return Section(
            "declarations", "Déclarations manquantes", tables.Table("declarations", title, columns, rows, note)
        )

    @cached_property
    def _sites(self):
        """The sites of a département, with their commune."""
        fields = ("external_id", "name", "slug", "labelled_on", "closed_on", "commune__name", "commune__departement")
        return list(sites_of(self.territory).select_related("commune").only(*fields).order_by("name", "pk"))

    @cached_property
    def _departements(self):
        """The `series.Part`s of a région or of France, over twelve months."""
        return series.parts_during(parts_of(self.territory), self.audience, *self.year)

    def _address(self, territory):
        return f"{territory.get_absolute_url()}{self.query}"

    @property
    def query(self):
        """The period, for links."""
        return f"?au={self.at:%Y-%m-%d}" + ("" if self.since == LAUNCH else f"&depuis={self.since:%Y-%m}")


def _is_expected(site, month):
    return series.Lives(False, False, site.labelled_on, site.closed_on, 1).are_expected(month)


def _of_shares(shares, total):
    return [(tables.text(one.label), tables.count(one.requests), tables.share(one.requests / total)) for one in shares]


def _in_words(told):
    """What the line of the months shows, in a sentence."""
    seen = [month for month in told if month.requests]
    first, last, top = seen[0], seen[-1], max(seen, key=lambda month: month.requests)
    return (
        f"De {written.count(first.requests)} démarches en {months.in_french(first.month)} à "
        f"{written.count(last.requests)} en {months.in_french(last.month)} ; le plus haut : "
        f"{written.count(top.requests)} en {months.in_french(top.month)}."
    )
