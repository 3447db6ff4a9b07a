// Boards are drawn as text: `Todo: a b | Doing:`.

import { describe, expect, test } from 'vitest';
import type { BoardContent } from '../generated/BoardContent';
import type { BoardPatch } from '../generated/BoardPatch';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnRecord } from '../generated/ColumnRecord';
import { BoardState } from './board.svelte';
import { NO_FILTER } from './filter';

const RECORD = {
  id: 'board',
  title: 'B',
  colour: null,
  key: '80',
  standing: 'live',
  cards: 0,
  archivedCards: 0,
} as const;

function column(id: string, key: string): ColumnRecord {
  return { id, title: id, colour: null, key, collapsed: false, limit: null, standing: 'live' };
}

function card(id: string, inColumn: string, key: string, change: Partial<CardRecord> = {}): CardRecord {
  return {
    id,
    title: id,
    column: inColumn,
    recovered: false,
    key,
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
    ...change,
  };
}

function content(): BoardContent {
  return {
    board: RECORD,
    seq: 5,
    columns: [column('Doing', '90'), column('Todo', '80')],
    cards: [card('b', 'Todo', '82'), card('a', 'Todo', '81'), card('c', 'Todo', '82')],
    labels: [{ id: 'bug', name: 'bug', colour: null }],
    people: [],
  };
}

function patch(change: Partial<BoardPatch>): BoardPatch {
  return {
    board: RECORD,
    from: 5,
    to: 6,
    columns: [],
    cards: [],
    labels: [],
    people: [],
    dropped: [],
    details: [],
    ...change,
  };
}

function drawn(board: BoardState): string {
  const columns = board.columns.map((one) =>
    `${one.title}: ${board
      .visible(one.id)
      .map((row) => row.id)
      .join(' ')}`.trim(),
  );
  const recovered = board.recovered.map((row) => row.id).join(' ');
  return [...columns, ...(recovered ? [`Recovered: ${recovered}`] : [])].join(' | ');
}

describe('a board', () => {
  test('sorts columns and cards by key, then by id', () => {
    expect(drawn(new BoardState(content()))).toBe('Todo: a b c | Doing:');
  });

  test('absorbs a move, and the same patch twice is harmless', () => {
    const board = new BoardState(content());
    const move = patch({ cards: [card('b', 'Doing', '80')] });
    expect(board.absorb(move)).toBe('absorb');
    expect(board.absorb(move)).toBe('skip');
    expect(drawn(board)).toBe('Todo: a c | Doing: b');
  });

  test('absorbs what begins before the number that it holds', () => {
    const board = new BoardState(content());
    expect(board.absorb(patch({ from: 3, to: 8, cards: [card('d', 'Todo', '815')] }))).toBe('absorb');
    expect(drawn(board)).toBe('Todo: a d b c | Doing:');
    expect(board.seq).toBe(8);
  });

  test('asks for the board again after a gap, and draws nothing of it', () => {
    const board = new BoardState(content());
    expect(board.absorb(patch({ from: 6, to: 7, dropped: ['a'] }))).toBe('reload');
    expect(drawn(board)).toBe('Todo: a b c | Doing:');
  });

  test('drops cards, columns and labels', () => {
    const board = new BoardState(content());
    board.absorb(patch({ dropped: ['Doing', 'a', 'bug'] }));
    expect(drawn(board)).toBe('Todo: b c');
    expect(board.labels).toEqual([]);
    expect(board.card('a')).toBeUndefined();
  });

  test('shows the cards of a column that is gone as recovered', () => {
    const board = new BoardState(content());
    const rows = ['a', 'b', 'c'].map((id) => card(id, 'Todo', '81', { recovered: true }));
    board.absorb(patch({ dropped: ['Todo'], cards: rows }));
    expect(drawn(board)).toBe('Doing: | Recovered: a b c');
  });

  test('adds a column together with its cards', () => {
    const board = new BoardState(content());
    board.absorb(patch({ columns: [column('Done', '99')], cards: [card('z', 'Done', '80')] }));
    expect(drawn(board)).toBe('Todo: a b c | Doing: | Done: z');
  });

  test('draws what the filter shows, and all of it again', () => {
    const board = new BoardState(content());
    board.absorb(patch({ cards: [card('b', 'Todo', '82', { title: 'Café' })] }));
    board.filter = { ...NO_FILTER, words: 'CAFE' };
    expect(drawn(board)).toBe('Todo: b | Doing:');
    board.filter = NO_FILTER;
    expect(drawn(board)).toBe('Todo: a b c | Doing:');
  });

  test('says whose details changed', () => {
    const board = new BoardState(content());
    board.absorb(patch({ details: ['a'] }));
    expect([board.detailVersion('a'), board.detailVersion('b')]).toEqual([1, 0]);
  });

  test('keeps the rows of columns that no patch touched', () => {
    const board = new BoardState(content());
    const before = board.cards('Todo');
    board.absorb(patch({ cards: [card('z', 'Doing', '80')] }));
    expect(board.cards('Todo')).toBe(before);
  });

  test('a move replaces one row and the lists of two columns, and nothing else', () => {
    const board = new BoardState({
      ...content(),
      columns: [column('Todo', '80'), column('Doing', '90'), column('Done', '95')],
      cards: [...content().cards, card('x', 'Doing', '80'), card('y', 'Done', '80')],
    });
    const [stay, done] = [board.card('a'), board.cards('Done')];
    const [columns, labels] = [board.columns, board.labels];
    board.absorb(patch({ cards: [card('b', 'Doing', '81')] }));
    expect(drawn(board)).toBe('Todo: a c | Doing: x b | Done: y');
    expect(board.cards('Done')).toBe(done);
    expect(board.cards('Todo')[0]).toBe(stay);
    expect(board.columns).toBe(columns);
    expect(board.labels).toBe(labels);
  });
});
