// Who else is here, in words.

import type { BoardState } from '../state/board.svelte';
import type { PersonHere } from '../generated/PersonHere';
import { boardWords } from './board';

/** `Ida is here`, `Ida has “Fix the tap” open`; a card that is not on the board is not told. */
export function hereWords(board: BoardState, here: PersonHere): string {
  const name = board.person(here.person)?.name ?? '';
  const titled = (id: string): string | undefined => {
    const card = board.card(id);
    return card && `“${card.title.trim() === '' ? boardWords.untitled : card.title}”`;
  };
  const writing = here.editing.map(titled).find((title) => title !== undefined);
  if (writing !== undefined) return `${name} is writing in ${writing}`;
  const open = here.cards.map(titled).find((title) => title !== undefined);
  return open === undefined ? `${name} is here` : `${name} has ${open} open`;
}

/** On the card itself: `Ida has this card open`. */
export function openWords(name: string, isEditing: boolean): string {
  return isEditing ? `${name} is writing in this card` : `${name} has this card open`;
}
