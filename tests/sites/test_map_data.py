"""The file of the maps: what it holds, how long it is kept, what it weighs; and which sites pass the filters."""

import base64
import gzip
import json

import brotli
import pytest
from django.db import connection

from sites import map_data
from sites.filters import ANY, Filters
from sites.imports.apply import Source, import_table
from sites.imports.cells.columns import COLUMNS
from sites.imports.files.reader import read_table
from sites.models import Site
from tests.factories import METZ, TOULOUSE, make_site
from tests.sites.imports.lists import OFFICIAL

pytestmark = pytest.mark.django_db
ADDRESS = "/carte/sites.json"


def file_of(client):
    return client.get(ADDRESS, follow=True)


def version(client):
    return client.get(ADDRESS).headers["Location"]


def test_the_map_gives_back_every_site_where_it_is(client):
    sites = [
        make_site(name="Rodez centre"),
        make_site(commune=TOULOUSE, format=Site.Format.BUS),
        make_site(kind=Site.Kind.ANTENNE),
        make_site(commune=METZ, format=Site.Format.ANTENNE),  # has antennes, is none
    ]
    make_site(status=Site.Status.WITHDRAWN)

    data = file_of(client).json()

    found, lat, lon = {}, 0, 0
    for number, external_id in enumerate(data["ids"]):
        lat, lon = lat + data["lats"][number], lon + data["lons"][number]
        found[external_id] = (
            lat / map_data.DEGREE,
            lon / map_data.DEGREE,
            data["kinds"][number],
            data["names"][number],
        )
    assert found.keys() == {site.external_id for site in sites}
    for site, letter in zip(sites, "fbaf", strict=True):
        lat, lon, shown, name = found[site.external_id]
        assert abs(lat - site.location.y) < 0.0001
        assert abs(lon - site.location.x) < 0.0001
        assert shown == letter
        assert name == site.name


def test_an_empty_directory_has_an_empty_map(client):
    assert file_of(client).json() == {"ids": [], "lats": [], "lons": [], "kinds": "", "names": []}
    assert map_data.shown(ANY, map_data.current()) == ("", 0)


def test_the_file_of_a_version_is_kept_for_ever_and_the_way_to_it_is_not(client):
    make_site()

    way = client.get(ADDRESS)
    file = client.get(way.headers["Location"])

    assert way.status_code == 302
    assert way.headers["Cache-Control"] == "public, max-age=300"
    assert file.status_code == 200
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["Content-Type"] == "application/json"
    assert not file.cookies


def test_an_older_version_leads_to_todays(client):
    site = make_site()
    before = version(client)
    site.name = "Un autre nom"
    site.save()

    response = client.get(before)

    assert response.status_code == 302
    assert response.headers["Location"] == version(client) != before
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["/carte/sites-1.json", "/carte/sites-.json", "/carte/sites-00000000000000000.json"]
)
def test_what_is_no_version_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sites_site SET location = ST_Point(2.6, 44.4)::geography",
        "UPDATE sites_site SET status = 'closed', closed_on = '2026-01-31'",
        "UPDATE sites_site SET name = 'Un autre nom'",
        "UPDATE sites_site SET format = 'bus'",
        "DELETE FROM sites_weeklyslot; DELETE FROM sites_site",
    ],
)
def test_the_version_changes_with_what_the_map_shows_even_by_sql(client, change):
    make_site()
    before = version(client)

    with connection.cursor() as cursor:
        cursor.execute(change)

    assert version(client) != before


def test_a_site_that_opens_again_gives_its_version_back(client):
    site = make_site()
    before = version(client)
    Site.objects.update(status="closed", closed_on="2026-01-31")
    assert version(client) != before

    Site.objects.update(status="active", closed_on=None)

    assert version(client) == before
    assert site.external_id in file_of(client).json()["ids"]


def test_the_version_is_the_same_when_the_map_shows_nothing_new(client):
    site = make_site()
    before = version(client)

    site.phone = "05 36 49 00 02"
    site.save()

    assert version(client) == before


@pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("", None, bytes),
    ],
)
def test_the_file_is_sent_as_small_as_the_browser_understands(client, accepted, encoding, read):
    site = make_site()

    response = client.get(version(client), headers={"Accept-Encoding": accepted})

    assert response.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in response.headers["Vary"]
    assert json.loads(read(response.content))["ids"] == [site.external_id]


@pytest.mark.official
@pytest.mark.skipif(not OFFICIAL.exists(), reason=f"the official list is not at {OFFICIAL} (see OFFICIAL_LIST)")
def test_the_file_of_the_national_list_weighs_less_than_60_kb():
    data = OFFICIAL.read_bytes()
    import_table(read_table(data, known=COLUMNS), Source.of(OFFICIAL.name, data))

    file = map_data.current()

    assert len(file.ids) == 2845
    assert len(file.gzipped) < 60_000
    assert len(file.brotlied) < 60_000


# --- Which sites pass the filters ------------------------------------------------------------------


def read_bits(bits, ids):
    packed = base64.b64decode(bits)
    return [external_id for n, external_id in enumerate(ids) if packed[n >> 3] & (128 >> (n & 7))]


def test_a_bit_says_whether_each_site_of_the_file_passes(client):
    sites = [make_site(kind="antenne" if number % 3 == 0 else "principal") for number in range(20)]
    antennes = {site.external_id for site in sites[::3]}

    answer = client.get("/carte/retenus.json", {"type": "antenne"}).json()

    assert answer["sites"] == version(client)
    assert answer["total"] == len(antennes)
    assert set(read_bits(answer["shown"], file_of(client).json()["ids"])) == antennes


def test_every_filter_of_the_portal_filters_the_map(client):
    make_site(appointment="required")
    open_door = make_site()

    answer = client.get("/carte/retenus.json", {"rdv": "sans", "jour": "mardi", "heure": "10:00"}).json()

    assert read_bits(answer["shown"], file_of(client).json()["ids"]) == [open_door.external_id]


def test_a_filter_that_nobody_understands_filters_nothing(client):
    make_site()

    assert client.get("/carte/retenus.json", {"jour": "jeudredi"}).json()["total"] == 1


def test_a_site_newer_than_the_file_is_left_to_the_next_one():
    make_site()
    file = map_data.current()
    make_site()

    assert map_data.shown(Filters(), file) == (base64.b64encode(b"\x80").decode(), 1)


@pytest.mark.parametrize("how_many", [1, 10])
def test_filtering_costs_the_same_however_many_sites(how_many, client, django_assert_max_num_queries):
    for _ in range(how_many):
        make_site()

    with django_assert_max_num_queries(6):
        client.get("/carte/retenus.json", {"ouvert": "1"})
