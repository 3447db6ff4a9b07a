// Who is told when the open board changes, and what undo brought back to it.

import type { CardId } from '../generated/CardId';
import type { ColumnId } from '../generated/ColumnId';
import type { Patch } from '../generated/Patch';
import type { BoardState } from './board.svelte';

/** Looks on before and after a board changes, as the focus does. */
export interface Onlooker {
  before(): void;
  after(): void;
  /** Another board, or none, is open now. */
  opened(): void;
  /** Something that the person did came true. */
  done(): void;
  /** Undo or redo brought back what was not on the open board before. */
  cameBack(columns: readonly ColumnId[], cards: readonly CardId[]): void;
}

/** All of them at once. */
export class Onlookers {
  readonly #all = new Set<Onlooker>();

  add(onlooker: Onlooker): void {
    this.#all.add(onlooker);
  }

  before(): void {
    for (const onlooker of this.#all) onlooker.before();
  }

  after(): void {
    for (const onlooker of this.#all) onlooker.after();
  }

  opened(): void {
    for (const onlooker of this.#all) onlooker.opened();
  }

  done(): void {
    for (const onlooker of this.#all) onlooker.done();
  }

  /** What is live in the patches and was not on the board before. */
  cameBack(patches: readonly Patch[], before: ReadonlySet<string>): void {
    const of = patches.filter((patch) => patch.of === 'board').map((patch) => patch.patch);
    const isNew = (row: { readonly id: string; readonly standing: string }): boolean =>
      row.standing === 'live' && !before.has(row.id);
    const columns = of.flatMap((patch) => patch.columns.filter(isNew).map((row) => row.id));
    const cards = of.flatMap((patch) => patch.cards.filter(isNew).map((row) => row.id));
    for (const onlooker of this.#all) onlooker.cameBack(columns, cards);
  }
}

/** Every column and card that is on the board. */
export function idsOf(board: BoardState | null): ReadonlySet<string> {
  if (board === null) return new Set();
  const cards = [...board.allCards].map((card) => card.id);
  return new Set([...board.columns.map((column) => column.id), ...cards]);
}
