// What went wrong, what was kept, what to do: every failure becomes words here.

import type { Failure } from '../generated/Failure';
import type { FailureCode } from '../generated/FailureCode';
import { untrustedWords } from './certificates';

/** One or two sentences for a toast, after something asked for was not done. */
export function failureWords(failure: Failure): string {
  switch (failure.code) {
    case 'notFound':
      return 'That is no longer there. Nothing was changed.';
    case 'refused':
    case 'tooLarge':
    case 'badFile':
      return failure.message;
    case 'diskFull':
      return 'The disk is full, so this was not saved. All that was saved before stands; free some space and try again.';
    case 'readOnly':
      return 'The data folder cannot be written, so this was not saved. All that was saved before stands.';
    case 'newerDatabase':
      return 'The data was written by a newer Holdfast. Nothing was changed.';
    case 'databaseCorrupt':
      return 'The database is damaged. Nothing was changed; open Backups to go back to a good copy.';
    case 'alreadyOpen':
      return 'Another window works on this folder.';
    case 'storage':
      return `The disk or the database did not answer as it should, so this was not saved: ${failure.message}`;
    case 'unreachable':
      return 'The server cannot be reached now. Nothing was changed; try again when it can.';
    case 'signedOut':
      return 'You are not signed in at this server any more. Sign in, then try again.';
    case 'untrusted':
      return failure.certificate === undefined ? failure.message : untrustedWords(failure.certificate);
    case 'keyring':
      return 'The token for this server lies in this computer’s keyring, which is locked or away. Unlock it and try again, or sign in again.';
    case 'serverSaidNo':
      return failure.message;
    case 'badRequest':
      return `This was not understood, and nothing was changed: ${failure.message}`;
  }
}

/** The words of a screen that stands where the workspace would be. */
export interface FailureScreenWords {
  readonly title: string;
  /** What happened. */
  readonly happened: string;
  /** What was kept. */
  readonly kept: string;
  /** What to do. */
  readonly advice: string;
  readonly retry: string | null;
}

/** What servers say concerns no start. */
const NOT_OPENED: FailureScreenWords = {
  title: 'The boards could not be opened',
  happened: 'Something that concerns a server kept Holdfast from opening them.',
  kept: 'Nothing was changed.',
  advice: 'Start Holdfast again.',
  retry: 'Try again',
};

const SCREENS: Readonly<Record<FailureCode, FailureScreenWords>> = {
  diskFull: {
    title: 'The disk is full',
    happened:
      'There is no room left on the disk that holds your boards, so Holdfast cannot open them for work.',
    kept: 'Everything that was saved is still there. Nothing was changed.',
    advice: 'Free some space on that disk, then try again.',
    retry: 'Try again',
  },
  readOnly: {
    title: 'The data folder cannot be written',
    happened: 'Holdfast may read your data folder but not write to it, so nothing you do could be saved.',
    kept: 'Your boards are all there. Nothing was changed.',
    advice:
      'Give yourself the right to write to the folder, or connect the disk for writing, then try again.',
    retry: 'Try again',
  },
  newerDatabase: {
    title: 'These boards need a newer Holdfast',
    happened:
      'The data folder was last used by a newer version of Holdfast, which stores things this one does not know.',
    kept: 'Nothing was changed, so that nothing of it is lost.',
    advice: 'Install the newer version and open it again.',
    retry: 'Try again',
  },
  databaseCorrupt: {
    title: 'The database is damaged',
    happened:
      'The file that holds your boards does not read as a whole database any more. A failing disk or a copy cut short can do that.',
    kept: 'The damaged file is left as it is, and will be kept beside whatever you restore.',
    advice: 'Go back to a backup below. What was changed after it was made is not in it.',
    retry: 'Try again',
  },
  alreadyOpen: {
    title: 'Holdfast is open already',
    happened: 'Another Holdfast window works on this data folder. Two at once would get in each other’s way.',
    kept: 'Nothing was changed. Your boards are open in the other window.',
    advice: 'Go to the other window, or close it and try again.',
    retry: 'Try again',
  },
  storage: {
    title: 'The boards could not be opened',
    happened: 'The disk or the database did not answer as it should.',
    kept: 'Nothing was changed.',
    advice: 'Check that the disk is connected and the folder is there, then try again.',
    retry: 'Try again',
  },
  notFound: {
    title: 'The data folder is not there',
    happened: 'What Holdfast was asked to open does not exist.',
    kept: 'Nothing was changed.',
    advice: 'Check that the disk is connected, then try again.',
    retry: 'Try again',
  },
  refused: {
    title: 'The boards could not be opened',
    happened: 'Holdfast was asked to open them in a way that makes no sense.',
    kept: 'Nothing was changed.',
    advice: 'Start Holdfast again.',
    retry: 'Try again',
  },
  tooLarge: {
    title: 'The boards could not be opened',
    happened: 'Something in the data folder is over a limit.',
    kept: 'Nothing was changed.',
    advice: 'Start Holdfast again.',
    retry: 'Try again',
  },
  badFile: {
    title: 'The boards could not be opened',
    happened: 'A file in the data folder cannot be read.',
    kept: 'Nothing was changed.',
    advice: 'Check the disk, then try again.',
    retry: 'Try again',
  },
  badRequest: {
    title: 'The window and the program do not fit together',
    happened: 'They seem to be of different versions.',
    kept: 'Nothing was changed.',
    advice: 'Close Holdfast, install it again, and start it.',
    retry: 'Try again',
  },
  unreachable: NOT_OPENED,
  signedOut: NOT_OPENED,
  untrusted: NOT_OPENED,
  keyring: NOT_OPENED,
  serverSaidNo: NOT_OPENED,
};

export function failureScreenWords(code: FailureCode): FailureScreenWords {
  return SCREENS[code];
}

export const DISCONNECTED: FailureScreenWords = {
  title: 'Holdfast has stopped',
  happened: 'The program that this page belongs to does not answer any more.',
  kept: 'Nothing that was saved is lost: it all lies in your data folder.',
  advice:
    'Start it again with “holdfast web” and open the address that it prints. This page also keeps looking by itself.',
  retry: null,
};

export const BROKEN: FailureScreenWords = {
  title: 'This part of the window failed',
  happened: 'Something in the window itself went wrong while it was drawn.',
  kept: 'Everything that was saved is on disk, and drafts are too.',
  advice: 'Draw the window anew. If it happens again, starting Holdfast anew helps.',
  retry: 'Draw it anew',
};

/** A few words for the foot of the sidebar, while something typed could not be saved. */
export function troubleWords(code: FailureCode): string {
  switch (code) {
    case 'diskFull':
      return 'Not saved: the disk is full';
    case 'readOnly':
      return 'Not saved: the folder is read-only';
    default:
      return 'The last change was not saved';
  }
}
