// The menu of a column.

import {
  Archive,
  ArrowLeft,
  ArrowRight,
  ChevronsRightLeft,
  Gauge,
  Palette,
  Pencil,
  Plus,
  Trash,
} from '@lucide/svelte';
import type { MenuEntry, MenuItem } from '../controls/menu';
import { moveColumnAtOnce } from '../drag/at-once';
import { drag } from '../drag/drag.svelte';
import type { Colour } from '../generated/Colour';
import type { ColumnId } from '../generated/ColumnId';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { Edit } from '../generated/Edit';
import type { BoardState } from '../state/board.svelte';
import { workspace } from '../state/workspace.svelte';
import { colourName, COLOURS } from '../theme/colours';
import { inPlace } from './inplace.svelte';

export function columnEntries(board: BoardState, column: ColumnRecord): readonly MenuItem[] {
  const id = column.id;
  const index = board.columns.findIndex((one) => one.id === id);
  const edit = (verb: Edit) => (): unknown => workspace.edit(board.id, verb);
  return [
    { label: 'Add a card at the head', icon: Plus, run: later(() => inPlace.compose(id, 'first')) },
    'line',
    { label: 'Rename', icon: Pencil, run: later(() => (inPlace.column = id)) },
    {
      label: 'Colour',
      icon: Palette,
      entries: colourEntries(column.colour, (colour) => edit({ verb: 'colourColumn', column: id, colour })),
    },
    {
      label: column.limit === null ? 'Limit its cards…' : `Limit: ${column.limit}…`,
      icon: Gauge,
      run: later(() => (inPlace.limiting = id)),
    },
    {
      label: 'Fold',
      icon: ChevronsRightLeft,
      run: () => fold(board, id),
    },
    'line',
    {
      label: 'Move left',
      icon: ArrowLeft,
      disabled: index <= 0,
      run: () => moveColumnAtOnce(board, column, -1),
    },
    {
      label: 'Move right',
      icon: ArrowRight,
      disabled: index >= board.columns.length - 1,
      run: () => moveColumnAtOnce(board, column, 1),
    },
    'line',
    { label: 'Archive', icon: Archive, run: edit({ verb: 'archiveColumn', column: id }) },
    { label: 'Move to the trash…', icon: Trash, danger: true, run: later(() => askOrDelete(board, column)) },
  ];
}

export function colourEntries(
  chosen: Colour | null,
  run: (colour: Colour | null) => () => unknown,
): readonly MenuEntry[] {
  const none: MenuEntry = { label: 'No colour', checked: chosen === null, run: run(null) };
  const colours = COLOURS.map((colour) => ({
    label: colourName(colour),
    colour,
    checked: chosen === colour,
    run: run(colour),
  }));
  return [none, ...colours];
}

/** A field that opens while the menu closes would lose the focus to the menu's button again. */
export function later(run: () => unknown): () => void {
  return () => {
    setTimeout(run);
  };
}

async function fold(board: BoardState, column: ColumnId): Promise<void> {
  const edited = await workspace.edit(board.id, { verb: 'collapseColumn', column, collapsed: true });
  if (edited) later(() => drag.focusHead(column))();
}

/** Only a column with cards needs to ask where they go. */
function askOrDelete(board: BoardState, column: ColumnRecord): void {
  if (board.cards(column.id).length > 0) inPlace.deleting = column.id;
  else void workspace.edit(board.id, { verb: 'deleteColumn', column: column.id, cards: { to: 'trash' } });
}
