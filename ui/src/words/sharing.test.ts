import { expect, test } from 'vitest';
import type { BoardStatus } from '../generated/BoardStatus';
import type { LinkState } from '../generated/LinkState';
import type { RefusedAct } from '../generated/RefusedAct';
import type { ServerStatus } from '../generated/ServerStatus';
import { badgeOf, boardWords, footLines, refusedText, refusedWords, rolesBelow } from './sharing';

const URL = 'https://boards.example:8443';

function board(change: Partial<BoardStatus> = {}): BoardStatus {
  return {
    id: 'b',
    title: 'Work',
    server: URL,
    epoch: 'e',
    cursor: 3,
    head: 3,
    digest: '',
    waiting: 0,
    waitingSinceMs: null,
    refused: 0,
    role: 'editor',
    handingOver: false,
    gone: false,
    link: { is: 'online' },
    ...change,
  };
}

function server(link: LinkState, change: Partial<ServerStatus> = {}): ServerStatus {
  return { url: URL, account: 'ada', link, trouble: null, tokenInFile: false, ...change };
}

function lines(servers: ServerStatus[], boards: BoardStatus[]): readonly string[] {
  return footLines({ servers, boards, kept: [] }).map((line) => line.words);
}

const two = new Date();
two.setHours(14, 2, 0, 0);
const waiting = { waiting: 3, waitingSinceMs: two.getTime() };
const offline: LinkState = { is: 'offline', problem: '' };

test('a folder that knows no server says nothing of one', () => {
  expect(lines([], [])).toEqual([]);
});

test.each<[string, LinkState, Partial<ServerStatus>, Partial<BoardStatus>, string[]]>([
  ['in step', { is: 'online' }, {}, {}, ['In step with boards.example:8443']],
  ['sending', { is: 'online' }, {}, waiting, ['Sending 3 changes']],
  ['offline', offline, {}, waiting, ['Offline, 3 waiting since 14:02']],
  ['offline with nothing to send', offline, {}, {}, ['Offline, nothing waiting']],
  ['signed out', { is: 'signedOut' }, {}, waiting, ['Signed out: 3 waiting']],
  ['signed out with nothing to send', { is: 'signedOut' }, {}, {}, ['Signed out of boards.example:8443']],
  [
    'another certificate',
    { is: 'untrusted', certificate: { fingerprint: '3A', trusted: '3B', why: 'changed' } },
    {},
    waiting,
    ['boards.example:8443 shows an untrusted certificate: 3 waiting'],
  ],
  ['a locked keyring', { is: 'keyringClosed', problem: '' }, {}, {}, ['The keyring is locked']],
  [
    'not accepted',
    { is: 'online' },
    {},
    { refused: 2 },
    ['2 not accepted', 'In step with boards.example:8443'],
  ],
  [
    'not accepted and offline',
    offline,
    {},
    { ...waiting, refused: 2 },
    ['2 not accepted', 'Offline, 3 waiting since 14:02'],
  ],
  [
    'a server whose disk is full',
    { is: 'online' },
    { trouble: 'diskFull' },
    waiting,
    ['Server read-only: disk full, 3 waiting'],
  ],
  [
    'a server in some other trouble',
    { is: 'online' },
    { trouble: 'other' },
    {},
    ['The server cannot save now'],
  ],
  [
    'a server that is newer',
    { is: 'tooOld', message: '' },
    {},
    waiting,
    ['This server needs a newer Holdfast; work goes on here'],
  ],
  ['another program connects', { is: 'elsewhere' }, {}, {}, ['In step with boards.example:8443']],
])('%s', (_, link, ofServer, ofBoard, words) => {
  expect(lines([server(link, ofServer)], [board(ofBoard)])).toEqual(words);
});

test('a server without a board of ours is not worth a word while it cannot be reached', () => {
  const other = server(offline, { url: 'https://other.example' });
  expect(lines([server({ is: 'online' }), other], [board()])).toEqual(['In step with 2 servers']);
});

test('what waits on a board that was lost is not said to be on its way', () => {
  const lost = board({ gone: true, waiting: 1, waitingSinceMs: 1 });
  const stranded = '1 waiting on a board that is no longer yours';
  expect(lines([server(offline)], [lost])).toEqual([stranded, 'Offline, nothing waiting']);
  expect(lines([server({ is: 'online' })], [lost])).toEqual([stranded, 'In step with boards.example:8443']);
  expect(boardWords(lost)).toContain('1 change');
});

test('a badge says why a board cannot be edited', () => {
  expect(badgeOf(board())).toBeNull();
  expect(badgeOf(board({ role: 'viewer' }))?.label).toBe('View only');
  expect(badgeOf(board({ role: 'commenter' }))?.label).toBe('Can comment');
  expect(badgeOf(board({ role: 'owner', gone: true }))?.label).toBe('No longer a member');
});

test('nobody is offered a role above their own', () => {
  expect(rolesBelow('admin').map((role) => role.value)).toEqual(['viewer', 'commenter', 'editor', 'admin']);
});

test('what was refused is told, and its text can be copied', () => {
  const act: RefusedAct = {
    act: 'a',
    verb: 'moveCards',
    about: 'Sow the beans',
    what: [{ did: 'moved', from: 'To do', to: 'Done' }],
    texts: [],
    why: 'forbidden',
    madeMs: 0,
    refusedMs: 0,
  };
  expect(refusedWords(act)).toBe('Moved this from To do to Done');
  expect(refusedText(act)).toBe('Sow the beans: Moved this from To do to Done');
  const added: RefusedAct = { ...act, verb: 'addCards', what: [], texts: ['One', 'Two'] };
  expect(refusedWords(added)).toBe('Added cards');
  expect(refusedText(added)).toBe('One\n\nTwo');
});
