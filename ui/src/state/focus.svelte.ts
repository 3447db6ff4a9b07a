// Where the person is: the focused column and card, what is selected, whose panel is open. It is
// kept by id, so that it follows a card wherever it goes.

import { SvelteSet } from 'svelte/reactivity';
import type { CardId } from '../generated/CardId';
import type { ColumnId } from '../generated/ColumnId';
import { type BoardState, laneOf, RECOVERED } from './board.svelte';
import { type Onlooker, workspace } from './workspace.svelte';

/** Brings a card of a virtualised column into view and gives DOM focus to it. */
export type Reveal = (card: CardId, focus: boolean) => void;

class Focus implements Onlooker {
  card: CardId | null = $state(null);
  column: ColumnId | null = $state(null);
  /** The card whose panel is open. */
  panel: CardId | null = $state(null);
  /** Grows when the panel is opened that is open already: DOM focus goes into it. */
  entries = $state(0);
  readonly selected = new SvelteSet<CardId>();

  #reveal: Reveal | null = null;
  /** Where the focused card stood before the board changed. */
  #stood: { lane: ColumnId; index: number } | null = null;
  /** The open card was on the board before it changed; one from the archive or the trash stays open. */
  #panelWasLive = false;

  constructor() {
    workspace.watch(this);
  }

  /** The board view says how a card is shown; called with null when it is gone. */
  onReveal(reveal: Reveal | null): void {
    this.#reveal = reveal;
  }

  /** What an action on cards is about: those selected, else the focused one, else the open one. */
  get targets(): readonly CardId[] {
    const board = workspace.board;
    if (!board) return [];
    if (this.selected.size > 0) return this.#inOrder(board);
    const card = this.card ?? this.panel;
    return card !== null && board.card(card) ? [card] : [];
  }

  /** Focuses a card, brings it into view, and gives DOM focus to it unless `dom` is false. */
  focusCard(card: CardId, dom = true): void {
    const record = workspace.board?.card(card);
    if (!record) return;
    this.card = card;
    this.column = laneOf(record);
    if (this.panel !== null) this.panel = card;
    // With the panel open its fields keep DOM focus where the person is in one.
    this.#reveal?.(card, dom);
  }

  focusColumn(column: ColumnId): void {
    this.column = column;
    this.card = null;
  }

  openPanel(card: CardId): void {
    if (this.panel === card) this.entries += 1;
    this.focusCard(card, false);
    this.panel = card;
  }

  /** Focus returns to the card. */
  closePanel(): void {
    const card = this.panel;
    this.panel = null;
    if (card !== null) this.focusCard(card);
  }

  toggleSelected(card: CardId): void {
    if (!this.selected.delete(card)) this.selected.add(card);
  }

  clear(): void {
    this.card = null;
    this.column = null;
    this.panel = null;
    this.selected.clear();
  }

  opened(): void {
    this.clear();
  }

  before(): void {
    const board = workspace.board;
    this.#panelWasLive = this.panel !== null && board?.card(this.panel) !== undefined;
    const card = this.card === null ? undefined : board?.card(this.card);
    if (!board || !card) return;
    const lane = laneOf(card);
    this.#stood = { lane, index: board.visible(lane).findIndex((one) => one.id === card.id) };
  }

  after(): void {
    const board = workspace.board;
    const stood = this.#stood;
    this.#stood = null;
    if (!board) return;
    for (const id of this.selected) if (!board.card(id)) this.selected.delete(id);
    const panelGone = this.panel !== null && this.#panelWasLive && !board.card(this.panel);
    if (panelGone) this.panel = null;
    if (this.card === null) return;
    const card = board.card(this.card);
    if (card) this.column = laneOf(card);
    else this.#goOn(board, stood);
  }

  /** The focused card went: on to the one that stands in its place now, else the one before. */
  #goOn(board: BoardState, stood: { lane: ColumnId; index: number } | null): void {
    const rows = stood ? board.visible(stood.lane) : [];
    const next = rows[Math.min(stood?.index ?? 0, rows.length - 1)];
    this.card = null;
    if (next) this.focusCard(next.id);
  }

  /** As they stand on the board, column by column. */
  #inOrder(board: BoardState): readonly CardId[] {
    const lanes = [...board.columns.map((column) => column.id), RECOVERED];
    return lanes.flatMap((lane) =>
      board
        .cards(lane)
        .filter((card) => this.selected.has(card.id))
        .map((card) => card.id),
    );
  }
}

export const focus = new Focus();
