// Scrolling while something is held near an edge.

/** How far from an edge scrolling begins, in pixels. */
export const EDGE = 56;
/** The speed at the very edge and beyond it, in pixels per second. */
export const SPEED_MAX = 1500;

/**
 * How fast to scroll, in pixels per second; negative is towards the start. It grows with the
 * square of the depth, so that a slow approach stays readable.
 */
export function edgeSpeed(at: number, start: number, end: number, edge: number = EDGE): number {
  const zone = Math.min(edge, (end - start) / 4);
  if (zone <= 0) return 0;
  const intoStart = start + zone - at;
  const intoEnd = at - (end - zone);
  if (intoStart > 0) return -SPEED_MAX * depth(intoStart / zone);
  if (intoEnd > 0) return SPEED_MAX * depth(intoEnd / zone);
  return 0;
}

function depth(share: number): number {
  const clamped = Math.min(share, 1);
  return clamped * clamped;
}

/** Turns speeds into whole pixels without losing the fractions of slow scrolling. */
export class Drift {
  #rest = 0;

  /** How many whole pixels to scroll after `ms` at `speed`. */
  step(speed: number, ms: number): number {
    if (speed === 0) {
      this.#rest = 0;
      return 0;
    }
    const exact = (speed * ms) / 1000 + this.#rest;
    const whole = Math.trunc(exact);
    this.#rest = exact - whole;
    return whole;
  }
}
