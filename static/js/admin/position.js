/* The map that follows the two numbers of a position, and moves them. */

import { makeMap } from "../map/leaflet.js";

for (const frame of document.querySelectorAll(".fs-position--mapped")) follow(frame);

function follow(frame) {
  const [latitude, longitude] = frame.querySelectorAll("input");
  frame.querySelector(".fs-position__map").hidden = false;
  const map = makeMap(frame);
  const icon = L.divIcon({ className: "fs-position__pin", iconSize: [24, 24] });
  const marker = L.marker(map.getCenter(), { icon, draggable: true, autoPan: true, title: "Faites glisser le repère" });

  const write = ({ lat, lng }) => {
    latitude.value = lat.toFixed(6);
    longitude.value = lng.toFixed(6);
  };
  const read = () => {
    if (!latitude.value || !longitude.value) return;
    const point = [Number(latitude.value), Number(longitude.value)];
    marker.setLatLng(point).addTo(map);
    map.setView(point, Math.max(map.getZoom(), 15));
  };
  marker.on("dragend", () => write(marker.getLatLng()));
  map.on("click", ({ latlng }) => {
    marker.setLatLng(latlng).addTo(map);
    write(latlng);
  });
  for (const input of [latitude, longitude]) input.addEventListener("change", read);
  read();
}
