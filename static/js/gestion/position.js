/* The point of a site: dragged on a map, moved by the arrow keys, or written as coordinates. */

import { loadLeaflet, makeMap } from "../map/leaflet.js";
import { distance } from "./distance.js";

const frame = document.querySelector(".fs-place__map");
const latitude = document.querySelector("#id_latitude");
const longitude = document.querySelector("#id_longitude");
const status = document.querySelector("#position-etat");
const STEP_PX = 4;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const number = (field) => Number(field.value.replace(",", "."));
const typed = () => [number(latitude), number(longitude)];
const start = typed();

document.querySelectorAll("[data-pin]").forEach((element) => (element.hidden = false));
new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  loadLeaflet().then(draw).catch(() => document.querySelectorAll("[data-pin]").forEach((element) => (element.hidden = true)));
}).observe(frame);

function draw() {
  const map = makeMap(frame, { scrollWheelZoom: false });
  map.setView(typed(), 16, { animate: false });
  const icon = L.divIcon({ className: "fs-pin fs-pin--moved", iconSize: [24, 24] });
  const pin = L.marker(typed(), { icon, draggable: true, autoPan: true, keyboard: true, title: "Le point du site" }).addTo(map);
  const element = pin.getElement();
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", "Le point du site : les flèches le déplacent");
  pin.on("drag dragend", () => write(pin.getLatLng()));
  element.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    event.stopPropagation(); // or the map would move too
    const far = event.shiftKey ? 10 : 1;
    const point = map.latLngToContainerPoint(pin.getLatLng()).add(L.point(arrow).multiplyBy(STEP_PX * far));
    pin.setLatLng(map.containerPointToLatLng(point));
    map.panInside(pin.getLatLng(), { padding: [20, 20] });
    write(pin.getLatLng());
  });
  for (const field of [latitude, longitude]) {
    field.addEventListener("change", () => {
      if (!typed().every(Number.isFinite)) return;
      pin.setLatLng(typed());
      map.panTo(typed());
      tell();
    });
  }
}

function write({ lat, lng }) {
  latitude.value = lat.toFixed(6);
  longitude.value = lng.toFixed(6);
  latitude.dispatchEvent(new Event("input", { bubbles: true }));
  tell();
}

function tell() {
  const metres = distance(start, typed());
  status.textContent = metres < 1 ? "" : `Point déplacé de ${Math.round(metres).toLocaleString("fr-FR")} m. Pensez à enregistrer.`;
}
