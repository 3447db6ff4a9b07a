// Who else is here, and what the person at this window lets them see. It is told, and never kept.

import { bridge, Disconnected } from '../bridge/bridge';
import type { BoardHere } from '../generated/BoardHere';
import type { CardId } from '../generated/CardId';
import type { Looking } from '../generated/Looking';
import type { PersonHere } from '../generated/PersonHere';

const NOBODY: readonly PersonHere[] = [];

class Presence {
  #boards: ReadonlyMap<string, readonly PersonHere[]> = $state.raw(new Map());
  readonly #cards: ReadonlyMap<CardId, readonly PersonHere[]> = $derived(byCard(this.#boards));
  #said: Looking | null = null;

  /** The others who have a board open. */
  on(board: string): readonly PersonHere[] {
    return this.#boards.get(board) ?? NOBODY;
  }

  /** The others who have a card open. */
  withCard(card: CardId): readonly PersonHere[] {
    return this.#cards.get(card) ?? NOBODY;
  }

  absorb(here: BoardHere): void {
    this.#boards = new Map([...this.#boards, [here.board, here.people]]);
  }

  /** What is open here from now on; null for nothing, or nothing that anybody should know. */
  look(looking: Looking | null): void {
    if (isSame(looking, this.#said)) return;
    this.#said = looking;
    bridge.call({ ask: 'look', looking }).catch((error: unknown) => {
      // The window says so, and it is said again when the program is back.
      if (!(error instanceof Disconnected)) throw error;
    });
  }

  /** Who is here by now, after the program behind the page began, or what came up may have been missed. */
  async load(): Promise<void> {
    const { boards } = await bridge.call({ ask: 'look', looking: this.#said });
    this.#boards = new Map(boards.map((here) => [here.board, here.people]));
  }
}

function byCard(
  boards: ReadonlyMap<string, readonly PersonHere[]>,
): ReadonlyMap<CardId, readonly PersonHere[]> {
  const cards = new Map<CardId, readonly PersonHere[]>();
  for (const person of [...boards.values()].flat()) {
    for (const card of person.cards) cards.set(card, [...(cards.get(card) ?? NOBODY), person]);
  }
  return cards;
}

function isSame(one: Looking | null, other: Looking | null): boolean {
  if (one === null || other === null) return one === other;
  return one.board === other.board && one.card === other.card && one.editing === other.editing;
}

export const presence = new Presence();
