// Who comes by an invitation, and what it promises.

import type { Invited } from '../generated/Invited';
import { shortInstant } from '../words/dates';
import { hostOf, roleWords } from '../words/sharing';

/** A new account, one that is there already, or the one that is signed in here. */
export interface Comer {
  kind: 'new' | 'known' | 'signedIn';
  name: string;
  password: string;
}

export function promiseWords({ madeBy, title, server, role, expiresMs }: Invited): string {
  const board = title === '' ? 'a board' : `“${title}”`;
  return `${madeBy} invites you to ${board} at ${hostOf(server)}. ${roleWords(role)} · until ${shortInstant(expiresMs)}`;
}
