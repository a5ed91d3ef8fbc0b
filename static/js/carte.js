/* The map of all sites. The server says what passes the filters and writes the list; the address says where we are. */

import { loadLeaflet, makeMap } from "./map/leaflet.js";
import { Outlines, fallBackToOutlines } from "./map/outlines.js";
import { bindPopups, readSites } from "./map/sites.js";

const WORLD = [[-85, -180], [85, 180]];
const KINDS = { f: "", a: ", antenne", b: ", bus ou itinérant" };
const PARTS = ["aller-a", "filtres", "liste"]; // what changes from an address to the next
const FAILED = "La carte n'a pas pu être chargée. La liste dit tout ce qu'elle montre.";
const UNFILTERED = "Les filtres n'ont pas pu être appliqués à la carte. La liste, elle, en tient compte.";
const inFrench = new Intl.NumberFormat("fr-FR");

const section = document.querySelector("#carte");
const frame = section.querySelector(".fs-map");
const here = section.querySelector(".fs-atlas__here");
const status = document.querySelector(".fs-atlas__status");

let map, outlines, group, sites = [], sitesAddress = "", query = "", request = null, moving = false;

loadLeaflet().then(start).catch(withoutMap);

async function start() {
  map = makeMap(frame, { maxBounds: WORLD, maxBoundsViscosity: 1 });
  outlines = new Outlines(map, frame.dataset.outlines);
  fallBackToOutlines(map, frame.dataset.outlines);
  await look();
  map.on("autopanstart", () => (moving = true)); // a popup makes room for itself: nobody went elsewhere
  map.on("moveend", () => (moving ? (moving = false) : (here.hidden = false)));
  here.addEventListener("click", searchHere);
  frame.addEventListener("keydown", fold, true); // before Escape closes the popup
  await readFile(frame.dataset.sites);
  await showWanted();
  section.dataset.ready = "";
}

/* The list says everything that the map would. */
function withoutMap() {
  section.hidden = true;
  status.textContent = FAILED;
  status.classList.add("fs-note");
}

/* --- Where the map is ------------------------------------------------------------------------------------------ */

const list = () => document.querySelector("#liste");

/* Frames what the list is of: the outlines of départements, or else the zone that the server gives. */
async function look() {
  const { zone, outlines: codes } = list().dataset;
  const bounds = await outlines.choose(codes ? codes.split(" ") : []);
  if (!bounds && !zone) return;
  const [south, west, north, east] = zone.split(",").map(Number);
  moving = true;
  map.fitBounds(bounds ?? [[south, west], [north, east]], { maxZoom: 13, animate: false });
  moving = false; // there is no "moveend" when the view stays the same
  here.hidden = true;
}

/* "Rechercher dans cette zone": the list of what is in sight. */
function searchHere() {
  const bounds = map.getBounds();
  const within = (value, limit) => Math.min(limit, Math.max(-limit, value)).toFixed(4);
  const zone = [
    [bounds.getSouth(), 90], [bounds.getWest(), 180], [bounds.getNorth(), 90], [bounds.getEast(), 180],
  ].map(([value, limit]) => within(value, limit)).join(",");
  const address = new URL(location.href);
  for (const name of ["departement", "region", "page"]) address.searchParams.delete(name);
  address.searchParams.set("zone", zone);
  go(address, { look: false });
}

/* --- From an address to the next ------------------------------------------------------------------------------- */

const isOurs = (address) => new URL(address, location.href).pathname === location.pathname;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || !isOurs(link.href) || link.closest("header") || link.hash) return;
  if (!map) return; // without a map, pages follow one another
  event.preventDefault();
  go(link.href, { focus: link.textContent.trim() });
});

document.addEventListener("submit", (event) => {
  if (!map || event.target.method !== "get" || !isOurs(event.target.action)) return;
  event.preventDefault();
  const address = new URL(event.target.action);
  address.search = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value));
  go(address, { focus: "" });
});

addEventListener("popstate", () => map && go(location.href, { push: false }));

