/* The map beside a list: the list's own sites numbered, every other one clustered. Loaded once it is on screen. */

const DEGREE = 10000; // see sites/map_data.py
const BESIDE = window.matchMedia("(min-width: 62em)"); // the map is beside the list: see portail.css
const OUTLINE = { color: "#6a6a6a", weight: 1, fillColor: "#fff", fillOpacity: 0.6 };
const PATIENCE_MS = 4000; // without a tile by then, outlines are drawn

document.documentElement.classList.add("has-script");
const frame = document.querySelector(".fs-map");
new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  loadResources(document.querySelector("#map-resources")).then(draw);
}).observe(frame);

/* The style sheets and scripts that django-leaflet names, in order; the page itself does not wait for them. */
function loadResources(template) {
  const loads = [];
  for (const source of template.content.children) {
    const element = document.createElement(source.localName);
    for (const { name, value } of source.attributes) element.setAttribute(name, value);
    element.textContent = source.textContent;
    if (element.localName === "script") element.async = false;
    if (element.src || element.href) loads.push(new Promise((resolve) => element.addEventListener("load", resolve)));
    document.head.append(element);
  }
  return Promise.all(loads);
}

function draw() {
  const container = frame.querySelector("[data-options]");
  const options = JSON.parse(container.dataset.options);
  const map = L.Map.djangoMap(container.id, { djoptions: options, globals: false });
  translateControls(map);
  fallBackToOutlines(map);
  const listed = drawListed(map);
  drawHere(map);
  drawOthers(map, new Set(listed));
}

function translateControls(map) {
  const titles = { ".leaflet-control-zoom-in": "Zoomer", ".leaflet-control-zoom-out": "Dézoomer" };
  for (const [selector, title] of Object.entries(titles)) {
    const control = map.getContainer().querySelector(selector);
    control.title = title;
    control.setAttribute("aria-label", title);
  }
}

/* The page's own sites: numbered as in the list, and each side shows which one the other points at. */
function drawListed(map) {
  const items = [...document.querySelectorAll("[data-site][data-lat]")];
  const points = items.map((item) => [Number(item.dataset.lat), Number(item.dataset.lon)]);
  items.forEach((item, index) => {
    const name = (item.querySelector(".fs-result__name a") ?? document.querySelector("h1")).textContent;
    const text = item.querySelector(".fs-result__number")?.textContent ?? "";
    const icon = L.divIcon({ className: "fs-marker", html: text, iconSize: [30, 30] });
    const marker = L.marker(points[index], { icon, title: name, alt: name, riseOnHover: true, zIndexOffset: 1000 });
    marker.addTo(map).bindPopup(() => popup(name, item.querySelector(".fs-result__name a")?.href));
    link(item, marker);
  });
  const here = place();
  const bounds = L.latLngBounds(here && here.kind !== "departement" && here.kind !== "region" ? [here.point, ...points] : points);
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [30, 30], maxZoom: 15, animate: false });
  return items.map((item) => item.dataset.site);
}

function link(item, marker) {
  const show = (yes) => {
    item.classList.toggle("is-shown", yes);
    marker.getElement()?.classList.toggle("is-shown", yes);
  };
  for (const [element, on, off] of [[item, "mouseenter", "mouseleave"], [item, "focusin", "focusout"]]) {
    element.addEventListener(on, () => show(true));
    element.addEventListener(off, () => show(false));
  }
  const pin = marker.getElement();
  pin.addEventListener("mouseenter", () => show(true));
  pin.addEventListener("mouseleave", () => show(false));
  pin.addEventListener("focus", () => {
    show(true);
    // On a phone the list is above the map: scrolling to it would take the map away from under the finger.
    if (BESIDE.matches) item.scrollIntoView({ block: "nearest" });
  });
  pin.addEventListener("blur", () => show(false));
}

function popup(name, href) {
  const paragraph = document.createElement("p");
  const text = href ? Object.assign(document.createElement("a"), { href }) : document.createElement("strong");
  text.textContent = name.trim();
  paragraph.append(text);
  return paragraph;
}

function place() {
  const { lat, lon, kind } = document.querySelector(".fs-results")?.dataset ?? {};
  return lat ? { point: [Number(lat), Number(lon)], kind } : null;
}

function drawHere(map) {
  const here = place();
  if (!here || here.kind === "departement" || here.kind === "region") return;
  L.circleMarker(here.point, { radius: 8, color: "#fff", weight: 2, fillColor: "#e1000f", fillOpacity: 1, interactive: false }).addTo(map);
}

/* Every other site, as dots that cluster. They are a complement: the list and the search reach them by keyboard. */
async function drawOthers(map, listed) {
  const response = await fetch(frame.dataset.sites).catch(() => null);
  if (!response?.ok) return;
  const { ids, lats, lons } = await response.json();
  const cluster = L.markerClusterGroup({
    maxClusterRadius: 60,
    showCoverageOnHover: false,
    chunkedLoading: true,
    iconCreateFunction: (group) => L.divIcon({ className: "fs-cluster", html: String(group.getChildCount()), iconSize: [34, 34] }),
  });
  const dot = L.divIcon({ className: "fs-dot", iconSize: [14, 14] });
  let lat = 0, lon = 0;
  const markers = [];
  ids.forEach((id, index) => {
    lat += lats[index];
    lon += lons[index];
    if (listed.has(id)) return;
    const marker = L.marker([lat / DEGREE, lon / DEGREE], { icon: dot, keyboard: false });
    markers.push(marker.on("click", () => window.location.assign(`/sites/${id}/`)));
  });
  cluster.addLayers(markers);
  map.addLayer(cluster);
}

/* Tiles may be slow or down: the départements' outlines are then drawn, so that the map is never blank. */
function fallBackToOutlines(map) {
  let drawn = false;
  const drawOutlines = async () => {
    if (drawn) return;
    drawn = true;
    const response = await fetch(frame.dataset.outlines).catch(() => null);
    if (!response?.ok) return;
    const outlines = L.geoJSON(await response.json(), { style: OUTLINE, interactive: false }).addTo(map);
    showAnOutline(map, outlines);
    const message = L.DomUtil.create("p", "fs-map__message", map.getContainer());
    message.textContent = "Le fond de carte ne répond pas : seuls les départements sont dessinés.";
  };
  const patience = setTimeout(drawOutlines, PATIENCE_MS);
  map.eachLayer((layer) => {
    if (!(layer instanceof L.TileLayer)) return;
    layer.on("tileload", () => clearTimeout(patience));
    layer.on("tileerror", drawOutlines);
  });
}

/* Within a département no border may be in sight: step back to the whole of it. */
function showAnOutline(map, outlines) {
  const view = map.getBounds();
  const around = [];
  let inSight = false;
  outlines.eachLayer((layer) => {
    inSight ||= layer.getLatLngs().flat(Infinity).some((point) => view.contains(point));
    if (layer.getBounds().contains(view.getCenter())) around.push(layer.getBounds());
  });
  const size = (bounds) => bounds.getSouthWest().distanceTo(bounds.getNorthEast());
  const [smallest] = around.sort((a, b) => size(a) - size(b));
  if (!inSight && smallest) map.fitBounds(smallest, { animate: false });
}
