/* The map beside a list: the list's own sites numbered, every other one clustered. Loaded once it is on screen. */

import { loadLeaflet, makeMap } from "./map/leaflet.js";
import { fallBackToOutlines } from "./map/outlines.js";
import { bindPopups, readSites } from "./map/sites.js";

const BESIDE = window.matchMedia("(min-width: 62em)"); // the map is beside the list: see portail.css

const frame = document.querySelector(".fs-map");
new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  loadLeaflet().then(draw).catch(withoutMap);
}).observe(frame);

/* A file did not arrive: the list says everything that the map would. */
function withoutMap() {
  frame.closest("section").hidden = true;
  document.querySelector(".fs-results__to-map")?.remove();
}

function draw() {
  const map = makeMap(frame);
  fallBackToOutlines(map, frame.dataset.outlines);
  const listed = drawListed(map);
  drawHere(map);
  drawOthers(map, new Set(listed));
}

/* --- The page's own sites: numbered as in the list, and each side shows which one the other points at --------- */

function drawListed(map) {
  const items = [...document.querySelectorAll("[data-site][data-lat]")];
  const group = L.markerClusterGroup({ maxClusterRadius: 26, showCoverageOnHover: false, animate: false, iconCreateFunction: several });
  const points = items.map((item) => [Number(item.dataset.lat), Number(item.dataset.lon)]);
  items.forEach((item, index) => {
    const name = (item.querySelector(".fs-result__name a") ?? document.querySelector("h1")).textContent.trim();
    const number = item.querySelector(".fs-result__number")?.textContent ?? "";
    const icon = L.divIcon({ className: "fs-marker", html: label(number, name), iconSize: [30, 30] });
    const marker = L.marker(points[index], { icon, title: name, number, item, riseOnHover: true, zIndexOffset: 1000 });
    marker.bindPopup(() => popup(item, name), { autoPanPaddingTopLeft: [50, 10] });
    link(item, marker, group);
    group.addLayer(marker);
  });
  group.on("clustermouseover clustermouseout", ({ type, layer }) => {
    for (const marker of layer.getAllChildMarkers()) {
      marker.options.item.classList.toggle("is-shown", type === "clustermouseover");
    }
  });
  look(map, points);
  map.addLayer(group);
  return items.map((item) => item.dataset.site);
}

/* What a marker shows, and the name that it has for those who don't see it. */
function label(shown, name) {
  const text = document.createElement("span");
  const hidden = Object.assign(document.createElement("span"), { className: "fr-sr-only", textContent: ` ${name}` });
  text.append(shown, hidden);
  return text;
}

/* Markers that would hide one another, as one. */
function several(group) {
  const numbers = group.getAllChildMarkers().map((marker) => Number(marker.options.number)).sort((a, b) => a - b);
  const shown = numbers.length > 2 ? `${numbers.length} lieux` : numbers.join(" · ");
  const html = label(shown, `: résultats ${numbers.join(", ")}`);
  return L.divIcon({ className: "fs-marker fs-marker--several", html, iconSize: [54, 30] });
}

function look(map, points) {
  const here = place();
  const bounds = L.latLngBounds(here && !here.isTerritory ? [here.point, ...points] : points);
  const box = document.querySelector(".fs-results")?.dataset.box?.trim().split(" ").map(Number);
  if (box) map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { animate: false }); // a région: west south east north
  else if (points.length) map.fitBounds(bounds, { padding: [30, 30], maxZoom: 15, animate: false });
  else if (here) map.setView(here.point, 8);
}

function link(item, marker, group) {
  let shown = null; // the marker's own element, or that of the cluster that holds it
  const show = (yes) => {
    item.classList.toggle("is-shown", yes);
    shown?.classList.remove("is-shown");
    shown = yes ? group.getVisibleParent(marker)?.getElement() : null;
    shown?.classList.add("is-shown");
  };
  for (const [element, on, off] of [[item, "mouseenter", "mouseleave"], [item, "focusin", "focusout"]]) {
    element.addEventListener(on, () => show(true));
    element.addEventListener(off, () => show(false));
  }
  // On a phone the list is above the map: scrolling to it would take the map away.
  const bringIntoView = () => BESIDE.matches && item.scrollIntoView({ block: "nearest" });
  marker.on("mouseover", () => show(true)).on("mouseout", () => show(false)).on("click", bringIntoView);
  marker.on("add", () => {
    marker.getElement().addEventListener("focus", () => {
      show(true);
      // A pointer gives the focus before its click: scrolling then would move the marker from under it.
      if (marker.getElement().matches(":focus-visible")) bringIntoView();
    });
    marker.getElement().addEventListener("blur", () => show(false));
  });
}

function popup(item, name) {
  const content = document.createElement("div");
  const source = item.querySelector(".fs-result__name a");
  const title = source ? Object.assign(document.createElement("a"), { href: source.href }) : document.createElement("strong");
  title.textContent = name;
  content.append(title);
  for (const part of item.querySelectorAll(".fs-state, .fs-result__distance")) content.append(part.cloneNode(true));
  return content;
}

/* --- The place searched from, and every other site ------------------------------------------------------------ */

function place() {
  const { lat, lon, kind } = document.querySelector(".fs-results")?.dataset ?? {};
  return lat ? { point: [Number(lat), Number(lon)], isTerritory: ["departement", "region"].includes(kind) } : null;
}

function drawHere(map) {
  const here = place();
  if (!here || here.isTerritory) return;
  L.circleMarker(here.point, { radius: 8, color: "#fff", weight: 2, fillColor: "#e1000f", fillOpacity: 1, interactive: false }).addTo(map);
}

/* They are a complement: the search reaches each of them, so that they need not be hundreds of stops for a keyboard. */
async function drawOthers(map, listed) {
  const sites = await readSites(frame.dataset.sites).catch(() => []);
  const group = L.markerClusterGroup({
    maxClusterRadius: 60,
    showCoverageOnHover: false,
    chunkedLoading: true,
    iconCreateFunction: (cluster) => L.divIcon({ className: "fs-cluster", html: String(cluster.getChildCount()), iconSize: [34, 34] }),
  });
  group._markerCluster = L.MarkerCluster.extend({ options: { ...L.MarkerCluster.prototype.options, keyboard: false } });
  const icon = L.divIcon({ className: "fs-dot", iconSize: [24, 24] });
  const others = sites.filter(({ id }) => !listed.has(id));
  group.addLayers(others.map((site) => L.marker(site.point, { icon, keyboard: false, title: site.name, site })));
  bindPopups(group);
  map.addLayer(group);
}
