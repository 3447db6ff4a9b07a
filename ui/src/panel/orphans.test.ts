import { expect, test } from 'vitest';
import type { CardDetail } from '../generated/CardDetail';
import type { Draft } from '../generated/Draft';
import { orphansOf } from './orphans';

const detail: CardDetail = {
  id: 'k',
  description: '',
  version: '',
  apart: [],
  createdMs: null,
  checklists: [{ id: 'x', title: '', items: [{ id: 'i', title: '', done: false }] }],
  comments: [{ id: 'm', author: null, text: '', createdMs: null, changed: false }],
  attachments: [],
};

function draft(key: string): Draft {
  return { key, board: 'b', card: 'k', column: null, text: 'typed', base: null, savedMs: 0 };
}

test('a draft whose comment, checklist or item was deleted is told apart', () => {
  const keys = [
    'card/k/title',
    'comment/m/text',
    'checklist/x/item',
    'item/i/title#2',
    'item/j/title',
    'comment/n/text',
  ];
  expect(orphansOf(keys.map(draft), detail).map((one) => one.key)).toEqual([
    'item/j/title',
    'comment/n/text',
  ]);
});
