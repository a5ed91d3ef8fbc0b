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

/* The content of a site's popup: its name at once, then what our server says of it now. */
export function popupOf({ id, name }, popup) {
  const content = document.createElement("div");
  const link = Object.assign(document.createElement("a"), { href: `/sites/${encodeURIComponent(id)}/`, textContent: name });
  const details = Object.assign(document.createElement("div"), { textContent: "Chargement des horaires…" });
  details.setAttribute("role", "status");
  content.append(link, details);
  fetch(`/carte/sites/${encodeURIComponent(id)}/`)
    .then((response) => (response.ok ? response.text() : Promise.reject()))
    .then((html) => details.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children))
    .catch(() => (details.textContent = "Les horaires n'ont pas pu être chargés : ouvrez la fiche."))
    .then(() => popup.isOpen() && popup.update());
  return content;
}
