// How many cards the filter shows, and of how many.

import { type BoardState, RECOVERED } from '../state/board.svelte';

export function countShown(board: BoardState): { readonly shown: number; readonly all: number } {
  let shown = board.visible(RECOVERED).length;
  let all = board.cards(RECOVERED).length;
  for (const column of board.columns) {
    shown += board.visible(column.id).length;
    all += board.cards(column.id).length;
  }
  return { shown, all };
}
