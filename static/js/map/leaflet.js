/* A Leaflet map that speaks French and is used by keyboard. Leaflet itself is loaded only when a page asks for it. */

const SMOOTH = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/* Leaflet's style sheets and scripts, in order; the page itself does not wait for them. */
export function loadLeaflet() {
  const loads = [];
  for (const source of document.querySelector("#map-resources").content.children) {
    const element = document.createElement(source.localName);
    for (const { name, value } of source.attributes) element.setAttribute(name, value);
    if (element.localName === "script") element.async = false;
    loads.push(new Promise((resolve, reject) => Object.assign(element, { onload: resolve, onerror: reject })));
    document.head.append(element);
  }
  return Promise.all(loads);
}

/* The map that a `.fs-map` frame asks for by its options: those that django-leaflet makes of the settings. */
export function makeMap(frame, options = {}) {
  const container = frame.querySelector("[data-options]");
  const { center, zoom, minzoom, maxzoom, layers, attributionprefix } = JSON.parse(container.dataset.options);
  const smooth = { zoomAnimation: SMOOTH, fadeAnimation: SMOOTH, markerZoomAnimation: SMOOTH };
  const map = L.map(container, { center, zoom, minZoom: minzoom, maxZoom: maxzoom, zoomControl: false, ...smooth, ...options });
  map.attributionControl.setPrefix(attributionprefix ?? "");
  L.control.zoom({ zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  for (const [, address, attribution] of layers) L.tileLayer(address, attribution).addTo(map);
  container.setAttribute("role", "group");
  container.setAttribute("aria-label", "Carte : les flèches la déplacent, plus et moins l'agrandissent");
  serveKeyboard(map, container);
  return map;
}

/* Who opens a popup by keyboard is led into it, and back to where they were when it closes. */
function serveKeyboard(map, container) {
  let byKeyboard = false;
  container.addEventListener("pointerdown", () => (byKeyboard = false));
  container.addEventListener("keydown", (event) => {
    byKeyboard = true;
    if (event.key === "Escape") map.closePopup();
    if (event.key === " " && event.target.classList.contains("leaflet-marker-icon")) {
      event.preventDefault(); // a button is pressed by the space bar too; Leaflet knows Enter only
      event.target.click();
    }
  });
  map.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "Fermer");
    if (byKeyboard) popup.getElement().querySelector("a[href]:not(.leaflet-popup-close-button)")?.focus();
  });
  map.on("popupclose", ({ popup }) => byKeyboard && popup._source?.getElement()?.focus());
  map.isByKeyboard = () => byKeyboard;
}
