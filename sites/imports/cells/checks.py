"""What can only be seen by comparing cells with each other and with the gazetteer. Pure."""

from franceservices.territories.drive import metres_between
from franceservices.territories.extents import in_france
from franceservices.territories.names import normalise
from sites.written_numbers import distance_in_french

# The official list's points lie 0.3 km (median) to 5.9 km (99 in 100) from their commune's.
FAR_KM = 20
MOVED_M = 300


def distance_km(a, b):
    """Kilometres as the crow flies between two (longitude, latitude) in degrees."""
    return metres_between(*a, *b) / 1000


def check(site, cells, communes, findings):
    """Add to `findings` what is wrong between the cells of a row.

    `communes` are the site's and the one of the file's code, which differ when the latter was replaced. Cells that
    could not be read are None on the site, and are not checked again.
    """
    if site.latitude is not None and site.longitude is not None:
        _check_position(site, cells, communes, findings)
    if communes:
        _check_departement(site, cells, communes[0], findings)
        _check_name(site, cells, communes, findings)
    if site.postal_code is None:  # "" when the cell could not be read
        _fill_postal_code(site, communes, findings)
    elif communes and site.postal_code:
        _check_postal_code(site, cells, communes, findings)
    if cells["prise_rdv"] == "":
        message = "Pour un nouveau site, « Non » est retenu : demandez-le au site."
        findings.warn("prise_rdv", "", "appointment_missing", message)
    if not site.address:
        findings.warn("adresse", "", "address_missing", "Le public ne saura pas où aller : demandez-la au site.")


def _check_position(site, cells, communes, findings):
    position = (site.longitude, site.latitude)
    value = f"{cells['latitude']}, {cells['longitude']}"
    if not in_france(site.latitude, site.longitude):
        findings.refuse("latitude", value, *_why_outside(site))
    elif communes and communes[0].position and (km := distance_km(position, communes[0].position)) > FAR_KM:
        findings.warn(
            "latitude",
            value,
            "far",
            f"Le point est à {km:.0f} km de {communes[0].name} ({communes[0].departement}) : vérifiez les coordonnées "
            "et le code de la commune.",
        )


def _why_outside(site):
    if in_france(latitude=site.longitude, longitude=site.latitude):
        return "swapped", "La latitude et la longitude sont inversées : échangez les deux cellules."
    return "outside", "Ce point n'est pas en France : vérifiez la latitude et la longitude."


def _check_departement(site, cells, commune, findings):
    if site.said_departement and site.said_departement != commune.departement:
        findings.warn(
            "insee_dep",
            cells["insee_dep"],
            "departement",
            f"{commune.name} ({commune.insee}) est dans le département {commune.departement}, qui est retenu : "
            "corrigez le département, ou la commune si c'est elle qui est fausse.",
        )


def _check_name(site, cells, communes, findings):
    if site.said_commune and not any(_same_name(site.said_commune, commune.name) for commune in communes):
        findings.warn(
            "lib_com",
            cells["lib_com"],
            "commune_name",
            f"Le code {communes[0].insee} désigne {communes[0].name}, qui est retenu : vérifiez le code.",
        )


def _same_name(said, name):
    return _reduced(said) == _reduced(name)


def _reduced(name):
    return normalise(name).replace(" ", "")


def _fill_postal_code(site, communes, findings):
    known = _postal_codes(communes)
    if known:
        site.postal_code = known[0]
        findings.warn("code_postal", "", "postal_code_missing", f"Celui de {communes[0].name} est retenu : {known[0]}.")
    else:
        findings.refuse("code_postal", "", "required", "La cellule est vide : cette colonne doit être remplie.")


def _check_postal_code(site, cells, communes, findings):
    known = _postal_codes(communes)
    if not known or site.postal_code in known:
        return
    elsewhere = _area(site.postal_code) not in {_area(code) for code in known}
    listed = ", ".join(known[:6]) + ("…" if known[6:] else "")
    findings.warn(
        "code_postal",
        cells["code_postal"],
        "postal_code_departement" if elsewhere else "postal_code_commune",
        f"{communes[0].name} ({communes[0].insee}) a pour code postal {listed} : vérifiez le code postal et le code "
        "de la commune. Un code CEDEX sert au courrier et ne situe pas un site.",
    )


def _postal_codes(communes):
    return list(dict.fromkeys(code for commune in communes for code in commune.postal_codes))


def _area(postal_code):
    """The digits that a département's postal codes share."""
    return postal_code[: 3 if postal_code >= "97" else 2]


def compare(site, was, differences, cells, findings):
    """Add to `findings` what is worth a look in how a line differs from the site as it `was` ({attribute: value})."""
    if was["status"] != "active":
        since = f" depuis le {was['closed_on']:%d/%m/%Y}" if was["closed_on"] else ""
        findings.warn("id_fs", cells["id_fs"], "was_closed", f"Ce site est fermé{since} : il rouvrirait.")
    if "name" in differences:
        findings.warn("lib_fs", cells["lib_fs"], "renamed", f"S'appelait « {was['name']} ».")
    if "position" in differences:
        metres = distance_km(was["position"], (site.longitude, site.latitude)) * 1000
        if metres > MOVED_M:
            value = f"{cells['latitude']}, {cells['longitude']}"
            how_far = distance_in_french(metres)
            findings.warn(
                "latitude", value, "moved", f"Le point se déplace de {how_far} : a-t-il déménagé ? Voyez la carte."
            )
