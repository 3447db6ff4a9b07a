// Going on with a board of one's own: what is asked first, and what is done then.

import { bridge, Refusal } from '../bridge/bridge';
import type { Request } from '../generated/Request';
import { dialogs } from '../shell/dialogs.svelte';
import { announce } from '../state/announce.svelte';
import { sharing } from '../state/sharing.svelte';
import { toastFailure, toastText } from '../state/toasts';
import { workspace } from '../state/workspace.svelte';
import { failureWords } from '../words/failures';
import { type Leaving, leavingDone, leavingQuestion } from '../words/leaving';
import { hostOf } from '../words/sharing';

export function isShared(board: string): boolean {
  return sharing.board(board) !== undefined;
}

/** Whether the person can end it for everybody on it. */
export function mayEnd(board: string): boolean {
  const status = sharing.board(board);
  return status !== undefined && !status.gone && !status.handingOver && status.role === 'owner';
}

/** Asks, says what others will see, and goes on with the copy. */
export async function leave(board: string, leaving: Leaving): Promise<void> {
  const status = sharing.board(board);
  if (!status) return;
  const yes = await dialogs.ask(leavingQuestion(leaving, status, hostOf(status.server)));
  if (!yes) return;
  dialogs.close();
  try {
    await workspace.flushDrafts();
    const { board: copy } = await bridge.call(requestOf(board, leaving));
    await goOn(copy, leavingDone(leaving, status.title));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toastFailure(failureWords(error.failure));
  }
}

function requestOf(board: string, leaving: Leaving): Extract<Request, { ask: 'detach' | 'unshare' }> {
  if (leaving === 'stop') return { ask: 'unshare', board };
  return { ask: 'detach', board, keep: leaving === 'copy' };
}

/** Shows the board that goes on, and says so. */
export async function goOn(copy: string, words: string): Promise<void> {
  toastText(words);
  announce(words);
  await workspace.openFetched(copy);
}
