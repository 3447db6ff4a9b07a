// The menu of a column.

import {
  Archive,
  ArrowLeft,
  ArrowRight,
  ChevronsLeftRight,
  ChevronsRightLeft,
  Gauge,
  Palette,
  Pencil,
  Plus,
  Trash,
} from '@lucide/svelte';
import type { MenuEntry, MenuItem } from '../controls/menu';
import type { Colour } from '../generated/Colour';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { Edit } from '../generated/Edit';
import type { BoardState } from '../state/board.svelte';
import { saidWhyNot } from '../state/sharing.svelte';
import { workspace } from '../state/workspace.svelte';
import { colourName, COLOURS } from '../theme/colours';
import { archiveColumn, deleteColumn, foldColumn, later, moveColumn } from './column-acts';
import { inPlace } from './inplace.svelte';

export function columnEntries(board: BoardState, column: ColumnRecord): readonly MenuItem[] {
  const id = column.id;
  const index = board.columns.findIndex((one) => one.id === id);
  const edit = (verb: Edit) => (): unknown => workspace.edit(board.id, verb);
  // One's own view of the column: anybody may.
  const fold: MenuEntry = {
    label: column.collapsed ? 'Unfold' : 'Fold',
    icon: column.collapsed ? ChevronsLeftRight : ChevronsRightLeft,
    run: () => foldColumn(board, column),
  };
  const entries: readonly MenuItem[] = [
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
    fold,
    'line',
    {
      label: 'Move left',
      icon: ArrowLeft,
      disabled: index <= 0,
      run: () => moveColumn(board, column, -1),
    },
    {
      label: 'Move right',
      icon: ArrowRight,
      disabled: index >= board.columns.length - 1,
      run: () => moveColumn(board, column, 1),
    },
    'line',
    { label: 'Archive', icon: Archive, run: () => archiveColumn(board, column) },
    { label: 'Move to the trash…', icon: Trash, danger: true, run: later(() => deleteColumn(board, column)) },
  ];
  return entries.map((entry) => (isEntry(entry) && entry !== fold ? explained(entry, board.id) : entry));
}

function isEntry(item: MenuItem): item is MenuEntry {
  return item !== 'line' && !('heading' in item);
}

/** Says why where the person's role does not let them, before a field opens for nothing. */
function explained(entry: MenuEntry, board: string): MenuEntry {
  const run = entry.run;
  return run === undefined ? entry : { ...entry, run: () => saidWhyNot(board) || run() };
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
