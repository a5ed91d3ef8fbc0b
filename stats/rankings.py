"""The sections that tell the parts of a territory apart: who helps the most, who has not reported."""

from stats import indicators, months, series, tables, written
from stats.charts.bars import Bar, BarChart
from stats.charts.choropleth import Choropleth
from stats.sections import BARS, Section
from stats.territory import part_of_departement

BARS_BESIDE_THE_MAP = 15


def ranking(board):
    """Départements by their rate for 1,000 inhabitants over twelve months, or sites by their requests."""
    if board.territory.level == "site":
        return None
    return _ranking_of_sites(board) if board.territory.level == "departement" else _ranking_of_departements(board)


def _ranking_of_departements(board):
    parts = board.departements
    rates = {part: indicators.rate_per_1000(part.requests, part.territory.population) for part in parts}
    ranked = sorted(parts, key=lambda part: (rates[part] is None, -(rates[part] or 0), part.territory.code))
    title = f"Démarches pour 1\u00a0000 habitants, {board.year_in_french}"
    rows = [
        (
            tables.text(f"{part.territory.name} ({part.territory.code})", board.address(part.territory)),
            tables.decimal(rates[part], part.hidden),
            tables.count(part.requests, part.hidden),
            tables.count(part.territory.population),
        )
        for part in ranked
    ]
    columns = ("Département", "Pour 1\u00a0000 habitants", "Démarches", "Habitants")
    table = tables.Table("classement", title, columns, rows)
    if len(parts) < 2 or not any(rates.values()):  # of one département alone, a drawing says nothing
        return Section("classement", "Les départements", table)
    bars = [
        Bar(part.territory.name, rates[part], written.decimal(rates[part]), board.address(part.territory))
        for part in ranked[:BARS_BESIDE_THE_MAP]
        if rates[part] is not None
    ]
    chart = BarChart(
        id="classement",
        title=_title_of(bars, ranked, f"Les {len(bars)} premiers départements", title),
        description=_from_first_to_last(bars),
        rows=bars,
    )
    described = {
        part: f"{part.territory.name} : {tables.decimal(rates[part], part.hidden).text} pour 1\u00a0000 habitants"
        for part in parts
    }
    drawn = Choropleth(
        id="carte",
        title=title,
        description=f"Carte des départements ; le tableau « {title} » dit les mêmes chiffres.",
        values={part.territory.code: rates[part] for part in parts},
        texts={part.territory.code: words for part, words in described.items()},
        unit="pour 1\u00a0000 habitants",
        focus=board.territory.code,
        urls={part.territory.code: board.address(part.territory) for part in parts},
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


def _ranking_of_sites(board):
    places = [part_of_departement(site) for site in board.sites]
    parts = series.parts_during(places, board.audience, *board.year)
    ranked = sorted(parts, key=lambda part: (part.requests is None, -(part.requests or 0), part.territory.name))
    title = f"Démarches accompagnées par site, {board.year_in_french}"
    rows = [
        (
            tables.text(part.territory.name, board.address(part.territory)),
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
            board.address(part.territory),
        )
        for part in ranked[:BARS]
        if part.requests is not None
    ]
    chart = None
    if bars:
        described = _from_first_to_last(bars)
        chart = BarChart(
            id="classement",
            title=_title_of(bars, rows, f"Les {len(bars)} premiers sites", title),
            description=described,
            rows=bars,
            unit="démarches",
        )
    return Section("classement", "Les sites", table, chart=chart, template="stats/charts/bars.html")


def gaps(board):
    """Who has not reported: sites for the last month, or départements over twelve months."""
    match board.territory.level:
        case "site":
            return None
        case "departement":
            return _silent_sites(board)
    return _silent_departements(board)


def _silent_sites(board):
    sites = [site for site in board.sites if _is_expected(site, board.last)]
    parts = series.parts_during([part_of_departement(site) for site in sites], board.audience, board.last, board.last)
    title = f"Sites qui n'ont pas déclaré leur activité, {months.in_french(board.last)}"
    rows = [
        (tables.text(part.territory.name, board.address(part.territory)), tables.text(site.commune.name))
        for site, part in zip(sites, parts, strict=True)
        if not part.reported
    ]
    table = tables.Table("declarations", title, ("Site", "Commune"), rows)
    everyone = f"Tous les sites attendus ont déclaré leur activité de {months.in_french(board.last)}."
    return Section("declarations", "Déclarations manquantes", table, everyone)


def _silent_departements(board):
    expected = series.expected_by_departement(board.territory, *board.year)
    told = [(part, expected.get(part.territory.code, 0)) for part in board.departements]
    told = [(part, wanted) for part, wanted in told if wanted]
    told.sort(key=lambda one: (min(one[0].reported / one[1], 1), one[0].territory.code))
    title = f"Déclarations reçues, {board.year_in_french}"
    rows = [
        (
            tables.text(f"{part.territory.name} ({part.territory.code})", board.address(part.territory)),
            tables.share(min(part.reported / wanted, 1)),
            tables.count(part.reported),
            tables.count(wanted),
        )
        for part, wanted in told
    ]
    columns = ("Département", "Part reçue", "Déclarations reçues", "Déclarations attendues")
    table = tables.Table("declarations", title, columns, rows, "Une déclaration par site et par mois.")
    if len(told) < 2:
        return Section("declarations", "Déclarations manquantes", table)
    bars = [
        Bar(part.territory.name, share, written.share(share), board.address(part.territory))
        for part, share in ((part, min(part.reported / wanted, 1)) for part, wanted in told[:BARS])
    ]
    chart = BarChart(
        id="declarations",
        title=_title_of(
            bars,
            told,
            f"Les {len(bars)} départements qui déclarent le moins",
            f"Part des déclarations reçues, {board.year_in_french}",
        ),
        description=_from_first_to_last(bars),
        rows=bars,
    )
    return Section("declarations", "Déclarations manquantes", table, chart=chart, template="stats/charts/bars.html")


def _is_expected(site, month):
    return series.Lives(False, False, site.labelled_on, site.closed_on, 1).are_expected(month)


def _title_of(bars, everyone, some, title):
    """What a chart is called, which is only of `some` where bars are fewer than départements."""
    return f"{some} : {title[0].lower()}{title[1:]}" if len(bars) < len(everyone) else title


def _from_first_to_last(bars):
    first, last = bars[0], bars[-1]
    if first is last:
        return f"{first.label} : {first.text}."
    return f"En premier, {first.label} : {first.text} ; en dernier, {last.label} : {last.text}."
