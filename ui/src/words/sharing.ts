// How sharing stands, who may do what, and what a server did not accept, in words.

import type { BoardStatus } from '../generated/BoardStatus';
import type { MemberRole } from '../generated/MemberRole';
import type { RefusedAct } from '../generated/RefusedAct';
import type { ServerStatus } from '../generated/ServerStatus';
import type { ServerTrouble } from '../generated/ServerTrouble';
import type { Sharing } from '../generated/Sharing';
import { untrustedWords } from './certificates';
import { counted } from './counts';
import { shortInstant } from './dates';
import { verbDone } from './edits';
import { historyWords } from './history';

export type Tone = 'good' | 'warn' | 'late';

/** One line at the foot of the sidebar. */
export interface FootLine {
  /** Tells one line from another. */
  readonly of: string;
  readonly tone: Tone;
  readonly words: string;
}

interface Waiting {
  readonly count: number;
  readonly since: number | null;
}

/** `boards.example`, with its port where it has one. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** What is true of each server, the worst first; nothing where no server is known. */
export function footLines(sharing: Sharing): readonly FootLine[] {
  const { servers, boards } = sharing;
  if (servers.length === 0) return [];
  const refused = boards.reduce((sum, board) => sum + board.refused, 0);
  const notAccepted: FootLine = {
    of: 'refused',
    tone: 'late',
    words: `${refused.toLocaleString('en-GB')} not accepted`,
  };
  const lost = boards.filter((board) => board.gone).reduce((sum, board) => sum + board.waiting, 0);
  const stranded: FootLine = {
    of: 'stranded',
    tone: 'late',
    words: `${lost.toLocaleString('en-GB')} waiting on a board that is no longer yours`,
  };
  const kept = [...(refused > 0 ? [notAccepted] : []), ...(lost > 0 ? [stranded] : [])];
  const troubles = servers
    .map((server) => serverLine(server, ofServer(boards, server.url)))
    .filter((line) => line !== null);
  return [...kept, ...(troubles.length > 0 ? troubles : [inStep(sharing)])];
}

export function ofServer(boards: readonly BoardStatus[], url: string): readonly BoardStatus[] {
  return boards.filter((board) => board.server === url);
}

function waitingOn(boards: readonly BoardStatus[]): Waiting {
  // What waits on a board that the account lost goes nowhere, and is told by itself.
  const live = boards.filter((board) => !board.gone);
  const since = live.map((board) => board.waitingSinceMs).filter((ms) => ms !== null);
  return {
    count: live.reduce((sum, board) => sum + board.waiting, 0),
    since: since.length > 0 ? Math.min(...since) : null,
  };
}

function serverLine(server: ServerStatus, boards: readonly BoardStatus[]): FootLine | null {
  const of = server.url;
  const { count, since } = waitingOn(boards);
  const waiting = count > 0 ? `${count.toLocaleString('en-GB')} waiting` : '';
  switch (server.link.is) {
    case 'offline':
      if (boards.length === 0) return null;
      return {
        of,
        tone: 'warn',
        words: waiting === '' ? 'Offline, nothing waiting' : `Offline, ${waiting}${sinceWords(since)}`,
      };
    case 'signedOut':
      if (boards.length === 0) return null;
      return {
        of,
        tone: 'warn',
        words: waiting === '' ? `Signed out of ${hostOf(of)}` : `Signed out: ${waiting}`,
      };
    case 'untrusted':
      return {
        of,
        tone: 'late',
        words: `${hostOf(of)} shows an untrusted certificate${waiting === '' ? '' : `: ${waiting}`}`,
      };
    case 'keyringClosed':
      return { of, tone: 'warn', words: `The keyring is locked${waiting === '' ? '' : `: ${waiting}`}` };
    case 'tooOld':
      return { of, tone: 'warn', words: 'This server needs a newer Holdfast; work goes on here' };
    case 'online':
      return server.trouble === null
        ? null
        : {
            of,
            tone: 'late',
            words: `${TROUBLES[server.trouble].words}${waiting === '' ? '' : `, ${waiting}`}`,
          };
    case 'connecting':
      return waiting === '' ? null : { of, tone: 'warn', words: `Connecting, ${waiting}` };
    case 'elsewhere':
    case 'off':
      return null;
  }
}

function inStep({ servers, boards }: Sharing): FootLine {
  const { count } = waitingOn(boards);
  const [first] = servers;
  const where = servers.length === 1 && first ? hostOf(first.url) : counted(servers.length, 'server');
  const words = count > 0 ? `Sending ${counted(count, 'change')}` : `In step with ${where}`;
  return { of: 'inStep', tone: 'good', words };
}

