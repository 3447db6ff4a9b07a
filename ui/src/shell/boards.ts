// What can be done to a board in the sidebar.

import { Archive, Copy, Download, Palette, Pencil, RotateCcw, Trash, UserPlus } from '@lucide/svelte';
import type { MenuItem } from '../controls/menu';
import type { BoardRecord } from '../generated/BoardRecord';
import type { Place } from '../generated/Place';
import { announce } from '../state/announce.svelte';
import { grouped } from '../state/order';
import { sharing } from '../state/sharing.svelte';
import { workspace } from '../state/workspace.svelte';
import { colourName, COLOURS } from '../theme/colours';
import { dialogs } from './dialogs.svelte';
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
    {
      label: 'Share, and who is on it…',
      icon: UserPlus,
      run: () => dialogs.show('share', { board: board.id }),
    },
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
    label: 'Move to the trash',
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

/** Boards under one heading of the sidebar. */
export interface BoardGroup {
  /** The server's address; empty for those of this computer alone. */
  readonly server: string;
  readonly boards: readonly BoardRecord[];
}

/** Those of this computer first, then those of each server. */
export function boardGroups(): readonly BoardGroup[] {
  const byServer = grouped(workspace.liveBoards, (board) => sharing.board(board.id)?.server ?? '');
  const servers = ['', ...sharing.now.servers.map((server) => server.url)];
  const groups = servers.map((server) => ({ server, boards: byServer.get(server) ?? [] }));
  // A heading over nothing says something only where there is no other.
  const filled = groups.filter((group) => group.boards.length > 0);
  return filled.length > 0 ? filled : groups.slice(0, 1);
}

/** Puts a board at a place among those under its heading; where it stood is no edit. */
export async function moveBoard(board: string, index: number): Promise<void> {
  const group = boardGroups().find(({ boards }) => boards.some((one) => one.id === board))?.boards ?? [];
  const others = group.filter((one) => one.id !== board);
  const at = Math.min(Math.max(index, 0), others.length);
  if (group.findIndex((one) => one.id === board) === at) return;
  const place = placeAt(
    workspace.liveBoards.filter((one) => one.id !== board),
    others,
    at,
  );
  const edited = await workspace.edit(board, { verb: 'moveBoard', place });
  if (edited) announce(`Moved to place ${String(at + 1)} of ${String(group.length)}`);
}

/** The same place among all boards: before the next under the heading, or behind the last one. */
function placeAt(all: readonly BoardRecord[], group: readonly BoardRecord[], at: number): Place {
  const next = group[at];
  const last = group.at(-1);
  const behind = next ? all.indexOf(next) : last ? all.indexOf(last) + 1 : all.length;
  if (behind === 0) return { at: 'first' };
  const neighbours = all
    .slice(0, behind)
    .map((one) => one.id)
    .reverse();
  return { at: 'after', neighbours };
}
