import { expect, test } from 'vitest';
import type { ImportNote } from '../generated/ImportNote';
import type { Undone } from '../generated/Undone';
import { counted, fileSize, listed } from './counts';
import { faceWhen } from './dates';
import { destroyedWords, doneWords, undoneWords } from './edits';
import { countWords, missedOf, noteWords } from './imports';

function undone(change: Partial<Undone>): Undone {
  return { verb: 'moveCards', board: 'b', restored: 1, kept: 0, keptTitles: [], patches: [], ...change };
}

test('numbers carry their nouns', () => {
  expect([counted(1, 'card'), counted(1200, 'card'), counted(2, 'person', 'people')]).toEqual([
    '1 card',
    '1,200 cards',
    '2 people',
  ]);
  expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
  expect([fileSize(1), fileSize(2048), fileSize(1.5 * 1024 * 1024)]).toEqual(['1 byte', '2 KB', '1.5 MB']);
});

test('an undo says what it took back, and what stays', () => {
  expect(undoneWords(undone({}), 'undo')).toBe('Undid: moved cards.');
  expect(undoneWords(undone({ verb: 'import' }), 'redo')).toBe('Did again: imported a board.');
  expect(undoneWords(undone({ verb: null }), 'undo')).toBe('There is nothing to undo.');
  expect(undoneWords(undone({ restored: 12, kept: 2, keptTitles: ['Seeds'] }), 'undo')).toBe(
    'Undid: moved cards. 2 of 14 were changed since and stay (Seeds).',
  );
  expect(undoneWords(undone({ verb: 'foldSpace' }), 'undo')).toBe('Undid: made a change.');
});

test('a toast says what was done', () => {
  expect(doneWords({ verb: 'archiveCards', cards: ['a', 'b', 'c'] }, 'B')).toBe('Archived 3 cards');
  expect(doneWords({ verb: 'deleteBoard' }, 'Garden')).toBe('Moved the board “Garden” to the trash');
  expect(doneWords({ verb: 'deleteLabel', label: 'x' }, 'B')).toBe('Deleted the label');
});

test('a preview counts what comes and leaves out what there is none of', () => {
  const counts = {
    columns: 1,
    cards: 3,
    archived_cards: 1,
    labels: 0,
    checklists: 0,
    checklist_items: 0,
    comments: 0,
    people: 1,
    attachments: 0,
  };
  expect(countWords(counts)).toEqual(['1 column', '3 cards', '1 of them archived', '1 person']);
});

test.each<[ImportNote, string]>([
  [
    { code: 'linksOnly', attachments: 1 },
    '1 attachment comes along as a link: the file itself stays with Trello.',
  ],
  [
    { code: 'dangling', path: 'cards[].idLabels[]', count: 2 },
    'cards[].idLabels[]: 2 entries point to something that is not in the file.',
  ],
  [
    { code: 'homeless', cards: 1 },
    '1 card names a list that is not in the file and will be put in a column of its own.',
  ],
])('the note %o in words', (note, words) => {
  expect(noteWords(note)).toBe(words);
});

test('a card’s face has the time of what falls on this day alone', () => {
  const at = (date: Date) => faceWhen({ kind: 'instant', ms: date.getTime(), zone: 'UTC' });
  const now = new Date();
  expect(at(new Date(now.getFullYear(), 10, 28, 17, 0))).toMatch(/^28 Nov/);
  now.setHours(17, 0);
  expect(at(now)).toMatch(/, 17:00$/);
  now.setDate(now.getDate() + 3);
  expect(at(now)).not.toContain('17:00');
});

test('several edits in one step say what was destroyed, if anything', () => {
  const remove = (label: string) => ({ verb: 'deleteLabel', label }) as const;
  expect(destroyedWords([{ verb: 'deleteBoard' }], 'House')).toBe('Moved the board “House” to the trash');
  expect(destroyedWords([remove('a'), remove('b')], '')).toBe('Deleted the label, and 1 more change like it');
  expect(destroyedWords([{ verb: 'restoreBoard' }], 'House')).toBeNull();
});

test('what stays behind is said in words where a person would miss it', () => {
  const leftOut = [
    { path: 'actions[]', count: 27 },
    { path: 'board.desc', count: 1 },
    { path: 'cards[].cover.idAttachment', count: 2 },
    { path: 'cards[].idAttachmentCover', count: 3 },
    { path: 'cards[].limits', count: 10 },
    { path: 'customFields[].pos', count: 5 },
  ];
  expect(missedOf(leftOut)).toEqual([
    ['Board description', 1],
    ['Activity other than comments', 27],
    ['Pictures as covers', 3],
  ]);
});
