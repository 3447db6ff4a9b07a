// What can be done to a board in the sidebar.

import { Archive, Copy, Download, Palette, Pencil, RotateCcw, Trash } from '@lucide/svelte';
import type { MenuItem } from '../controls/menu';
import type { BoardRecord } from '../generated/BoardRecord';
import type { Place } from '../generated/Place';
import { announce } from '../state/announce.svelte';
import { workspace } from '../state/workspace.svelte';
import { colourName, COLOURS } from '../theme/colours';
import { exportBoard } from './provide.svelte';

export function boardMenu(board: BoardRecord, rename: () => void): readonly MenuItem[] {
  if (board.standing === 'archived') {
    return [
      { label: 'Open', icon: Copy, run: () => workspace.openBoard(board.id) },
      { label: 'Restore', icon: RotateCcw, run: () => workspace.edit(board.id, { verb: 'restoreBoard' }) },
      'line',
      remove(board),
    ];
  }
  return [
    { label: 'Rename', icon: Pencil, run: rename },
    { label: 'Colour', icon: Palette, entries: colours(board) },
    {
      label: 'Export',
      icon: Download,
      entries: [
        { label: 'JSON, with everything', run: () => exportBoard(board.id, 'json') },
        { label: 'CSV, one line for each card', run: () => exportBoard(board.id, 'csv') },
        { label: 'Markdown', run: () => exportBoard(board.id, 'markdown') },
      ],
    },
    'line',
    { label: 'Archive', icon: Archive, run: () => workspace.edit(board.id, { verb: 'archiveBoard' }) },
    remove(board),
  ];
}

function remove(board: BoardRecord): MenuItem {
  return {
    label: 'Move to trash',
    icon: Trash,
    danger: true,
    run: () => workspace.edit(board.id, { verb: 'deleteBoard' }),
  };
}

function colours(board: BoardRecord): readonly MenuItem[] {
  const none: MenuItem = {
    label: 'No colour',
    checked: board.colour === null,
    run: () => workspace.edit(board.id, { verb: 'colourBoard', colour: null }),
  };
  return [
    ...COLOURS.map((colour) => ({
      label: colourName(colour),
      colour,
      checked: board.colour === colour,
      run: () => workspace.edit(board.id, { verb: 'colourBoard', colour }),
    })),
    'line',
    none,
  ];
}

/** Puts a board at a place among the live ones of the sidebar; where it stood is no edit. */
export async function moveBoard(board: string, index: number): Promise<void> {
  const all = workspace.liveBoards;
  const others = all.filter((one) => one.id !== board);
  const at = Math.min(Math.max(index, 0), others.length);
  if (all.findIndex((one) => one.id === board) === at) return;
  const edited = await workspace.edit(board, { verb: 'moveBoard', place: placeAt(others, at) });
  if (edited) announce(`Moved to place ${String(at + 1)} of ${String(all.length)}`);
}

function placeAt(others: readonly BoardRecord[], at: number): Place {
  if (at === 0) return { at: 'first' };
  const neighbours = others
    .slice(0, at)
    .map((one) => one.id)
    .reverse();
  return { at: 'after', neighbours };
}
