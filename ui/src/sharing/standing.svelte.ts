// Whether the popover at the foot of the sidebar is open, and what its buttons do.

import { bridge } from '../bridge/bridge';
import { dialogs } from '../shell/dialogs.svelte';
import { announce } from '../state/announce.svelte';
import { sharing } from '../state/sharing.svelte';
import { toastText } from '../state/toasts';
import { counted } from '../words/counts';
import { hostOf, ofServer } from '../words/sharing';

class Standing {
  open = $state(false);
}

export const standing = new Standing();

export async function connectNow(): Promise<void> {
  await bridge.call({ ask: 'connectNow' });
  announce('Trying to connect');
}

/** Says what waits, which is kept. */
export async function signOut(url: string): Promise<void> {
  const waiting = ofServer(sharing.now.boards, url).reduce((sum, board) => sum + board.waiting, 0);
  const kept =
    waiting > 0
      ? `${counted(waiting, 'change')} still waiting for the server. All of it is kept on this computer, and is sent when you sign in again.`
      : 'Its boards stay on this computer, and nothing waits to be sent.';
  const yes = await dialogs.ask({ title: `Sign out of ${hostOf(url)}?`, text: kept, yes: 'Sign out' });
  if (!yes) return;
  const reply = await bridge.call({ ask: 'signOut', server: url });
  sharing.absorb(reply.sharing);
  toastText(`Signed out of ${hostOf(url)}.`);
  announce(`Signed out of ${hostOf(url)}.`);
}
