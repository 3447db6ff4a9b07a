// The rows of one column as they are measured, and the elements of its cards, told by the rows
// themselves together with their records.

import type { VirtualizerHandle } from 'virtua/svelte';
import type { CardId } from '../generated/CardId';
import type { Rows } from '../drag/lane';

export class MeasuredRows implements Rows {
  handle: VirtualizerHandle | undefined = $state.raw();
  /** Grows whenever a row was measured, so that what hangs on a height is drawn anew. */
  #version = $state(0);

  offset(index: number): number {
    void this.#version;
    return this.handle?.getItemOffset(index) ?? 0;
  }

  size(index: number): number {
    void this.#version;
    return this.handle?.getItemSize(index) ?? 0;
  }

  /** Something was measured. */
  changed(): void {
    this.#version += 1;
  }
}

const elements = new Map<CardId, HTMLElement>();

/** An attachment that tells where a card is drawn. */
export function drawnAs(card: CardId): (element: HTMLElement) => () => void {
  return (element) => {
    elements.set(card, element);
    return () => {
      if (elements.get(card) === element) elements.delete(card);
    };
  };
}

/** Where a card is drawn; absent while it is scrolled away. */
export function elementOf(card: CardId): HTMLElement | undefined {
  return elements.get(card);
}
