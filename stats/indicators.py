"""The figures that are quoted: one function each. Pure: they count from a `series.Record`, without a database.

The page, the files and the charts all call these. Each docstring gives the unit, the period and the counting rule; the
`definition` says the same to readers. Figures over a period are made of the months that the audience may see, and say
how many it may not.
"""

from dataclasses import dataclass, replace

from django.utils import timezone

from stats import months, written
from stats.months import LAUNCH, last_day_of, months_later

# "35 000 € par France services et par an": prefecture of Occitanie, press release of 25 May 2023.
SUBSIDY_EUR = 35_000
PROVISIONAL_BELOW = 0.9  # of the sites expected
PROVISIONAL_MONTHS = 2  # that follow a month: figures still come, and are put right
YEAR = 12
# What makes no sense of a site alone.
OF_MANY_SITES = ("sites", "sites_with_antennes", "rounds", "sites_labelled", "sites_closed", "requests_per_1000")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be quoted: what it is, of when, and how it was counted.

    `value` is None where it cannot be told; `unit` is "count", "decimal", "share", "change" or "euros". `reported` and
    `expected` are the sites that reported, or the site-months for a period, where the figure depends on them. `hidden`
    is the number of months that the public may not see, and that are left out. `answers` is how many people answered.
    """

    code: str
    label: str
    value: float | None
    unit: str
    period: str
    definition: str
    reported: int | None = None
    expected: int | None = None
    hidden: int = 0
    answers: int | None = None
    provisional: bool = False
    is_over_months: bool = False
    singular: str = ""  # of the label, where it changes

    @property
    def words(self):
        """The label as it is read after the number: 'site fermé' after 0 and 1."""
        return self.singular if self.singular and self.value is not None and self.value < 2 else self.label

    @property
    def text(self):
        if self.value is None:
            return written.NOT_TOLD if self.hidden else written.UNKNOWN
        write = {
            "count": written.count,
            "decimal": written.decimal,
            "share": written.share,
            "change": written.change,
            "euros": written.euros,
        }[self.unit]
        text = write(self.value)
        return f"au moins {text}" if self.is_partial else text

    @property
    def is_partial(self):
        """Whether a count leaves out months that may not be seen: the true one is greater."""
        return bool(self.hidden) and self.unit in ("count", "decimal")

    @property
    def is_told(self):
        """Whether there is a number, that is the whole of what it says it is."""
        return self.value is not None and not self.is_partial

    @property
    def shown(self):
        """The value with the precision of `text`, for files; the text where it is no plain number."""
        if not self.is_told:
            return self.text
        return float(self.plain) if "." in self.plain else int(self.plain)

    @property
    def plain(self):
        """The value as machines read it: shares to the whole percent, as they are shown; '' when there is none."""
        if self.value is None:
            return ""
        digits = {"count": 0, "euros": 0, "decimal": 1, "share": 2, "change": 3}[self.unit]
        value = self.value
        if self.unit == "share" and 0 < value < 1:
            value = min(max(value, 0.01), 0.99)  # "plus de 99 %" is not everyone
        return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"

    @property
    def reporting_in_french(self):
        """Who reported, out of whom: what every total is to be read with."""
        many = (self.reported or 0) > 1
        if self.is_over_months:
            told = "déclarations reçues" if many else "déclaration reçue"
        else:
            told = "sites ont déclaré" if many else "site a déclaré"
        return f"{written.count(self.reported)} {told} sur {written.count(self.expected)}"

    @property
    def answers_in_french(self):
        return written.plural(self.answers, "réponse")

    @property
    def hidden_in_french(self):
        return f"Sans {written.plural(self.hidden, 'mois', 'mois')} non communiqué{'s' if self.hidden > 1 else ''}"


def last_month(at):
    """The last month that is over at a date: March at 1 April."""
    return months_later(months.month_of(at), -1)


# --- Sites -----------------------------------------------------------------------------------------


def _situation(at):
    return f"au {written.day(at)}"


def sites(record, at):
    """Principal sites in service at a date: labelled that day at the latest, and not closed by then."""
    return Figure(
        "sites",
        "France services",
        sum(lives.count for lives in record.in_service(at) if not lives.is_antenne),
        "count",
        _situation(at),
        "Sites principaux en service : labellisés à cette date au plus tard, et pas encore fermés. Les bus et les "
        "itinérantes comptent ; les antennes ne comptent pas.",
    )


def sites_with_antennes(record, at):
    """Sites in service at a date, antennes included."""
    return Figure(
        "sites_with_antennes",
        "lieux d'accueil, avec les antennes",
        sum(lives.count for lives in record.in_service(at)),
        "count",
        _situation(at),
        "Sites en service à cette date, antennes comprises.",
        singular="lieu d'accueil, avec les antennes",
    )


def rounds(record, at):
    """Buses and other sites that go round, in service at a date."""
    return Figure(
        "rounds",
        "bus et itinérantes",
        sum(lives.count for lives in record.in_service(at) if lives.travels),
        "count",
        _situation(at),
        "Sites en service à cette date qui vont de commune en commune. Ils sont aussi comptés parmi les sites.",
    )


def sites_labelled(record, first, last):
    """Sites labelled during a period, antennes included."""
    days = (first, last_day_of(last))
    return Figure(
        "sites_labelled",
        "sites labellisés",
        sum(one.count for one in record.lives if one.labelled_on and days[0] <= one.labelled_on <= days[1]),
        "count",
        months.period_in_french(first, last),
        "Sites dont la date de labellisation tombe dans la période, antennes comprises, même fermés depuis.",
        singular="site labellisé",
    )


def sites_closed(record, first, last):
    """Sites closed during a period, antennes included."""
    days = (first, last_day_of(last))
    return Figure(
        "sites_closed",
        "sites fermés",
        sum(one.count for one in record.lives if one.closed_on and days[0] <= one.closed_on <= days[1]),
        "count",
        months.period_in_french(first, last),
        "Sites fermés définitivement dans la période, antennes comprises.",
        singular="site fermé",
    )


def subsidy(record, at):
    """State subsidy for a year, in euros: 35 000 € for each principal site in service at a date."""
    return Figure(
        "subsidy_eur",
        "de subvention de l'État par an",
        sites(record, at).value * SUBSIDY_EUR,
        "euros",
        _situation(at),
        f"{written.euros(SUBSIDY_EUR)} par an pour chaque site principal en service à cette date (montant de 2023, "
        "communiqué de la préfecture d'Occitanie du 25 mai 2023).",
    )


# --- Démarches -------------------------------------------------------------------------------------


def _requests(record, first, last, code, label, definition):
    told = record.during(first, last)
    seen = [month.requests for month in told if month.requests is not None]
    return Figure(
        code,
        label,
        sum(seen) if seen else None,
        "count",
        months.period_in_french(first, last),
        f"{definition} Les mois que les sites n'ont pas déclarés ne comptent pas.",
        reported=sum(month.reporting for month in told),
        expected=sum(month.expected for month in told),
        hidden=sum(month.hidden for month in told),
        is_over_months=first != last,
    )


def requests_in_month(record, month):
    """Démarches accompagnées in a month, by all the sites of the territory, antennes included."""
    return _requests(
        record,
        month,
        month,
        "requests_month",
        "démarches accompagnées dans le mois",
        "Démarches pour lesquelles les sites du territoire, antennes comprises, ont aidé quelqu'un ce mois-là.",
    )


def requests_over_12_months(record, month):
    """Démarches accompagnées during the twelve months that end with `month`."""
    return _requests(
        record,
        months_later(month, -11),
        month,
        "requests_12_months",
        "démarches accompagnées en 12 mois",
        "Démarches accompagnées pendant les douze mois, antennes comprises.",
    )


def requests_since_launch(record, month):
    """Démarches accompagnées from January 2020 to `month`, antennes and sites closed since included."""
    return _requests(
        record,
        LAUNCH,
        month,
        "requests_since_launch",
        "démarches accompagnées depuis le lancement",
        "Démarches accompagnées depuis janvier 2020, antennes comprises, et sites fermés depuis compris.",
    )


def requests_per_1000(record, month):
    """Démarches accompagnées during the twelve months that end with `month`, for 1,000 inhabitants."""
    year, population = requests_over_12_months(record, month), record.territory.population
    return Figure(
        "requests_per_1000",
        "démarches en 12 mois pour 1\u00a0000 habitants",
        rate_per_1000(year.value, population),
        "decimal",
        year.period,
        "Démarches accompagnées pendant les douze mois, divisées par le nombre d'habitants (population municipale de "
        "l'INSEE), fois 1\u00a0000.",
        reported=year.reported,
        expected=year.expected,
        hidden=year.hidden,
        is_over_months=True,
    )


def rate_per_1000(requests, population):
    """Requests for 1,000 inhabitants, or None when one of the two is not known."""
    return None if requests is None or not population else requests / population * 1000


def change_on_a_year(record, month):
    """Relative change of the twelve months that end with `month`, against the twelve before.

    Not told of a part: each of the 24 months must have been reported, by a site at least, and be told.
    """
    now, before = requests_over_12_months(record, month), requests_over_12_months(record, months_later(month, -YEAR))
    first = months_later(month, 1 - 2 * YEAR)
    whole = first >= LAUNCH and all(one.requests is not None for one in record.during(first, month))
    return Figure(
        "change_on_a_year",
        "de démarches en un an",
        now.value / before.value - 1 if whole and before.value else None,
        "change",
        now.period,
        f"Démarches des douze mois, rapportées à celles des douze mois d'avant ({before.period}, "
        f"{before.reporting_in_french}). Le nombre de sites et leur assiduité à déclarer changent aussi.",
        reported=now.reported,
        expected=now.expected,
        hidden=now.hidden or before.hidden,
        is_over_months=True,
    )


def completed_share(record, first, last):
    """Share of the démarches of a period that were completed in one visit, of those of which it is known."""
    told = [month for month in record.during(first, last) if month.reporting]
    seen = [month for month in told if month.completed_of]
    of = sum(month.completed_of for month in seen)
    return Figure(
        "completed_share",
        "des démarches réalisées en une visite",
        sum(month.completed for month in seen) / of if of else None,
        "share",
        months.period_in_french(first, last),
        "Part des démarches menées à bien dès la visite, parmi celles dont les sites l'ont dit.",
        reported=sum(month.reporting for month in told),
        expected=sum(month.expected for month in record.during(first, last)),
        hidden=sum(month.completed_of is None for month in told),
        is_over_months=first != last,
    )


def very_satisfied_share(record, first, last):
    """Share of those who answered during a period who were very satisfied; `answers` is how many answered."""
    told = record.during(first, last)
    seen = [month for month in told if month.respondents and month.very_satisfied is not None]
    answers = sum(month.respondents for month in seen)
    return Figure(
        "very_satisfied_share",
        "d'usagers très satisfaits",
        sum(month.very_satisfied for month in seen) / answers if answers else None,
        "share",
        months.period_in_french(first, last),
        "Part des personnes « très satisfaites » parmi celles qui ont répondu à l'enquête de satisfaction.",
        answers=answers,
    )


def reporting_share(record, first, last):
    """Share of the site-months expected during a period that were reported."""
    told = record.during(first, last)
    reported, expected = sum(month.reporting for month in told), sum(month.expected for month in told)
    one_month = first == last
    return Figure(
        "reporting_share",
        "des sites attendus ont déclaré leur activité" if one_month else "des déclarations attendues sont arrivées",
        min(reported / expected, 1) if expected else None,
        "share",
        months.period_in_french(first, last),
        "Sites qui ont déclaré leurs démarches, parmi ceux en service un jour du mois au moins, antennes comprises."
        if one_month
        else "Chaque site en service doit une déclaration par mois : part de celles qui sont arrivées.",
        reported=reported,
        expected=expected,
        is_over_months=not one_month,
    )


# --- Access ----------------------------------------------------------------------------------------


def population_within_30_min_share(access):
    """Share of the inhabitants at most 30 minutes' drive from a site in service (a `models.TerritoryAccess`)."""
    return population_within_share(access, 30)