/* Shows what the server says of an address, and moves there. `focus` is the text of the link that was followed. */
async function go(address, { push = true, look: mayMove = true, focus = null } = {}) {
  request?.abort();
  const mine = (request = new AbortController());
  let response, html;
  try {
    response = await fetch(address, { signal: mine.signal });
    html = await response.text();
  } catch (error) {
    if (mine.signal.aborted) return;
    return location.assign(address);
  }
  if (mine.signal.aborted) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.querySelector("#liste")) return location.assign(address);
  const before = list().dataset.place;
  for (const id of PARTS) document.getElementById(id).replaceWith(page.getElementById(id));
  document.title = page.title;
  if (push) history.pushState(null, "", response.url || address);
  map.closePopup();
  if (focus !== null) restoreFocus(focus);
  here.hidden = true;
  if (mayMove && list().dataset.place !== before) await look();
  else outlines.choose(list().dataset.outlines ? list().dataset.outlines.split(" ") : []);
  status.textContent = list().querySelector(".fs-summary, .fr-alert p")?.textContent.trim().replace(/\s+/g, " ") ?? "";
  await showWanted();
}

/* What was followed is no more in the page: its like has the focus, or else the list. */
function restoreFocus(text) {
  const links = [...document.querySelectorAll("#aller-a a, #filtres a")];
  const like = text && links.find((link) => link.textContent.trim() === text);
  (like || list()).focus();
}

/* --- Sites ----------------------------------------------------------------------------------------------------- */

async function readFile(address) {
  if (address === sitesAddress) return;
  sites = await readSites(address).catch(() => (withoutMap(), []));
  sitesAddress = address;
}

/* Draws the sites that the filters of the page let through: all of them, or those that the server names. */
async function showWanted() {
  const asked = document.querySelector("#filtres").dataset.query;
  if (group && asked === query) return;
  query = asked;
  if (!asked) return draw(sites);
  try {
    const response = await fetch(frame.dataset.shown + asked);
    if (!response.ok) throw new Error(response.status);
    const answer = await response.json();
    await readFile(answer.sites);
    if (query !== asked) return;
    const bits = Uint8Array.from(atob(answer.shown), (letter) => letter.charCodeAt(0));
    draw(sites.filter((_, index) => bits[index >> 3] & (128 >> (index & 7))));
  } catch {
    query = null; // to be asked again
    draw(sites);
    status.textContent = UNFILTERED;
    status.classList.add("fs-note");
  }
}

function draw(shown) {
  status.classList.remove("fs-note");
  group?.remove();
  group = L.markerClusterGroup({ maxClusterRadius: 50, showCoverageOnHover: false, spiderLegPolylineOptions: { color: "#161616", weight: 2 }, iconCreateFunction: together });
  // The rest is a drag away: markers out of sight would be stops for the keyboard. Leaflet.markercluster keeps them.
  group._getExpandedVisibleBounds = () => group._checkBoundsMaxLat(map.getBounds());
  const icons = Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, L.divIcon({ className: `fs-pin fs-pin--${kind}`, iconSize: [24, 24] })]),
  );
  group.addLayers(
    shown.map((site) => L.marker(site.point, { icon: icons[site.kind], title: site.name + KINDS[site.kind], site })),
  );
  bindPopups(group, { minWidth: 220, autoPanPaddingTopLeft: [50, 60] });
  group.on("spiderfied", ({ markers }) => map.isByKeyboard() && markers[0].getElement().focus());
  map.addLayer(group);
}

/* Sites that would hide one another, as one. Those of one address open in a star; the others, by going nearer. */
function together(cluster) {
  const count = cluster.getChildCount();
  const bounds = cluster.getBounds();
  const isOnePoint = bounds.getSouthWest().equals(bounds.getNorthEast());
  const html = document.createElement("span");
  const hidden = document.createElement("span");
  html.textContent = inFrench.format(count);
  hidden.className = "fr-sr-only";
  hidden.textContent = isOnePoint ? " France services à la même adresse : les montrer" : " France services : agrandir ici";
  html.append(hidden);
  const size = count < 10 ? 32 : count < 100 ? 38 : 46;
  return L.divIcon({ className: "fs-cluster fs-cluster--atlas", html, iconSize: [size, size] });
}

/* Escape folds a star again, once no popup is open, and gives the focus back to its number. */
function fold(event) {
  const open = group._spiderfied;
  if (event.key !== "Escape" || !open || frame.querySelector(".leaflet-popup")) return;
  open.unspiderfy();
  open.getElement()?.focus();
}

/* --- A département that is pointed at in the list -------------------------------------------------------------------------------------- */

for (const [event, isOn] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(event, ({ target }) => {
    const item = target.closest?.("#liste [data-departement]");
    if (item) outlines?.point(isOn ? [item.dataset.departement] : []);
  });
}
