import { describe, expect, it } from 'vitest';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnRecord } from '../generated/ColumnRecord';
import { type Clone, CardHold, ColumnHold } from './hold.svelte';

const CLONE: Clone = { width: 260, height: 50, grab: { x: 10, y: 10 } };

function column(id: string): ColumnRecord {
  return { id, title: id, colour: null, key: id, collapsed: false, limit: null, standing: 'live' };
}

function card(id: string, within: string, recovered = false): CardRecord {
  return {
    id,
    title: id,
    column: within,
    recovered,
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

const todo = column('todo');
const done = column('done');
const [a, b, c, d] = [card('a', 'todo'), card('b', 'todo'), card('c', 'todo'), card('d', 'done')];
const frozen = new Map([
  ['todo', [a, b, c]],
  ['done', [d]],
]);
const rows = { offset: (index: number) => index * 100, size: () => 100 };

describe('held cards', () => {
  it('start where they were, which is no edit', () => {
    const hold = new CardHold([b], b, [todo, done], frozen, 'pointer', CLONE);
    expect(hold.target).toEqual({ column: todo, gap: 1 });
    expect(hold.isHome).toBe(true);
  });

  it('leave no hole and open a slot elsewhere', () => {
    const hold = new CardHold([b], b, [todo, done], frozen, 'pointer', CLONE);
    hold.target = { column: done, gap: 0 };
    expect(hold.isHome).toBe(false);
    expect(hold.shiftOf('todo', 0, rows)).toBe(0);
    expect(hold.shiftOf('todo', 2, rows)).toBe(-100);
    expect(hold.shiftOf('done', 0, rows)).toBe(hold.slot);
    expect(hold.growthOf('todo', rows)).toBe(-100);
    expect(hold.growthOf('done', rows)).toBe(hold.slot);
  });

  it('name neighbours of the column they land in, none of themselves', () => {
    const hold = new CardHold([a, c], c, [todo, done], frozen, 'keys', CLONE);
    hold.target = { column: todo, gap: 1 };
    expect(hold.place).toEqual({ at: 'after', neighbours: ['b'] });
    hold.target = { column: done, gap: 1 };
    expect(hold.place).toEqual({ at: 'after', neighbours: ['d'] });
  });

  it('out of "Recovered" have no way back but to stay', () => {
    const lost = card('x', 'gone', true);
    const hold = new CardHold([lost], lost, [todo], new Map([['recovered', [lost]]]), 'keys', CLONE);
    expect(hold.target).toBeUndefined();
    expect(hold.isHome).toBe(true);
    expect(hold.growthOf('recovered', rows)).toBe(0);
    hold.target = { column: todo, gap: 0 };
    expect(hold.growthOf('recovered', rows)).toBe(-100);
  });
});

describe('a held column', () => {
  const columns = [column('one'), column('two'), column('three'), column('four')];
  const spans = new Map(columns.map((each, index) => [each.id, { left: 20 + index * 300, width: 300 }]));

  it('makes room where it would land', () => {
    const hold = new ColumnHold(columns[1] ?? todo, columns, spans, 'pointer', CLONE);
    expect(hold.isHome).toBe(true);
    hold.gap = 3;
    expect(['one', 'two', 'three', 'four'].map((id) => hold.shiftOf(id))).toEqual([0, 0, -300, -300]);
    expect([0, 1, 2, 3].map((gap) => hold.startOf(gap))).toEqual([20, 320, 620, 920]);
    expect(hold.place).toEqual({ at: 'after', neighbours: ['four', 'three', 'one'] });
    hold.gap = 0;
    expect(['one', 'two', 'three', 'four'].map((id) => hold.shiftOf(id))).toEqual([300, 0, 0, 0]);
    expect(hold.place).toEqual({ at: 'first' });
  });
});
