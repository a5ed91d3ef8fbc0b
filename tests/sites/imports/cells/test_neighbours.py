"""Sites so near to each other that they may be the same one twice, against a plain comparison of all pairs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from franceservices.territories.drive import metres_between
from sites.imports.cells.neighbours import NEAR_M, Neighbours

# Around the squares' edges, in mainland France and on both sides of the equator and of Greenwich.
CORNERS = [(2.5734, 44.3526), (-0.0001, 49.4), (8.2, 48.97), (2.5, 51.08), (55.4481, -20.8789), (-63.083, 18.0682)]
offset = st.floats(-0.0015, 0.0015)


@st.composite
def crowds(draw):
    """A position, and others around it."""
    longitude, latitude = draw(st.sampled_from(CORNERS))
    here, *others = [
        (longitude + draw(offset), latitude + draw(offset)) for _ in range(draw(st.integers(min_value=2, max_value=8)))
    ]
    return here, others


@settings(max_examples=400)
@given(crowds())
def test_the_nearest_within_75_m_is_found(crowd):
    here, others = crowd
    neighbours = Neighbours()
    for number, where in enumerate(others):
        neighbours.add(number, "fixe", where, str(number))

    found = neighbours.near("new", "fixe", here)

    nearest = min(metres_between(*here, *where) for where in others)
    assert (found is None) == (nearest > NEAR_M)
    assert found is None or found[1] == nearest


def test_a_site_is_not_its_own_neighbour_and_a_bus_not_its_depots():
    neighbours = Neighbours()
    neighbours.add("7001", "fixe", (2.5734, 44.3526), "Rodez")

    assert neighbours.near("7001", "fixe", (2.5734, 44.3526)) is None
    assert neighbours.near("7002", "bus", (2.5734, 44.3526)) is None
    assert neighbours.near("7002", "fixe", (2.5734, 44.3526)) == ("Rodez", 0)
