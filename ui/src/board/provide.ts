// How the actions of the board are run while it is on screen; the shell has those that need no view.

import type { ActionId } from '../actions/list';
import { actions, type Run } from '../actions/registry.svelte';
import type { CardId } from '../generated/CardId';
import type { BoardState } from '../state/board.svelte';
import { focus } from '../state/focus.svelte';
import { pickUp, shift } from './cards';
import { COLUMN_ACTS } from './column-acts';
import { inPlace, type Picker } from './inplace.svelte';
import { revealCard } from './reveal';
import { elementOf } from './rows.svelte';
import { walk } from './walk';

/** Takes the board's actions on, until the returned function is called. */
export function provideBoardActions(board: BoardState): () => void {
  const runs: readonly (readonly [ActionId, Run])[] = [
    ['focus.up', () => walk(board, 'up')],
    ['focus.down', () => walk(board, 'down')],
    ['focus.left', () => walk(board, 'left')],
    ['focus.right', () => walk(board, 'right')],
    ['focus.first', () => walk(board, 'first')],
    ['focus.last', () => walk(board, 'last')],
    ['focus.pageUp', () => walk(board, 'pageUp')],
    ['focus.pageDown', () => walk(board, 'pageDown')],
    ['card.new', () => compose(board)],
    ['card.rename', ({ card }) => card && rename(card.id)],
    ['card.pickUp', pickUp],
    ['card.shiftUp', (context) => shift(context, 'up')],
    ['card.shiftDown', (context) => shift(context, 'down')],
    ['card.shiftLeft', (context) => shift(context, 'left')],
    ['card.shiftRight', (context) => shift(context, 'right')],
    ['card.moveTo', pick('move')],
    ['card.copyTo', pick('copy')],
    ['card.labels', pick('labels')],
    ['card.assign', pick('people')],
    ['card.due', pick('dates')],
    ['card.priority', pick('priority')],
    ['card.cover', pick('cover')],
    ['column.new', () => (inPlace.newColumn = true)],
    ['board.rename', () => (inPlace.board = true)],
    ['board.colour', () => (inPlace.colouring = { column: null })],
    ['board.filter', () => inPlace.openFilter()],
  ];
  const ofColumns = COLUMN_ACTS.map(
    ([id, act]) => [id, ({ column }) => column && act(board, column)] satisfies [ActionId, Run],
  );
  const ends = [...runs, ...ofColumns].map(([id, run]) => actions.provide(id, run));
  return () => {
    for (const end of ends) end();
  };
}

function pick(picker: Picker): Run {
  return async ({ board, card, cards }) => {
    const anchor = card && cards.includes(card.id) ? card.id : cards[0];
    if (!board || anchor === undefined) return;
    // The picker opens beside the card, so the card comes into the page first.
    if (elementOf(anchor)) focus.focusCard(anchor);
    else await revealCard(board, anchor, true);
    inPlace.picking = { picker, cards, anchor };
  };
}

function rename(card: CardId): void {
  focus.focusCard(card, false);
  inPlace.card = card;
}

/** In the focused column, else the first one. A folded column opens for it. */
function compose(board: BoardState): void {
  const focused = board.columns.find((column) => column.id === focus.column);
  const column = focused ?? board.columns.find((one) => !one.collapsed) ?? board.columns[0];
  if (column) inPlace.compose(column.id);
  else inPlace.newColumn = true;
}
