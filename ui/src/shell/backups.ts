// Going back to a backup, from the dialog and from the screen of a damaged database.

import { bridge } from '../bridge/bridge';
import type { Backup } from '../generated/Backup';
import { announce } from '../state/announce.svelte';
import { toastText } from '../state/toasts';
import { workspace } from '../state/workspace.svelte';
import { counted } from '../words/counts';
import { longInstant } from '../words/dates';
import { dialogs } from './dialogs.svelte';

/** Asks, showing when it was made and what is in it; says whether it was restored. */
export async function restore(backup: Backup): Promise<boolean> {
  const yes = await dialogs.ask({
    title: 'Go back to this backup?',
    text: `It was made on ${longInstant(backup.madeMs)} and holds ${counted(backup.cards, 'card')} on ${counted(backup.boards, 'board')}. What was changed since is not in it. The data as it is now is kept beside it in the data folder.`,
    yes: 'Go back to it',
    danger: true,
  });
  if (!yes) return false;
  const { overview } = await bridge.call({ ask: 'restore', backup: backup.name });
  await workspace.restored(overview);
  toastText('Restored. What was there before is kept in the data folder.');
  announce('Restored');
  return true;
}

export function reasonWords(reason: string): string {
  const words: Readonly<Record<string, string>> = {
    daily: 'Daily',
    migration: 'Before an update of the database',
    import: 'Before an import',
    restore: 'Before going back to a backup',
    asked: 'Made by you',
  };
  return words[reason] ?? reason;
}
