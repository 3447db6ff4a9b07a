// What can be done with a column, for its menu, the palette and its keys.

import type { ActionId } from '../actions/list';
import { moveColumnAtOnce } from '../drag/at-once';
import { drag } from '../drag/drag.svelte';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { BoardState } from '../state/board.svelte';
import { workspace } from '../state/workspace.svelte';
import { inPlace } from './inplace.svelte';

type ColumnAct = (board: BoardState, column: ColumnRecord) => unknown;

/** A field that opens while the menu closes would lose the focus to the menu's button again. */
export function later(run: () => unknown): () => void {
  return () => {
    setTimeout(run);
  };
}

/** Folds it to a strip, or opens it; the focus stays with it. */
export async function foldColumn(board: BoardState, column: ColumnRecord): Promise<void> {
  const { id, collapsed } = column;
  const edited = await workspace.edit(board.id, {
    verb: 'collapseColumn',
    column: id,
    collapsed: !collapsed,
  });
  if (edited) later(() => drag.focusHead(id))();
}

/** The column is drawn elsewhere afterwards, and the focus goes with it. */
export async function moveColumn(board: BoardState, column: ColumnRecord, by: -1 | 1): Promise<void> {
  if (await moveColumnAtOnce(board, column, by)) drag.focusHead(column.id);
}

export function archiveColumn(board: BoardState, column: ColumnRecord): unknown {
  return workspace.edit(board.id, { verb: 'archiveColumn', column: column.id });
}

/** Only a column with cards needs to ask where they go. */
export function deleteColumn(board: BoardState, column: ColumnRecord): void {
  if (board.cards(column.id).length > 0) inPlace.deleting = column.id;
  else void workspace.edit(board.id, { verb: 'deleteColumn', column: column.id, cards: { to: 'trash' } });
}

/** The title of a folded column has no room to be edited in. */
async function renameColumn(board: BoardState, column: ColumnRecord): Promise<void> {
  if (column.collapsed) await foldColumn(board, column);
  inPlace.column = column.id;
}

export const COLUMN_ACTS: readonly (readonly [ActionId, ColumnAct])[] = [
  ['column.addFirst', (_, column) => inPlace.compose(column.id, 'first')],
  ['column.rename', renameColumn],
  ['column.colour', (_, column) => (inPlace.colouring = { column: column.id })],
  ['column.limit', (_, column) => (inPlace.limiting = column.id)],
  ['column.fold', foldColumn],
  ['column.left', (board, column) => moveColumn(board, column, -1)],
  ['column.right', (board, column) => moveColumn(board, column, 1)],
  ['column.archive', archiveColumn],
  ['column.delete', deleteColumn],
];
