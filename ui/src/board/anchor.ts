// Holds what a person looks at where it is, while cards come and go above it from elsewhere.

import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { MeasuredRows } from './rows.svelte';

/** A card, and how far below the upper edge of the list it stands. */
interface Anchor {
  readonly card: CardId;
  readonly offset: number;
}

export class Anchored {
  #shown: readonly CardRecord[] = [];
  #anchor: Anchor | null = null;

  /** Before the list is drawn with other cards. Nothing is held where the person moves things themselves. */
  before(
    cards: readonly CardRecord[],
    rows: MeasuredRows,
    scroller: HTMLElement | undefined,
    focused: CardId | null,
    isHeld: boolean,
  ): void {
    const { handle } = rows;
    this.#anchor = null;
    if (isHeld && handle && scroller) {
      const first = scroller.scrollTop > 0 ? this.#shown[handle.findItemIndex(scroller.scrollTop)]?.id : null;
      const at = [focused, first].map((id) => this.#shown.findIndex((card) => card.id === id));
      const index = at.find((one) => one >= 0 && isInSight(handle.getItemOffset(one), scroller));
      const card = index === undefined ? undefined : this.#shown[index];
      if (index !== undefined && card) {
        this.#anchor = { card: card.id, offset: handle.getItemOffset(index) - scroller.scrollTop };
      }
    }
    this.#shown = cards;
  }

  /** Afterwards. */
  after(rows: MeasuredRows, scroller: HTMLElement | undefined): void {
    const anchor = this.#anchor;
    this.#anchor = null;
    if (!anchor || !scroller || !rows.handle) return;
    const index = this.#shown.findIndex((card) => card.id === anchor.card);
    if (index < 0) return;
    const top = rows.handle.getItemOffset(index) - anchor.offset;
    if (Math.abs(top - scroller.scrollTop) >= 1) scroller.scrollTop = top;
  }
}

/** The first one in sight may begin above the edge. */
function isInSight(offset: number, scroller: HTMLElement): boolean {
  return (
    offset > scroller.scrollTop - scroller.clientHeight && offset < scroller.scrollTop + scroller.clientHeight
  );
}