def population_within_share(access, minutes):
    """Share of the inhabitants at most 10, 20 or 30 minutes' drive from a site in service."""
    within = {10: access.within_10_min, 20: access.within_20_min, 30: access.within_30_min}[minutes]
    return Figure(
        f"population_within_{minutes}_min_share",
        f"d'habitants à {minutes} minutes au plus d'un site",
        within / access.population if access.population else None,
        "share",
        f"calculé le {written.day(timezone.localdate(access.computed_at))}",
        f"Habitants des communes dont le centre est à {minutes} minutes au plus, en voiture, d'un site en service ou "
        "d'un arrêt de bus France services. Durée estimée. Sites d'aujourd'hui, quelle que soit la date choisie.",
    )


# --- Months ----------------------------------------------------------------------------------------


def is_provisional(month, today):
    """Whether a `series.Month` may still change: over for less than two months, or too few sites reported."""
    recent = months_later(month.month, PROVISIONAL_MONTHS + 1) > today
    return recent or 0 < month.reporting < month.expected * PROVISIONAL_BELOW


def mean_over_12_months(record, month):
    """Mean of the requests of the twelve months that end with `month`. None where it cannot be told:

    before there are twelve, when one is hidden, or when nothing was reported of one.
    """
    first = months_later(month, -11)
    if first < LAUNCH:
        return None
    values = [one.requests for one in record.during(first, month)]
    return None if None in values else sum(values) / YEAR


# --- Together --------------------------------------------------------------------------------------


def key_figures(record, at, since=LAUNCH):
    """The figures of a dashboard at a date, the shares being those of the months since `since`."""
    month = last_month(at)
    first = min(since, month)
    figures = [
        sites(record, at),
        requests_since_launch(record, month),
        completed_share(record, first, month),
        very_satisfied_share(record, first, month),
        requests_in_month(record, month),
        requests_over_12_months(record, month),
        change_on_a_year(record, month),
        requests_per_1000(record, month),
        sites_with_antennes(record, at),
        rounds(record, at),
        sites_labelled(record, first, month),
        sites_closed(record, first, month),
        subsidy(record, at),
        reporting_share(record, month, month),
    ]
    return figures if record.territory.level != "site" else [one for one in figures if one.code not in OF_MANY_SITES]


def as_provisional(figure, month):
    """The figure, marked as one that may change when it counts a month that may."""
    counts_it = figure.reported is not None and figure.period.endswith(months.in_french(month))
    return replace(figure, provisional=True) if counts_it else figure
