// The actions of the shell: finding, undo, boards, zoom, theme.

import type { ActionId } from '../actions/list';
import { type ActionContext, actions, type Run } from '../actions/registry.svelte';
import { bridge } from '../bridge/bridge';
import type { ExportFormat } from '../generated/ExportFormat';
import { announce } from '../state/announce.svelte';
import { isShared, leave, mayEnd } from '../sharing/leaving';
import { connectNow, signOut, standing } from '../sharing/standing.svelte';
import { focus } from '../state/focus.svelte';
import { sharing } from '../state/sharing.svelte';
import { onToastUndo, toastText } from '../state/toasts';
import { workspace } from '../state/workspace.svelte';
import { ZOOM_MAX, ZOOM_MIN, ZOOM_STEP, zoomOf } from './appearance';
import { dialogs } from './dialogs.svelte';
import { importing } from './importing.svelte';

const RUNS: readonly (readonly [ActionId, Run])[] = [
  ['card.open', ({ card }) => card && focus.openPanel(card.id)],
  ['card.select', ({ card }) => card && focus.toggleSelected(card.id)],
  ['card.finish', ({ board, card }) => board && card && finish(board.id, card.id, !card.done)],
  ['card.duplicate', duplicate],
  [
    'card.archive',
    ({ board, cards }) => board && workspace.edit(board.id, { verb: 'archiveCards', cards: [...cards] }),
  ],
  [
    'card.delete',
    ({ board, cards }) => board && workspace.edit(board.id, { verb: 'deleteCards', cards: [...cards] }),
  ],
  ['board.new', () => dialogs.show('newBoard')],
  ['board.import', () => importing.choose()],
  ['board.example', () => workspace.createExample()],
  ['board.archive', ({ board }) => board && workspace.edit(board.id, { verb: 'archiveBoard' })],
  ['board.delete', ({ board }) => board && workspace.edit(board.id, { verb: 'deleteBoard' })],
  ['board.exportJson', ({ board }) => board && exportBoard(board.id, 'json')],
  ['board.exportCsv', ({ board }) => board && exportBoard(board.id, 'csv')],
  ['board.exportMarkdown', ({ board }) => board && exportBoard(board.id, 'markdown')],
  ['board.share', ({ board }) => board && dialogs.show('share', { board: board.id })],
  ['sharing.copy', ({ board }) => board && leave(board.id, 'copy')],
  ['sharing.leave', ({ board }) => board && leave(board.id, 'leave')],
  ['sharing.stop', ({ board }) => board && leave(board.id, 'stop')],
  ['sharing.move', ({ board }) => board && dialogs.show('moveToServer', { board: board.id })],
  ['sharing.join', () => dialogs.show('join')],
  ['sharing.signIn', () => dialogs.show('signIn')],
  ['sharing.signOut', signOutOfOne],
  ['sharing.fetch', () => dialogs.show(sharing.signedIn.length > 0 ? 'fetch' : 'signIn')],
  ['sharing.connect', connectNow],
  ['sharing.tray', () => dialogs.show('tray')],
  ['sharing.show', () => (standing.open = true)],
  ['search.open', () => dialogs.show('search')],
  ['palette.open', () => dialogs.show('palette')],
  ['archive.open', () => showShelf('archive')],
  ['trash.open', () => showShelf('trash')],
  ['edit.undo', () => workspace.undo()],
  ['edit.redo', () => workspace.redo()],
  ['zoom.in', () => zoom(ZOOM_STEP)],
  ['zoom.out', () => zoom(-ZOOM_STEP)],
  ['zoom.reset', () => workspace.setPreferences({ zoom: null })],
  ['help.open', () => dialogs.show('help')],
  ['settings.open', () => dialogs.show('settings')],
  ['backups.open', () => dialogs.show('backups')],
  ['folder.show', () => bridge.shell({ ask: 'showFolder' })],
  ['theme.light', () => workspace.setPreferences({ theme: 'light' })],
  ['theme.dark', () => workspace.setPreferences({ theme: 'dark' })],
  ['theme.system', () => workspace.setPreferences({ theme: 'system' })],
];

/** Provides all of them until the returned function is called. */
export function provideShell(): () => void {
  onToastUndo(() => void workspace.undo());
  const taken = RUNS.map(([id, run]) => actions.provide(id, run, isPossible(id)));
  return () => {
    for (const takeBack of taken) takeBack();
  };
}

/** A folder can be shown where there is a desktop around the page. */
function isPossible(id: ActionId): (context: ActionContext) => boolean {
  switch (id) {
    case 'sharing.copy':
    case 'sharing.leave':
      return ({ board }) => board !== null && isShared(board.id);
    case 'sharing.stop':
    case 'sharing.move':
      return ({ board }) => board !== null && mayEnd(board.id);
    case 'folder.show':
      return () => bridge.native;
    case 'sharing.signOut':
      return () => sharing.signedIn.length > 0;
    case 'sharing.connect':
    case 'sharing.tray':
    case 'sharing.show':
      return () => sharing.now.servers.length > 0;
    default:
      return () => workspace.phase === 'ready';
  }
}

/** Where there are several, the list of all of them asks which. */
function signOutOfOne(): unknown {
  const [first, ...others] = sharing.signedIn;
  if (first && others.length === 0) return signOut(first.url);
  return (standing.open = true);
}

export async function exportBoard(board: string, format: ExportFormat): Promise<void> {
  const { name } = await bridge.shell({ ask: 'saveExport', board, format });
  if (name === null) return;
  toastText(`Saved as ${name}`);
  announce(`Saved as ${name}`);
}

/** Whoever comes by keys goes on with what the list is searched for. */
async function showShelf(name: 'archive' | 'trash'): Promise<void> {
  await workspace.show(name);
  focus.done();
}

async function finish(board: string, card: string, done: boolean): Promise<void> {
  const edited = await workspace.edit(board, { verb: 'finishCard', card, done });
  if (edited) announce(done ? 'Marked as done' : 'Marked as not done');
}

async function duplicate({ board, card }: ActionContext): Promise<void> {
  if (!board || !card) return;
  const edited = await workspace.edit(board.id, { verb: 'duplicateCard', card: card.id });
  const copy = edited?.created[0];
  if (copy !== undefined && board.card(copy)) focus.focusCard(copy);
}

function zoom(step: number): Promise<void> {
  const now = zoomOf(workspace.preferences);
  const next = Math.min(Math.max(now + step, ZOOM_MIN), ZOOM_MAX);
  return workspace.setPreferences({ zoom: next === 100 ? null : next });
}
