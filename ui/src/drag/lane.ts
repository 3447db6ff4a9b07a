// Where a held card would land in one column. Everything here is computed from the column's own
// array of cards and the measured heights of its rows, never from what happens to be in the page.

import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { Place } from '../generated/Place';
import { nearestGap, neighboursBefore } from './gap';

/** Measured rows of a column, from the top of the scrolled content, in pixels. */
export interface Rows {
  offset(index: number): number;
  size(index: number): number;
}

/** A column's visible cards during a hold: the carried ones are taken out, the rest is numbered. */
export class Lane {
  /** The cards that stay. A gap g lies before `kept[g]`, and the last one behind everything. */
  readonly kept: readonly CardRecord[];
  /** Where the carried cards stood in the whole array, ascending. */
  readonly carriedAt: readonly number[];

  constructor(
    readonly cards: readonly CardRecord[],
    carried: ReadonlySet<CardId>,
  ) {
    const kept: CardRecord[] = [];
    const carriedAt: number[] = [];
    cards.forEach((card, index) => {
      if (carried.has(card.id)) carriedAt.push(index);
      else kept.push(card);
    });
    this.kept = kept;
    this.carriedAt = carriedAt;
  }

  /** The gap in which the first carried card stood; absent where none of them came from here. */
  get home(): number | undefined {
    return this.carriedAt[0];
  }

  /** How many carried cards stood before this index of the whole array. */
  carriedBefore(index: number): number {
    let low = 0;
    let high = this.carriedAt.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.carriedAt[middle] ?? Infinity) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index in the whole array of the kept card with this number. */
  indexOfKept(gap: number): number {
    let low = gap;
    let high = gap + this.carriedAt.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (middle + 1 - this.carriedBefore(middle + 1) > gap) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Height that the carried cards took before this index of the whole array. */
  vacated(rows: Rows, index: number): number {
    let height = 0;
    for (const at of this.carriedAt) {
      if (at >= index) break;
      height += rows.size(at);
    }
    return height;
  }

  /** The top of a gap, once the carried cards are gone. */
  top(rows: Rows, gap: number): number {
    const last = this.cards.length - 1;
    if (gap < this.kept.length) {
      const index = this.indexOfKept(gap);
      return rows.offset(index) - this.vacated(rows, index);
    }
    if (last < 0) return 0;
    return rows.offset(last) + rows.size(last) - this.vacated(rows, last + 1);
  }

  /** Height of all that stays. */
  height(rows: Rows): number {
    return this.top(rows, this.kept.length);
  }

  /** The gap whose top is nearest to `y`; never depends on where the slot is shown just now. */
  gapAt(rows: Rows, y: number): number {
    return nearestGap(this.kept.length, (gap) => this.top(rows, gap), y);
  }

  /** What a drop into this gap says to the replica. */
  placeOf(gap: number): Place {
    if (gap <= 0) return { at: 'first' };
    return { at: 'after', neighbours: neighboursBefore(this.kept, gap) };
  }

  /** Whether a drop into this gap would leave everything as it is. */
  isHome(gap: number, carried: readonly CardRecord[]): boolean {
    if (this.carriedAt.length !== carried.length) return false;
    return carried.every((card, order) => this.cards[gap + order]?.id === card.id);
  }
}
