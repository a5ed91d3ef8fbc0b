"""The directory in Django's admin: sites, and reference tables as files."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sites.imports import lifecycle
from sites.models import Partner, Site
from tests.factories import METZ, RODEZ, make_site
from tests.people import make_national, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PARTNERS = "/admin/sites/partner/"
HEADER = "code;name;help_topics;rank;is_national\n"


@pytest.fixture
def me():
    return make_national()


@pytest.fixture
def client(me):
    return signed_in(me)


def form_of(client, site, **fields):
    """What the page of a site would send as it is shown, but for these fields."""
    form = client.get(f"/admin/sites/site/{site.pk}/change/").context["adminform"].form
    shown = {name: form[name].value() for name in form.fields if name != "location"}
    data = {name: value for name, value in shown.items() if value not in (None, False)}
    data |= {"location_lat": site.location.y, "location_lon": site.location.x}
    for prefix in ("weekly_slots", "closures", "stops", "partners"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | fields


def send(client, site, data):
    return client.post(f"/admin/sites/site/{site.pk}/change/", data)


# --- Sites -------------------------------------------------------------------------------------------------


def test_a_site_is_changed_under_ones_name(client, me):
    site = make_site(RODEZ, week={})

    response = send(client, site, form_of(client, site, name="France services du Rouergue"))

    assert response.status_code == 302
    event = Site.pgh_event_model.objects.order_by("pk").last()
    assert event.name == "France services du Rouergue"
    assert (event.pgh_context.metadata["user"], event.pgh_context.metadata["source"]) == (me.pk, "admin")


def test_saving_a_site_as_it_is_changes_nothing_of_it(client):
    site = make_site(RODEZ, week={}, at=(44.351234567, 2.573456789))
    before = Site.objects.filter(pk=site.pk).values().get()

    send(client, site, form_of(client, site))

    after = Site.objects.filter(pk=site.pk).values().get()
    del before["updated_at"], after["updated_at"]
    assert after == before


def test_a_stale_form_does_not_overwrite(client):
    site = make_site(RODEZ, week={})
    stale = form_of(client, site, name="Trop tard")
    send(client, site, form_of(client, site, phone="05 65 00 00 00"))

    response = send(client, site, stale)

    site.refresh_from_db()
    assert "depuis que vous l" in response.text
    assert (site.name, site.phone) == ("France services de Rodez", "05 65 00 00 00")


@pytest.mark.parametrize("sent", ["SRID=4326;POINT(2 44)", "nan", "1e400", "-91", "", "\x00"])
def test_a_position_is_two_numbers_and_nothing_else(client, sent):
    site = make_site(RODEZ, week={})

    response = send(client, site, form_of(client, site, location_lat=sent))

    assert response.status_code == 200
    assert response.context["errors"]


def test_a_site_is_never_deleted(client):
    site = make_site()

    assert client.post(f"/admin/sites/site/{site.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/sites/site/", {"action": "delete_selected", "_selected_action": [site.pk], "post": "yes"})

    assert Site.objects.filter(pk=site.pk).exists()


def test_the_row_of_another_site_is_not_changed_by_a_forged_form(client):
    site, other = make_site(RODEZ, week={}), make_site(METZ)
    slot = other.weekly_slots.first()
    forged = {
        "weekly_slots-TOTAL_FORMS": 1,
        "weekly_slots-INITIAL_FORMS": 1,
        "weekly_slots-0-id": slot.pk,
        "weekly_slots-0-site": site.pk,
        "weekly_slots-0-DELETE": "on",
    }

    send(client, site, form_of(client, site, **forged))

    assert other.weekly_slots.filter(pk=slot.pk).exists()


def test_the_check_of_a_site_is_not_sent_by_a_form(client, me):
    site = make_site(RODEZ, week={})

    send(
        client,
        site,
        form_of(client, site, verified_by=me.pk, verified_at_0="2026-01-01", is_demo="on", external_id="9"),
    )

    site.refresh_from_db()
    assert (site.verified_by, site.verified_at, site.is_demo) == (None, None, False)
    assert site.external_id != "9"


@pytest.mark.parametrize(
    ("search", "found"), [("rodez", RODEZ), ("RODEZ", RODEZ), ("12202", RODEZ), ("12000", RODEZ), ("\x00", None)]
)
def test_a_commune_is_found_by_its_name_or_code(client, search, found):
    site_field = {"app_label": "sites", "model_name": "site", "field_name": "commune", "term": search}

    response = client.get("/admin/autocomplete/", site_field)

    if found:
        assert found in [one["id"] for one in response.json()["results"]]
    else:
        assert response.status_code == 400


# --- Reference tables --------------------------------------------------------------------------------------


def upload(client, content, name="partenaires.csv"):
    content = content if isinstance(content, bytes) else content.encode()
    return client.post(
        f"{PARTNERS}import/", {"import_file": SimpleUploadedFile(name, content), "format": "0", "resource": "0"}
    )


def confirm(client, shown, **changed):
    return client.post(f"{PARTNERS}process_import/", shown.context["confirm_form"].initial | changed)


def test_a_file_is_shown_then_applied(client):
    shown = upload(client, HEADER + "caf;Caf;Allocations;1;1\nurssaf;Urssaf;Cotisations;20;0\n")
    assert not Partner.objects.filter(pk="urssaf").exists()

    confirm(client, shown)

    assert Partner.objects.get(pk="urssaf").name == "Urssaf"
    assert Partner.objects.get(pk="caf").name == "Caf"


def test_excels_own_csv_is_read(client):
    shown = upload(client, (HEADER + "urssaf;Sécurité;Cotisations;20;0\r\n").encode("cp1252"))

    assert "Sécurité" in shown.text


def test_one_wrong_line_and_nothing_is_written(client):
    shown = upload(client, HEADER + "urssaf;Urssaf;Cotisations;20;0\n;;;;\nx y;;;trop;0\n")

    assert "confirm_form" not in shown.context
    assert not Partner.objects.filter(pk="urssaf").exists()


def test_what_is_applied_is_what_was_shown(client):
    shown = upload(client, HEADER + "urssaf;Urssaf;Cotisations;20;0\n")
    token = shown.context["confirm_form"].initial["import_file_name"]

    for forged in ("../../etc/passwd", token[:-2] + "xx", "", "a:b:c"):
        assert confirm(client, shown, import_file_name=forged).status_code == 200

    assert not Partner.objects.filter(pk="urssaf").exists()


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-1", "@SUM(A1)", "'=1+1"])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(client, cell):
    shown = upload(client, HEADER + f"urssaf;{cell};Cotisations;20;0\n")

    assert "confirm_form" not in shown.context
    assert "formule" in shown.text


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04rien", b"%PDF-1.7", b"x" * 2_000_000])
def test_what_is_not_a_table_is_refused_in_a_sentence(client, content):
    response = upload(client, content)

    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.parametrize(("number", "read"), [("0", "csv"), ("1", "xlsx")])
def test_what_is_given_out_holds_no_formula(client, number, read):
    Partner.objects.filter(pk="caf").update(name="=HYPERLINK(0)")

    response = client.post(f"{PARTNERS}export/", {"format": number, "resource": "0"})

    if read == "csv":
        assert "'=HYPERLINK(0)" in response.content.decode("utf-8-sig")
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert "'=HYPERLINK(0)" in [cell.value for cell in cells]
        assert all(cell.data_type != "f" for cell in cells)


def test_a_partner_in_use_is_not_deleted(client):
    site = make_site()
    site.partners.create(partner_id="caf")

    client.post(f"{PARTNERS}caf/delete/", {"post": "yes"})

    assert Partner.objects.filter(pk="caf").exists()


# --- National lists ----------------------------------------------------------------------------------------


def test_a_list_is_read_with_its_state_and_without_its_file(client, me):
    batch = lifecycle.receive("liste.csv", b"le contenu", me, is_complete=True)

    table = client.get("/admin/sites/importbatch/").text
    page = client.get(f"/admin/sites/importbatch/{batch.pk}/change/").text

    assert "Analyse en cours" in table
    assert "Analyse en cours" in page
    assert batch.sha256 in page
    assert "le contenu" not in page
    assert "<input" not in page.partition("<fieldset")[2].partition("</fieldset>")[0]
