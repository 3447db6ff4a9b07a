import { expect, test } from 'vitest';
import type { HistoryWhat } from '../generated/HistoryWhat';
import type { KeptEdits } from '../generated/KeptEdits';
import type { WaitingAct } from '../generated/WaitingAct';
import { keptKey, keptMark, keptWords, waitingParts, waitingWords } from './waiting';

function act(verb: string, what: HistoryWhat[], cards = 1): WaitingAct {
  return { act: 'a', verb, about: 'Ship it', card: 'c', cards, what, madeMs: 0 };
}

function kept(with_: Partial<KeptEdits>): KeptEdits {
  return {
    board: 'b',
    kind: 'card',
    id: 'c',
    title: 'Ship it',
    card: 'c',
    act: 'd',
    who: 'Ann',
    byMe: false,
    deletedMs: 0,
    mine: 0,
    others: 0,
    otherNames: [],
    ...with_,
  };
}

test('what waits is told by the name of the thing', () => {
  expect(waitingParts(act('moveCards', [{ did: 'moved', from: 'To do', to: 'Done' }]))).toEqual([
    'Moved ',
    'Ship it',
    ' to ',
    'Done',
  ]);
  expect(waitingWords(act('addCards', [{ did: 'created' }]))).toBe('Added Ship it');
  expect(waitingWords(act('moveCards', []))).toBe('Moved Ship it within its column');
  expect(waitingWords(act('moveCards', [], 3))).toBe('Moved cards: Ship it and 2 more');
  expect(waitingWords(act('renameColumn', []))).toBe('Renamed the column: Ship it');
  expect(waitingWords(act('labelCard', [{ did: 'labelled', label: 'bug', on: true }]))).toBe(
    'Added the label bug on Ship it',
  );
  expect(waitingWords(act('ofANewerVersion', []))).toBe('Made a change: Ship it');
});

test('whoever edited what was deleted is told by whom, and whoever deleted it who worked on it', () => {
  expect(keptWords(kept({ mine: 2 }))).toBe(
    'Ann deleted “Ship it” before your work on it got there. Your 2 edits are kept with it in the trash.',
  );
  expect(keptWords(kept({ mine: 1, byMe: true }))).toBe(
    'You deleted “Ship it” at another computer before your work on it got there. Your edit is kept with it in the trash.',
  );
  expect(keptWords(kept({ byMe: true, others: 1, otherNames: ['Bob'] }))).toBe(
    'Bob worked on “Ship it” while you deleted it. 1 edit is kept with it in the trash.',
  );
  expect(keptWords(kept({ mine: 1, kind: 'column' }))).toContain('the column “Ship it”');
  expect(keptMark(kept({ mine: 1, others: 2, otherNames: ['Bob'] }))).toBe(
    'With 1 edit of yours and 2 edits by Bob',
  );
});

test('more edits under the same delete are told again', () => {
  expect(keptKey(kept({ mine: 1 }))).not.toBe(keptKey(kept({ mine: 2 })));
});
