import { describe, expect, it } from 'vitest';
import { Drift, EDGE, SPEED_MAX, edgeSpeed } from './edge';

describe('edge scroll', () => {
  it('rests in the middle and grows towards both edges', () => {
    expect(edgeSpeed(400, 0, 800)).toBe(0);
    expect(edgeSpeed(EDGE, 0, 800)).toBe(0);
    expect(edgeSpeed(0, 0, 800)).toBe(-SPEED_MAX);
    expect(edgeSpeed(800, 0, 800)).toBe(SPEED_MAX);
    expect(edgeSpeed(EDGE / 2, 0, 800)).toBeCloseTo(-SPEED_MAX / 4);
  });

  it('is not faster beyond the edge, and leaves a middle in a low column', () => {
    expect(edgeSpeed(-300, 0, 800)).toBe(-SPEED_MAX);
    expect(edgeSpeed(40, 0, 80)).toBe(0);
    expect(edgeSpeed(0, 0, 0)).toBe(0);
  });

  it('loses no fraction of a pixel', () => {
    const drift = new Drift();
    let moved = 0;
    for (let frame = 0; frame < 100; frame += 1) moved += drift.step(10, 16);
    expect(moved).toBeGreaterThanOrEqual(15);
    expect(moved).toBeLessThanOrEqual(16);
  });
});
