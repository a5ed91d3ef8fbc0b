"""The sections of a dashboard: months, partners, démarches. Each is a table, and the chart that draws it."""

from dataclasses import dataclass

from stats import indicators, months, series, tables, written
from stats.charts.bars import Bar, BarChart
from stats.charts.line import LineChart, Series
from stats.charts.stacked import Part, StackedBar

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


def by_month(board):
    """Requests month by month, with their mean over twelve months."""
    told = board.months()
    means = [indicators.mean_over_12_months(board.record, month.month) for month in told]
    provisional = frozenset(number for number, month in enumerate(told) if board.is_provisional(month))
    title = f"Démarches accompagnées chaque mois, {board.period}"
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


def by_partner(board):
    """How the requests of the period are shared among the partners."""
    shares = series.by_partner(board.territory, board.audience, board.since, board.last)
    title = f"Démarches accompagnées par partenaire, {board.period}"
    total = sum(share.requests for share in shares)
    chart = None
    if total:
        parts = [Part(one.label, one.requests, written.share(one.requests / total)) for one in shares]
        description = f"Du plus au moins demandé : {', '.join(f'{part.label} {part.text}' for part in parts)}."
        chart = StackedBar(id="partenaires", title=title, description=description, parts=parts)
    table = tables.Table("partenaires", title, ("Partenaire", "Démarches", "Part"), _of_shares(shares, total))
    return Section(
        "partenaires", "Par partenaire", table, _empty_mix(board), chart=chart, template="stats/charts/stacked.html"
    )


def by_demarche(board):
    """The main démarches of the period."""
    shares = series.by_demarche(board.territory, board.audience, board.since, board.last)
    title = f"Principales démarches, {board.period}"
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
        "demarches", "Principales démarches", table, _empty_mix(board), chart=chart, template="stats/charts/bars.html"
    )


def _empty_mix(board):
    if board.territory.level == "site" and not board.audience.sees_small_numbers:
        return "Pour un seul site, ce détail compterait trop peu de personnes : il n'est pas public."
    return "Rien n'a été déclaré pour cette période."


def _of_shares(shares, total):
    return [
        (tables.text(one.label), tables.count(one.requests), tables.share(one.requests / total if total else None))
        for one in shares
    ]


def _in_words(told):
    """What the line of the months shows, in a sentence."""
    seen = [month for month in told if month.requests]
    first, last, top = seen[0], seen[-1], max(seen, key=lambda month: month.requests)
    return (
        f"De {written.count(first.requests)} démarches en {months.in_french(first.month)} à "
        f"{written.count(last.requests)} en {months.in_french(last.month)} ; le plus haut : "
        f"{written.count(top.requests)} en {months.in_french(top.month)}."
    )
