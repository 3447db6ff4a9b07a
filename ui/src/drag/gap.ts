// The search that cards and columns share.

/**
 * The gap whose start is nearest to `at`, among `count` things laid one behind the other;
 * `start(count)` is where the last one ends.
 */
export function nearestGap(count: number, start: (gap: number) => number, at: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const gap = (low + high) >> 1;
    if ((start(gap) + start(gap + 1)) / 2 < at) low = gap + 1;
    else high = gap;
  }
  return low;
}

/** How many neighbours travel with a drop, so that it lands well when some of them have left. */
export const NEIGHBOURS_MAX = 8;

/** The ids before a gap, the nearest first. */
export function neighboursBefore(kept: readonly { readonly id: string }[], gap: number): string[] {
  return kept
    .slice(Math.max(0, gap - NEIGHBOURS_MAX), gap)
    .map((each) => each.id)
    .reverse();
}
