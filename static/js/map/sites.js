/* Every site: what the file of the maps says of it (see sites/map_data.py), and its popup. */

const DEGREE = 10000;

/* [{id, point, kind, name}], in the order of the file. Fails when the file does not come. */
export async function readSites(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  const { ids, lats, lons, kinds, names } = await response.json();
  let lat = 0, lon = 0;
  return ids.map((id, index) => {
    lat += lats[index];
    lon += lons[index];
    return { id, point: [lat / DEGREE, lon / DEGREE], kind: kinds[index], name: names[index] };
  });
}

/* Gives each marker of a group the popup of its `site`. */
export function bindPopups(group, options) {
  let source = null, content = null;
  group.bindPopup((marker) => {
    if (marker !== source) [source, content] = [marker, contentOf(marker.options.site, group.getPopup())];
    return content; // Leaflet asks again each time that the popup changes its size
  }, options);
  group.on("popupclose", () => (source = null));
}

/* A site's name at once, then what our server says of it now. */
function contentOf({ id, name }, popup) {
  const content = document.createElement("div");
  const link = Object.assign(document.createElement("a"), { href: `/sites/${encodeURIComponent(id)}/`, textContent: name });
  const details = Object.assign(document.createElement("div"), { textContent: "Chargement des horaires…" });
  details.setAttribute("role", "status");
  content.append(link, details);
  fetch(`/carte/sites/${encodeURIComponent(id)}/`)
    .then((response) => (response.ok ? response.text() : Promise.reject()))
    .then((html) => details.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children))
    .catch(() => (details.textContent = "Les horaires n'ont pas pu être chargés : ouvrez la fiche."))
    .then(() => popup.isOpen() && resize(popup, content));
  return content;
}

/* Leaflet takes the content out of the page for a moment: whoever was in it is led back. */
function resize(popup, content) {
  const inside = content.contains(document.activeElement) && document.activeElement;
  popup.update();
  if (inside) inside.focus({ preventScroll: true });
}
