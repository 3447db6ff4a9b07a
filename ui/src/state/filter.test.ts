import { expect, test } from 'vitest';
import type { CardRecord } from '../generated/CardRecord';
import type { When } from '../generated/When';
import { type DueFilter, folded, matcher, NO_FILTER } from './filter';

const NOW = new Date(2026, 10, 22, 14, 0);

function due(when: When | null, done = false): CardRecord {
  return {
    id: 'a',
    title: 'Ångström at the café',
    column: 'c',
    recovered: false,
    key: '80',
    standing: 'live',
    labels: ['bug'],
    people: ['you'],
    dates: { start: null, due: when },
    done,
    priority: null,
    cover: null,
    described: false,
    apart: false,
    items: 0,
    itemsDone: 0,
    comments: 0,
    attachments: 0,
    placedMs: 0,
  };
}

const day = (text: string): When => ({ kind: 'day', day: text });

test('folds marks and case away', () => {
  expect(folded('ÀÉÎõü Straße')).toBe('aeiou straße');
});

test.each([
  ['angstrom', true],
  ['CAFE ang', true],
  ['café tea', false],
  ['   ', true],
])('finds words in titles: %s', (words, shown) => {
  expect(matcher({ ...NO_FILTER, words }, NOW)(due(null))).toBe(shown);
});

test.each([
  [['bug'], true],
  [['sync'], false],
  [['sync', 'bug'], true],
])('shows cards with any of the labels: %s', (labels, shown) => {
  expect(matcher({ ...NO_FILTER, labels }, NOW)(due(null))).toBe(shown);
});

test.each<[DueFilter, When | null, boolean]>([
  ['late', day('2026-11-21'), true],
  ['late', day('2026-11-22'), false],
  ['late', { kind: 'instant', ms: NOW.getTime() - 1, zone: '' }, true],
  ['late', { kind: 'instant', ms: NOW.getTime() + 1, zone: '' }, false],
  ['today', day('2026-11-22'), true],
  ['today', { kind: 'instant', ms: NOW.getTime(), zone: '' }, true],
  ['today', day('2026-11-23'), false],
  ['week', day('2026-11-29'), true],
  ['week', day('2026-11-30'), false],
  ['week', day('2026-11-21'), false],
  ['some', day('2030-01-01'), true],
  ['some', null, false],
  ['none', null, true],
  ['none', day('2026-11-22'), false],
])('due %s with %o: %s', (filter, when, shown) => {
  expect(matcher({ ...NO_FILTER, due: filter }, NOW)(due(when))).toBe(shown);
});

test('a card that is done is not late', () => {
  expect(matcher({ ...NO_FILTER, due: 'late' }, NOW)(due(day('2026-11-01'), true))).toBe(false);
});
