"""Where French territory lies, as boxes: what refuses a point in Belgium's middle or in the Gulf of Guinea."""

# (south, west, north, east), degrees. Wider than the shores by a few kilometres.
BOXES = {
    "métropole": (41.2, -5.3, 51.2, 9.7),
    "Guadeloupe, Saint-Martin et Saint-Barthélemy": (15.7, -63.3, 18.3, -60.9),
    "Martinique": (14.3, -61.4, 15.0, -60.7),
    "Guyane": (2.0, -54.7, 5.9, -51.5),
    "La Réunion": (-21.5, 55.1, -20.8, 55.95),
    "Mayotte": (-13.1, 44.9, -12.5, 45.4),
    "Saint-Pierre-et-Miquelon": (46.7, -56.5, 47.2, -56.0),
    "Wallis et Futuna": (-14.5, -178.3, -13.1, -176.0),
    "Polynésie française": (-28.0, -155.0, -7.5, -134.0),
    "Nouvelle-Calédonie": (-23.0, 158.0, -17.9, 172.2),
}


def in_france(latitude, longitude):
    """Whether both are degrees inside one of the boxes of French territory: no box holds NaN or infinity."""
    return any(south <= latitude <= north and west <= longitude <= east for south, west, north, east in BOXES.values())
