/* Metres between two [latitude, longitude], along a great circle. */

const RADIUS_M = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

export function distance([lat1, lon1], [lat2, lon2]) {
  const h = Math.sin(radians(lat2 - lat1) / 2) ** 2
    + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
