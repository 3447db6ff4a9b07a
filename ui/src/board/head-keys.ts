// Keys on a column's head, which is no card: Enter or E renames, Shift and an arrow move the column.

import type { ColumnRecord } from '../generated/ColumnRecord';
import type { BoardState } from '../state/board.svelte';
import { workspace } from '../state/workspace.svelte';
import { moveColumn } from './column-acts';
import { inPlace } from './inplace.svelte';

export function headKey(event: KeyboardEvent, board: BoardState, column: ColumnRecord): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
  if (event.shiftKey && by !== 0) void moveColumn(board, column, by);
  else if (isRename(event) && !column.collapsed) inPlace.column = column.id;
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function isRename(event: KeyboardEvent): boolean {
  const isLetter = event.key.toUpperCase() === 'E' && !event.shiftKey && !workspace.preferences.letterKeysOff;
  return event.key === 'Enter' || isLetter;
}
