import { describe, expect, test } from 'vitest';
import type { ChecklistRecord } from '../generated/ChecklistRecord';
import { placeOf, stepped, titlesFrom, type Spot } from './items';

/** `one: a b | two: c` */
function drawn(picture: string): ChecklistRecord[] {
  return picture.split('|').map((part) => {
    const [id = '', items = ''] = part.split(':').map((word) => word.trim());
    const records = items.split(' ').filter(Boolean);
    return { id, title: id, items: records.map((item) => ({ id: item, title: item, done: false })) };
  });
}

/** The checklists after an item went to a spot, as its place says. */
function after(checklists: readonly ChecklistRecord[], moved: string, spot: Spot | null): string {
  if (spot === null) return 'stays';
  const place = placeOf(checklists, moved, spot);
  return checklists
    .map(({ id, items }) => {
      const ids = items.map((item) => item.id).filter((item) => item !== moved);
      if (id === spot.checklist) {
        const neighbour =
          place.at === 'after' ? place.neighbours.find((one) => ids.includes(one)) : undefined;
        const at =
          neighbour === undefined ? (place.at === 'first' ? 0 : ids.length) : ids.indexOf(neighbour) + 1;
        ids.splice(at, 0, moved);
      }
      return `${id}: ${ids.join(' ')}`.trim();
    })
    .join(' | ');
}

function check(before: string, moved: string, direction: 'up' | 'down', expected: string): void {
  const checklists = drawn(before);
  expect(after(checklists, moved, stepped(checklists, moved, direction))).toBe(expected);
}

describe('an item moves by keys', () => {
  test('within its checklist', () => {
    check('one: a b c', 'b', 'up', 'one: b a c');
    check('one: a b c', 'b', 'down', 'one: a c b');
    check('one: a b c', 'a', 'down', 'one: b a c');
  });
  test('on to the neighbouring checklist', () => {
    check('one: a b | two: c', 'b', 'down', 'one: a | two: b c');
    check('one: a b | two: c', 'c', 'up', 'one: a b c | two:');
    check('one: a | two: | three: b', 'b', 'up', 'one: a | two: b | three:');
  });
  test('and stays at the ends of all', () => {
    check('one: a', 'a', 'up', 'stays');
    check('one: a', 'a', 'down', 'stays');
  });
});

test('a place names the nearest neighbour first', () => {
  expect(placeOf(drawn('one: a b c d'), 'd', { checklist: 'one', gap: 2 })).toEqual({
    at: 'after',
    neighbours: ['b', 'a'],
  });
});

test('pasted lines become items without the marks of a list', () => {
  expect(titlesFrom('- [x] milk\n* eggs\r\n\n  • bread \n2 apples\n-5 degrees')).toEqual([
    'milk',
    'eggs',
    'bread',
    '2 apples',
    '-5 degrees',
  ]);
});
