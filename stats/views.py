"""The dashboards: what a territory reported, at a date, and the same as files."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.http import require_safe

from franceservices.territories.models import Departement, Region
from sites.models import Site
from stats import series, tables, territory
from stats.comparison import Comparison
from stats.dashboard import FIGURES, HEADLINES, Dashboard
from stats.forms import ComparisonForm, PeriodForm
from stats.months import months_later
from stats.suppression import audience_of

KEPT_S = 300


@require_safe
def france(request, table="", file_format=""):
    return _dashboard(request, territory.france(), table, file_format)


@require_safe
def region(request, code, slug="", table="", file_format=""):
    found = territory.of_region(_one(Region.objects.with_population().filter(pk=code)))
    return _at_its_address(request, found, slug) or _dashboard(request, found, table, file_format)


@require_safe
def departement(request, code, slug="", table="", file_format=""):
    known = _one(Departement.objects.select_related("region").filter(pk=code))
    found = territory.of_departement(known, territory.above(known))
    return _at_its_address(request, found, slug) or _dashboard(request, found, table, file_format)


@require_safe
def site(request, code, slug="", table="", file_format=""):
    known = Site.objects.select_related("commune__departement__region").exclude(status=Site.Status.WITHDRAWN)
    found = territory.of_site(_one(known.filter(external_id=code)))
    return _at_its_address(request, found, slug) or _dashboard(request, found, table, file_format)


@require_safe
def compare(request, table="", file_format=""):
    """Up to four territories side by side, and their figures as a file."""
    audience, period = audience_of(request), _default_period()
    form = ComparisonForm(request.GET, known=territory.comparable(), **period)
    compared = Comparison(form.territories, audience, form.at, form.since, form.today) if form.territories else None
    if table:
        response = _file_of(compared and compared.tables[table](), "comparaison", form.at, file_format)
    else:
        context = {"form": form, "comparison": compared, "link": request.build_absolute_uri()}
        response = render(request, "stats/comparison.html", context, status=200 if form.is_right else 400)
    return _kept(response, audience)


def _one(queryset):
    found = queryset.first()
    if found is None:
        raise Http404
    return found


def _at_its_address(request, found, slug):
    """A redirection to the page when the name in the address is not, or no longer, the territory's."""
    if slug == found.slug:
        return None
    asked = request.META.get("QUERY_STRING", "")
    return redirect(found.get_absolute_url() + (f"?{asked}" if asked else ""), permanent=True)


def _dashboard(request, found, table, file_format):
    audience = audience_of(request)
    form = PeriodForm(request.GET, **_default_period())
    board = Dashboard(found, audience, form.at, form.since, form.today)
    response = _file(board, table, file_format) if table else _page(request, board, form)
    return _kept(response, audience)


def _default_period():
    """Until the end of the last month of which anything was reported."""
    today, reported = timezone.localdate(), series.last_month_reported()
    return {"default_at": months_later(reported, 1) if reported else today, "today": today}


def _page(request, board, form):
    figures = board.figures()
    context = {
        "territory": board.territory,
        "board": board,
        "form": form,
        "headlines": [figure for figure in figures if figure.code in HEADLINES],
        "others": [figure for figure in figures if figure.code not in HEADLINES],
        "sections": board.sections(),
        "link": request.build_absolute_uri(board.territory.get_absolute_url() + board.query),
    }
    return render(request, "stats/dashboard.html", context, status=200 if form.is_right else 400)


def _file(board, code, file_format):
    table = board.figures_table() if code == FIGURES else board.table(code)
    return _file_of(table, f"{board.territory.slug or 'france'}-{code}", board.at, file_format)


def _file_of(table, name, at, file_format):
    """A table as a file: what the page shows, and nothing else. 404 where the page has none."""
    if table is None:
        raise Http404
    response = HttpResponse(tables.WRITERS[file_format](table), content_type=tables.FORMATS[file_format])
    response["Content-Disposition"] = f'attachment; filename="france-services-{name}-{at:%Y-%m-%d}.{file_format}"'
    return response


def _kept(response, audience):
    """Anyone may keep for five minutes what everyone sees; nobody what agents see."""
    if audience.sees_small_numbers:
        add_never_cache_headers(response)
    else:
        patch_cache_control(response, public=True, max_age=KEPT_S)
    return response