function sinceWords(ms: number | null): string {
  return ms === null ? '' : ` since ${shortInstant(ms)}`;
}

/** What the foot says of a server that is reached and takes no changes, and why in a sentence. */
const TROUBLES: Readonly<Record<ServerTrouble, { readonly words: string; readonly why: string }>> = {
  busy: { words: 'The server is busy', why: 'It has more to do just now than it can take on.' },
  diskFull: {
    words: 'Server read-only: disk full',
    why: 'Its disk is full. Whoever runs it has to make room.',
  },
  readOnly: {
    words: 'Server read-only',
    why: 'It may not write to its disk. Whoever runs it has to see to that.',
  },
  other: { words: 'The server cannot save now', why: 'It cannot save; its log says why.' },
};

/** What is true of a server, and what comes of it, in a sentence or two. */
export function serverWords(server: ServerStatus): string {
  switch (server.link.is) {
    case 'online':
      return server.trouble === null
        ? 'Connected. Changes come and go as they are made.'
        : `${TROUBLES[server.trouble].why} Work goes on here, and the server is asked again by itself.`;
    case 'connecting':
      return 'Connecting…';
    case 'offline':
      return 'It cannot be reached. Work goes on here, and all of it is sent when it can be.';
    case 'signedOut':
      return 'You are signed out. What waits is kept here, and goes when you sign in again.';
    case 'untrusted':
      return `${untrustedWords(server.link.certificate)} It was told nothing. Sign in again to compare; what waits is kept here.`;
    case 'keyringClosed':
      return 'The token for it lies in this computer’s keyring, which is locked or away. Unlock it, or sign in again; what waits is kept here.';
    case 'tooOld':
      return 'It speaks a newer version than this Holdfast. Work goes on here; a newer Holdfast brings both together.';
    case 'elsewhere':
      return 'Another Holdfast on this folder keeps the boards up to date.';
    case 'off':
      return 'Not connected yet.';
  }
}

/** How one board stands; empty where nothing is to be said. */
export function boardWords(board: BoardStatus): string {
  if (board.gone) {
    const kept =
      board.waiting > 0 ? ` ${counted(board.waiting, 'change')} that was not sent stays here.` : '';
    return `You are no longer a member. What is here stays.${kept}`;
  }
  if (board.handingOver) return 'The server is still getting it';
  if (board.waiting > 0)
    return `${counted(board.waiting, 'change')} waiting${sinceWords(board.waitingSinceMs)}`;
  return 'Nothing waits';
}

const ROLES: Readonly<Record<MemberRole, string>> = {
  viewer: 'Can view',
  commenter: 'Can comment',
  editor: 'Can edit',
  admin: 'Admin',
  owner: 'Owner',
};

export function roleWords(role: MemberRole): string {
  return ROLES[role];
}

/** The roles that somebody may give, who has this one. */
export function rolesBelow(
  role: MemberRole,
): readonly { readonly value: MemberRole; readonly label: string }[] {
  const all: readonly MemberRole[] = ['viewer', 'commenter', 'editor', 'admin', 'owner'];
  return all.slice(0, all.indexOf(role) + 1).map((value) => ({ value, label: roleWords(value) }));
}

export interface BadgeWords {
  readonly label: string;
  readonly why: string;
}

/** Why something on a board cannot be edited; null where it can. */
export function badgeOf(board: BoardStatus): BadgeWords | null {
  if (board.gone) {
    return {
      label: 'No longer a member',
      why: 'You were taken off this board. What is here stays, and can be looked at.',
    };
  }
  if (board.role === 'viewer') {
    return {
      label: 'View only',
      why: 'You may look at this board, but not change it. An owner or admin of it can let you.',
    };
  }
  if (board.role === 'commenter') {
    return {
      label: 'Can comment',
      why: 'You may comment on cards, but not change them. An owner or admin of the board can let you.',
    };
  }
  return null;
}

/** `Changed the title`, and what it did to what is there. */
export function refusedWords(act: RefusedAct): string {
  const said = act.what.map(historyWords);
  const isOneCard = act.verb === 'addCards' && act.texts.length === 1;
  const words = said.length > 0 ? said.join(', ') : isOneCard ? 'added a card' : verbDone(act.verb);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function refusedWhy(act: RefusedAct): string {
  switch (act.why) {
    case 'forbidden':
      return 'Your role on the board did not allow it.';
    case 'tooLarge':
      return 'The board would have grown beyond what the server holds.';
    default:
      return 'The server could not read it.';
  }
}

/** All that it said, to be pasted elsewhere. */
export function refusedText(act: RefusedAct): string {
  return act.texts.length > 0 ? act.texts.join('\n\n') : `${act.about}: ${refusedWords(act)}`;
}
