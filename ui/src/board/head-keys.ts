// Keys on a column's head, which is no card: Enter renames, Shift and an arrow move the column.

import { moveColumnAtOnce } from '../drag/at-once';
import { drag } from '../drag/drag.svelte';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { BoardState } from '../state/board.svelte';
import { inPlace } from './inplace.svelte';

export function headKey(event: KeyboardEvent, board: BoardState, column: ColumnRecord): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
  if (event.shiftKey && by !== 0) void move(board, column, by);
  else if (event.key === 'Enter' && !column.collapsed) inPlace.column = column.id;
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The column is drawn elsewhere afterwards, and the focus goes with it. */
async function move(board: BoardState, column: ColumnRecord, by: -1 | 1): Promise<void> {
  if (await moveColumnAtOnce(board, column, by)) drag.focusHead(column.id);
}
