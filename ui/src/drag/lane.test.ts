import { describe, expect, it } from 'vitest';
import type { CardRecord } from '../generated/CardRecord';
import { NEIGHBOURS_MAX } from './gap';
import { Lane, type Rows } from './lane';

function card(id: string): CardRecord {
  return {
    id,
    title: id,
    column: 'todo',
    recovered: false,
    key: id,
    standing: 'live',
    labels: [],
    people: [],
    dates: { start: null, due: null },
    done: false,
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

/** A column drawn as text: `a b [c] d` carries c. */
function lane(drawn: string): Lane {
  const words = drawn.split(' ').filter((word) => word !== '');
  const names = words.map((word) => word.replace(/[[\]]/g, ''));
  const carried = words.filter((word) => word.startsWith('[')).map((word) => word.slice(1, -1));
  return new Lane(names.map(card), new Set(carried));
}

function rows(...sizes: number[]): Rows {
  return {
    offset: (index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0),
    size: (index) => sizes[index] ?? 0,
  };
}

function dropped(column: Lane, gap: number): string {
  const names = column.kept.map((each) => each.id);
  names.splice(gap, 0, '|');
  return names.join(' ');
}

describe('the gap under a held card', () => {
  it('is nearest to its upper edge, over rows of different heights', () => {
    const column = lane('a b c');
    const measured = rows(100, 40, 60);
    const at = (y: number): string => dropped(column, column.gapAt(measured, y));
    expect(at(-500)).toBe('| a b c');
    expect(at(49)).toBe('| a b c');
    expect(at(51)).toBe('a | b c');
    expect(at(119)).toBe('a | b c');
    expect(at(121)).toBe('a b | c');
    expect(at(169)).toBe('a b | c');
    expect(at(171)).toBe('a b c |');
    expect(at(9000)).toBe('a b c |');
  });

  it('counts the carried rows as gone', () => {
    const column = lane('a [b] c [d] e');
    const measured = rows(10, 1000, 10, 1000, 10);
    expect(column.top(measured, 0)).toBe(0);
    expect(column.top(measured, 1)).toBe(10);
    expect(column.top(measured, 2)).toBe(20);
    expect(column.height(measured)).toBe(30);
    expect(dropped(column, column.gapAt(measured, 16))).toBe('a c | e');
  });

  it('is the only one in an empty column, and in one whose cards are all carried', () => {
    expect(lane('').gapAt(rows(), 300)).toBe(0);
    expect(lane('[a] [b]').gapAt(rows(50, 50), 300)).toBe(0);
    expect(lane('[a] [b]').height(rows(50, 50))).toBe(0);
  });

  it('finds its row among thousands', () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `c${index}`);
    const column = new Lane(ids.map(card), new Set(['c0', 'c4000']));
    const even: Rows = { offset: (index) => index * 50, size: () => 50 };
    expect(column.gapAt(even, 3000 * 50)).toBe(3000);
    expect(column.indexOfKept(2999)).toBe(3000);
    expect(column.indexOfKept(3999)).toBe(4001);
  });
});

describe('what a drop says', () => {
  it('names the nearest neighbour first, and none that is carried', () => {
    const column = lane('a b [c] d e');
    expect(column.placeOf(0)).toEqual({ at: 'first' });
    expect(column.placeOf(3)).toEqual({ at: 'after', neighbours: ['d', 'b', 'a'] });
  });

  it('names a bounded number of neighbours', () => {
    const column = lane('a b c d e f g h i j k l');
    const place = column.placeOf(12);
    expect(place).toEqual({ at: 'after', neighbours: ['l', 'k', 'j', 'i', 'h', 'g', 'f', 'e'] });
    expect(NEIGHBOURS_MAX).toBe(8);
  });

  it('is nothing where everything stays as it is', () => {
    const one = lane('a [b] c');
    expect(one.isHome(1, [card('b')])).toBe(true);
    expect(one.isHome(0, [card('b')])).toBe(false);
    const neighbours = lane('a [b] [c] d');
    expect(neighbours.isHome(1, [card('b'), card('c')])).toBe(true);
    const apart = lane('a [b] c [d]');
    expect(apart.isHome(1, [card('b'), card('d')])).toBe(false);
    const fromElsewhere = lane('a b');
    expect(fromElsewhere.isHome(1, [card('x')])).toBe(false);
  });
});
