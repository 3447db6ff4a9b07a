// Moving the focus over cards and heads by keys.

import { type Step, walked } from '../drag/move-mode';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnId } from '../generated/ColumnId';
import { type BoardState, RECOVERED } from '../state/board.svelte';
import { focus } from '../state/focus.svelte';
import { drag } from '../drag/drag.svelte';

interface Stop {
  readonly id: ColumnId;
  readonly cards: readonly CardRecord[];
}

/** What the board shows, from left to right; a folded column has a head alone. */
export function stops(board: BoardState): readonly Stop[] {
  const columns = board.columns.map((column) => ({
    id: column.id,
    cards: column.collapsed && drag.peeked !== column.id ? [] : board.visible(column.id),
  }));
  const recovered = board.visible(RECOVERED);
  return recovered.length > 0 ? [{ id: RECOVERED, cards: recovered }, ...columns] : columns;
}

/** Moves the focus; the first key of all goes to the first card. */
export function walk(board: BoardState, step: Step): void {
  const all = stops(board);
  const column = all.findIndex((stop) => stop.id === focus.column);
  if (column < 0) {
    enter(all);
    return;
  }
  const row = all[column]?.cards.findIndex((card) => card.id === focus.card) ?? -1;
  const seat = walked(
    { column, row },
    step,
    all.map((stop) => stop.cards.length),
  );
  const stop = all[seat.column];
  const card = stop?.cards[seat.row];
  if (card) focus.focusCard(card.id);
  else if (stop) drag.focusHead(stop.id);
}

function enter(all: readonly Stop[]): void {
  const first = all.find((stop) => stop.cards.length > 0);
  const card = first?.cards[0];
  if (card) focus.focusCard(card.id);
  else if (all[0]) drag.focusHead(all[0].id);
}
