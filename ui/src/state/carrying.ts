// Cards that go to another board of this folder.

import type { BoardRecord } from '../generated/BoardRecord';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnId } from '../generated/ColumnId';
import { boardWords, spoken } from '../words/board';
import { announce } from './announce.svelte';
import { workspace } from './workspace.svelte';

/** To the foot of a column, the first one where none is named; says whether they went. */
export async function carryCards(
  from: string,
  cards: readonly CardRecord[],
  to: BoardRecord,
  column: ColumnId | null,
  copy: boolean,
): Promise<boolean> {
  const [first] = cards;
  if (!first) return false;
  const what = cards.length === 1 ? spoken(first.title) : boardWords.cards(cards.length);
  const done = (copy ? boardWords.copied : boardWords.carried)(what, spoken(to.title));
  const ids = cards.map((card) => card.id);
  const edited = await workspace.carry({ board: from, cards: ids, to: to.id, column, copy }, done);
  if (edited) announce(done);
  return edited !== null;
}
