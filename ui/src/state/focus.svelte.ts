// Where the person is: the focused column and card, what is selected, whose panel is open. It is
// kept by id, so that it follows a card wherever it goes.

import { SvelteSet } from 'svelte/reactivity';
import type { CardId } from '../generated/CardId';
import type { ColumnId } from '../generated/ColumnId';
import { type BoardState, laneOf, RECOVERED } from './board.svelte';
import type { Onlooker } from './onlookers';
import { workspace } from './workspace.svelte';

/** Brings a card of a virtualised column into view and gives DOM focus to it. */
export type Reveal = (card: CardId, focus: boolean) => void;

/** How many frames a menu or dialog has to close before the focus is looked for. */
const CLOSING_FRAMES = 20;
const OVERLAYS = '[role="dialog"], [role="alertdialog"], [role="menu"], [data-bits-floating-content-wrapper]';

class Focus implements Onlooker {
  card: CardId | null = $state(null);
  column: ColumnId | null = $state(null);
  /** The card whose panel is open. */
  panel: CardId | null = $state(null);
  /** Grows when the panel is opened that is open already: DOM focus goes into it. */
  entries = $state(0);
  readonly selected = new SvelteSet<CardId>();

  #reveal: Reveal | null = null;
  #revealHead: ((column: ColumnId) => void) | null = null;
  /** Where the focused card, or column, stood before the board changed. */
  #stood: { lane: ColumnId; index: number; lanes: number } | null = null;
  #catching = 0;
  /** The open card was on the board before it changed; one from the archive or the trash stays open. */
  #panelWasLive = false;

  constructor() {
    workspace.watch(this);
  }

  /** The board view says how a card is shown; called with null when it is gone. */
  onReveal(reveal: Reveal | null, head: ((column: ColumnId) => void) | null = null): void {
    this.#reveal = reveal;
    this.#revealHead = head;
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
    const lane = card ? laneOf(card) : this.column;
    if (!board || lane === null) return;
    this.#stood = {
      lane,
      index: board.visible(lane).findIndex((one) => one.id === card?.id),
      lanes: board.columns.findIndex((one) => one.id === lane),
    };
  }

  after(): void {
    const board = workspace.board;
    const stood = this.#stood;
    this.#stood = null;
    if (!board) return;
    for (const id of this.selected) if (!board.card(id)) this.selected.delete(id);
    const panelGone = this.panel !== null && this.#panelWasLive && !board.card(this.panel);
    if (panelGone) this.panel = null;
    const card = this.card === null ? undefined : board.card(this.card);
    if (card) this.column = laneOf(card);
    else if (stood) this.#goOn(board, stood);
  }

  /** A person's own act came true: the focus that went with a thing that is gone is brought back. */
  done(): void {
    void this.#catch();
  }

  cameBack(columns: readonly ColumnId[], cards: readonly CardId[]): void {
    const board = workspace.board;
    if (!board || workspace.view !== 'board') return;
    const column = board.columns.find((one) => columns.includes(one.id));
    const news = new Set(cards);
    const card = board.columns.flatMap((one) => board.visible(one.id)).find((one) => news.has(one.id));
    if (column) this.#focusHead(column.id);
    else if (card) this.focusCard(card.id);
  }

  #focusHead(column: ColumnId): void {
    this.focusColumn(column);
    this.#revealHead?.(column);
  }

  /**
   * The focused card went: on to the one that stands in its place now, else the one before, else its
   * column; where that went too, on to the column that stands in its place.
   */
  #goOn(board: BoardState, stood: { lane: ColumnId; index: number; lanes: number }): void {
    const { columns } = board;
    const isThere = stood.lane === RECOVERED || columns.some((one) => one.id === stood.lane);
    if (this.card === null && isThere) return;
    const rows = isThere ? board.visible(stood.lane) : [];
    const next = rows[Math.min(Math.max(stood.index, 0), rows.length - 1)];
    const heir = isThere ? stood.lane : columns[Math.min(Math.max(stood.lanes, 0), columns.length - 1)]?.id;
    const takesDom = isFree();
    this.card = null;
    if (next) this.focusCard(next.id, takesDom);
    else if (heir === undefined || heir === RECOVERED) this.column = null;
    else if (takesDom) this.#focusHead(heir);
    else this.focusColumn(heir);
  }

  /** Waits until what was open has closed; where nothing has the focus then, the board gets it. */
  async #catch(): Promise<void> {
    this.#catching += 1;
    const mine = this.#catching;
    for (let frame = 0; frame < CLOSING_FRAMES && mine === this.#catching; frame += 1) {
      await new Promise(requestAnimationFrame);
      if (frame < 2 || document.activeElement !== document.body) continue;
      if (document.querySelector(OVERLAYS) !== null) continue;
      this.#enter();
      return;
    }
  }

  #enter(): void {
    const board = workspace.board;
    if (workspace.view !== 'board') {
      // In the archive and the trash the way on is their search.
      document.querySelector<HTMLElement>('main input')?.focus();
      return;
    }
    if (!board) return;
    // The panel stays with its card, also where that one rests in the archive.
    const card = this.panel ?? this.card;
    const column = board.columns.find((one) => one.id === this.column) ?? board.columns[0];
    if (card !== null && board.card(card)) this.focusCard(card);
    else if (this.panel !== null) this.entries += 1;
    else if (column) this.#focusHead(column.id);
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

/** The focus is on the board or nowhere: nothing is being typed, and no dialog is open. */
function isFree(): boolean {
  const active = document.activeElement;
  if (active === null || active === document.body) return document.querySelector(OVERLAYS) === null;
  return active.closest('section.board') !== null && !active.matches('input, textarea');
}

export const focus = new Focus();
