// What a screen reader says for a card and a column.

import type { CardRecord } from '../generated/CardRecord';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { BoardState } from '../state/board.svelte';
import { boardWords } from '../words/board';
import { counted } from '../words/counts';
import { isPast, longWhen } from '../words/dates';
import { priorityWords } from '../words/priorities';

export function cardName(board: BoardState, card: CardRecord): string {
  const parts = [card.title.trim() === '' ? boardWords.untitled : card.title];
  if (card.done) parts.push('done');
  if (card.priority) parts.push(`priority ${priorityWords(card.priority).toLowerCase()}`);
  const labels = card.labels.map((id) => board.label(id)?.name ?? '').filter((name) => name !== '');
  if (labels.length > 0) parts.push(`${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`);
  const due = card.dates.due;
  if (due) parts.push(`${!card.done && isPast(due) ? 'overdue since' : 'due'} ${longWhen(due)}`);
  if (card.items > 0) parts.push(`${card.itemsDone} of ${counted(card.items, 'item')} done`);
  if (card.apart) parts.push('two descriptions to choose between');
  if (card.comments > 0) parts.push(counted(card.comments, 'comment'));
  const people = card.people.map((id) => board.person(id)?.name ?? '').filter((name) => name !== '');
  if (people.length > 0) parts.push(`assigned to ${people.join(', ')}`);
  return parts.join(', ');
}

export function columnName(column: ColumnRecord, cards: number): string {
  const limit =
    column.limit === null ? '' : `, limit ${column.limit}${cards > column.limit ? ', over it' : ''}`;
  return `${column.title}, ${counted(cards, 'card')}${limit}`;
}
