/* The points that a list moves (from where, to where) or adds. Drawn on a canvas: there may be thousands; the table
   under the map says the same by keyboard. */

import { loadLeaflet, makeMap } from "../map/leaflet.js";

const BEFORE = { radius: 5, color: "#b34000", weight: 2, fillColor: "#fff", fillOpacity: 1 };
const AFTER = { radius: 6, color: "#fff", weight: 1, fillColor: "#000091", fillOpacity: 1 };
const ADDED = { radius: 6, color: "#fff", weight: 1, fillColor: "#18753c", fillOpacity: 1 };
const WAY = { color: "#000091", weight: 2, opacity: 0.7, interactive: false };

const part = document.querySelector(".fs-moves");
part.hidden = false;
new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  Promise.all([read(part.dataset.moves), loadLeaflet()])
    .then(([points]) => draw(points))
    .catch(() => (part.hidden = true)); // the table says everything that the map would
}).observe(part);

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response.json();
}

function draw({ moves, added }) {
  const map = makeMap(part.querySelector(".fs-map"), { preferCanvas: true, scrollWheelZoom: false });
  const points = [...moves.flatMap(([, , , from, to]) => [from, to]), ...added.map(([, , at]) => at)];
  map.fitBounds(L.latLngBounds(points), { padding: [30, 30], maxZoom: 15, animate: false });
  for (const [, , , from, to] of moves) L.polyline([from, to], WAY).addTo(map);
  for (const [name, address, at] of added) {
    new (square())(at, ADDED).bindPopup(() => popup(name, address, "Nouveau site")).addTo(map);
  }
  for (const [name, address, distance, from, to] of moves) {
    L.circleMarker(from, BEFORE).bindPopup(() => popup(name, address, `Avant : le point se déplace de ${distance}`)).addTo(map);
    L.circleMarker(to, AFTER).bindPopup(() => popup(name, address, `Après : le point s'est déplacé de ${distance}`)).addTo(map);
  }
  document.querySelectorAll("tr[data-to]").forEach((row) => addButton(row, map));
}

/* From a row of the table to its points. */
function addButton(row, map) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Voir sur la carte" });
  const name = Object.assign(document.createElement("span"), { className: "fr-sr-only" });
  name.textContent = ` : ${row.querySelector("a").textContent}`;
  button.className = "fr-btn fr-btn--sm fr-btn--tertiary fs-moves__see";
  button.append(name);
  button.addEventListener("click", () => {
    const points = [row.dataset.from, row.dataset.to].filter(Boolean).map((text) => text.split(", ").map(Number));
    map.fitBounds(L.latLngBounds(points), { padding: [60, 60], maxZoom: 16 });
    map.getContainer().focus({ preventScroll: true });
    part.scrollIntoView({ block: "center" });
  });
  row.querySelector("th").append(button);
}

/* A marker of another shape, for who does not see colours. Leaflet has only round ones. */
let Square = null;
function square() {
  Square ??= L.CircleMarker.extend({
    _updatePath() {
      const renderer = this._renderer;
      if (!renderer._drawing || this._empty()) return;
      const { x, y } = this._point, half = this._radius;
      renderer._ctx.beginPath();
      renderer._ctx.rect(x - half, y - half, 2 * half, 2 * half);
      renderer._fillStroke(renderer._ctx, this);
    },
  });
  return Square;
}

function popup(name, address, words) {
  const content = document.createElement("div");
  const link = Object.assign(document.createElement("a"), { href: address, textContent: name || "(sans nom)" });
  const said = Object.assign(document.createElement("p"), { textContent: words });
  content.append(link, said);
  return content;
}
