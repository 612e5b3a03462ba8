/**
 * The line along which a square grid of values crosses a level (marching squares): its segments one after the
 * other, as x and y of both ends, in grid cells.
 */
export function contour(values: ArrayLike<number>, size: number, level: number): number[] {
  const segments: number[] = [];
  for (let y = 0; y < size - 1; y++) {
    for (let x = 0; x < size - 1; x++) {
      const at = y * size + x;
      const corners = [values[at], values[at + 1], values[at + size + 1], values[at + size]];
      for (const end of crossings(corners, level)) segments.push(x + end[0], y + end[1]);
    }
  }
  return segments;
}

const cornerPlaces = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/** Where the level crosses the cell's edges: no place, two, or on a saddle four, in pairs around the cell. */
function crossings(corners: number[], level: number): number[][] {
  const places: number[][] = [];
  for (let i = 0; i < 4; i++) {
    const j = (i + 1) % 4;
    const [a, b] = [corners[i], corners[j]];
    if (a < level === b < level) continue;
    const t = (level - a) / (b - a);
    places.push(cornerPlaces[i].map((from, axis) => from + t * (cornerPlaces[j][axis] - from)));
  }
  return places;
}
