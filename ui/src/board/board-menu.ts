// The menu of the board.

import { Archive, Download, Palette, Pencil, Plus, Trash, UserPlus } from '@lucide/svelte';
import { actionEntry, type MenuItem } from '../controls/menu';
import type { BoardState } from '../state/board.svelte';
import { workspace } from '../state/workspace.svelte';
import { actions } from '../actions/registry.svelte';
import { later } from './column-acts';
import { colourEntries } from './column-menu';

export function boardMenuEntries(board: BoardState): readonly MenuItem[] {
  return [
    actionEntry('column.new', {
      label: 'Add a column',
      icon: Plus,
      run: later(() => actions.run('column.new')),
    }),
    'line',
    actionEntry('board.share', { label: 'Share, and who is on it…', icon: UserPlus }),
    actionEntry('board.rename', {
      label: 'Rename',
      icon: Pencil,
      run: later(() => actions.run('board.rename')),
    }),
    {
      label: 'Colour',
      icon: Palette,
      entries: colourEntries(
        board.record.colour,
        (colour) => () => workspace.edit(board.id, { verb: 'colourBoard', colour }),
      ),
    },
    {
      label: 'Export',
      icon: Download,
      entries: [
        actionEntry('board.exportJson', { label: 'As JSON, with everything' }),
        actionEntry('board.exportCsv', { label: 'As CSV, for a spreadsheet' }),
        actionEntry('board.exportMarkdown', { label: 'As Markdown, to read' }),
      ],
    },
    'line',
    actionEntry('board.archive', { label: 'Archive', icon: Archive }),
    actionEntry('board.delete', { label: 'Move to the trash', icon: Trash, danger: true }),
  ];
}
