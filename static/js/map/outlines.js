/* The outlines of the départements: those that one looks for, or all of them when tiles don't come. */

const PLAIN = { color: "#6a6a6a", weight: 1, fillColor: "#fff", fillOpacity: 0.6 };
const CHOSEN = { color: "#000091", weight: 3, fill: false };
const POINTED = { color: "#b34000", weight: 3, fillColor: "#b34000", fillOpacity: 0.1 };
const PATIENCE_MS = 4000; // without a tile by then, outlines are drawn
const files = new Map();

/* The GeoJSON at an address, asked for once; null when it does not come. */
function read(address) {
  if (!files.has(address)) {
    files.set(address, fetch(address).then((response) => (response.ok ? response.json() : null)).catch(() => null));
  }
  return files.get(address);
}

/* Shows the outlines of some départements at a time, by their codes. */
export class Outlines {
  constructor(map, address) {
    Object.assign(this, { map, address, layers: {}, asked: {} });
  }

  /* Frames these. Gives their bounds, or null when none is known. */
  choose(codes) {
    return this.#show("chosen", codes, CHOSEN);
  }

  /* Marks these, as long as one points at them. */
  point(codes) {
    return this.#show("pointed", codes, POINTED);
  }

  async #show(role, codes, style) {
    this.asked[role] = codes;
    this.layers[role]?.remove();
    const file = codes.length ? await read(this.address) : null;
    if (!file || this.asked[role] !== codes) return null;
    const features = file.features.filter((feature) => codes.includes(feature.properties.code));
    this.layers[role] = L.geoJSON({ type: "FeatureCollection", features }, { style, interactive: false }).addTo(this.map);
    return features.length === codes.length ? this.layers[role].getBounds() : null;
  }
}

/* Tiles may be slow or down: all outlines are then drawn, so that the map is never blank. */
export function fallBackToOutlines(map, address) {
  let tiles = 0, outlines = null;
  const judge = () => {
    if (!tiles && !outlines) outlines = drawAll(map, address);
  };
  const patience = setTimeout(judge, PATIENCE_MS);
  map.eachLayer((layer) => {
    if (!(layer instanceof L.TileLayer)) return;
    layer.on("load", judge); // every tile has arrived or failed
    layer.on("tileload", () => {
      tiles += 1;
      clearTimeout(patience);
      outlines?.then((remove) => remove());
    });
  });
}

/* Draws the outlines, and says so; gives what takes them away again. */
async function drawAll(map, address) {
  const file = await read(address);
  if (!file) return () => {};
  map.createPane("outlines").style.zIndex = 250; // above the tiles, below everything else
  const outlines = L.geoJSON(file, { style: PLAIN, interactive: false, pane: "outlines" }).addTo(map);
  const message = L.DomUtil.create("p", "fs-map__message", map.getContainer());
  message.textContent = "Fond de carte indisponible : seuls les départements sont dessinés.";
  showAnOutline(map, outlines);
  return () => (outlines.remove(), message.remove());
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
