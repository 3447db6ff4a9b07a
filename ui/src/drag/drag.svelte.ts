// The drag engine: what is held, where it would land, and how a drop becomes an edit. The ids in an
// edit come from the records that are held, never from what happens to lie under the pointer.

import { tick } from 'svelte';
import type { BoardRecord } from '../generated/BoardRecord';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnId } from '../generated/ColumnId';
import type { ColumnRecord } from '../generated/ColumnRecord';
import { announce } from '../state/announce.svelte';
import { type BoardState, RECOVERED } from '../state/board.svelte';
import { carryCards } from '../state/carrying';
import { focus } from '../state/focus.svelte';
import { saidWhyNot } from '../state/sharing.svelte';
import { workspace } from '../state/workspace.svelte';
import { boardWords, spoken } from '../words/board';
import { Aim } from './aim';
import { type Clone, CardHold, ColumnHold, type Hold, type Span } from './hold.svelte';
import { landingOf } from './landing';
import { Press } from './press';
import { type ColumnView, rem, revealColumn } from './views';

/** How long a dropped thing takes to its place; matches the theme's slow motion. */
const LANDING_MS = 150;

class Drag {
  hold: Hold | undefined = $state.raw();
  /** The folded column that stays open since the focus is in it. */
  peeked: ColumnId | undefined = $state();
  readonly views = new Map<ColumnId, ColumnView>();
  surface: HTMLElement | undefined;
  #press: Press | undefined;
  #aim: Aim | undefined;

  get cards(): CardHold | undefined {
    return this.hold?.kind === 'cards' ? this.hold : undefined;
  }

  get column(): ColumnHold | undefined {
    return this.hold?.kind === 'column' ? this.hold : undefined;
  }

  /** A pointer went down on a card: it may become a click, a scroll or a hold. */
  pressCard(event: PointerEvent, card: CardRecord, element: HTMLElement): void {
    const clone = cloneOf(event, element);
    this.#track(event, () => this.holdCards(this.#companions(card), card, 'pointer', clone));
  }

  pressColumn(event: PointerEvent, column: ColumnRecord, element: HTMLElement): void {
    const clone = cloneOf(event, element);
    this.#track(event, () => this.holdColumn(column, 'pointer', clone));
  }

  /** Begins a hold of cards; false where nothing can be held just now. */
  holdCards(
    carried: readonly CardRecord[],
    grabbed: CardRecord,
    by: 'pointer' | 'keys',
    clone: Clone,
  ): boolean {
    const board = workspace.board;
    if (!board || this.hold || carried.length === 0) return false;
    const ids = [RECOVERED, ...board.columns.map((column) => column.id)];
    const frozen = new Map(ids.map((id) => [id, board.visible(id)]));
    this.hold = new CardHold(carried, grabbed, board.columns, frozen, by, clone);
    return true;
  }

  holdColumn(column: ColumnRecord, by: 'pointer' | 'keys', clone: Clone): boolean {
    const board = workspace.board;
    if (!board || this.hold) return false;
    this.hold = new ColumnHold(column, board.columns, this.#spans(), by, clone);
    announce(boardWords.columnPickedUp(spoken(column.title), this.hold.home + 1, board.columns.length));
    return true;
  }

  /** Drops what is held into the gap that shows. */
  async drop(): Promise<void> {
    const hold = this.hold;
    const board = workspace.board;
    if (!hold || hold.isLanding || !board) return;
    this.#aim?.stop();
    if (hold.isHome) {
      announce(boardWords.droppedHome);
      await this.#land(hold);
      this.#end(hold);
      return;
    }
    if (hold.kind === 'cards' && hold.board) {
      if (saidWhyNot(hold.board.id)) await this.#goHome(hold);
      else await this.#carry(board, hold, hold.board);
      return;
    }
    const moved = hold.kind === 'cards' ? moveCards(board, hold) : moveColumn(board, hold);
    const [done] = await Promise.all([moved, this.#land(hold)]);
    if (done) this.#landed(hold);
    else announce(boardWords.notMoved(nameOf(hold)));
    this.#end(hold);
  }

  /** Let go over another board: they go there, and the focus goes on to what is still here. */
  async #carry(board: BoardState, hold: CardHold, to: BoardRecord): Promise<void> {
    hold.isLanding = true;
    const gone = await carryCards(board.id, hold.carried, to, null, false);
    if (!gone) announce(boardWords.notMoved(nameOf(hold)));
    // What is gone is focused no more: the next card is.
    this.#end(hold, focus.card);
  }

  /** Escape, a lost pointer, another window: everything is as it was. */
  async putBack(): Promise<void> {
    const hold = this.hold;
    if (!hold || hold.isLanding) return;
    this.#aim?.stop();
    announce(boardWords.putBack(nameOf(hold)));
    await this.#goHome(hold);
  }

  async #goHome(hold: Hold): Promise<void> {
    if (hold.kind === 'cards') {
      hold.board = undefined;
      hold.target = hold.home;
    } else hold.gap = hold.home;
    await tick();
    await this.#land(hold);
    this.#end(hold);
  }

  /** Gives the focus to a column itself and brings it into view. */
  focusHead(column: ColumnId): void {
    focus.focusColumn(column);
    void tick().then(() => {
      const view = this.views.get(column);
      if (!view || focus.column !== column || focus.card !== null) return;
      view.head?.focus({ preventScroll: true });
      if (this.surface) revealColumn(view, this.surface);
    });
  }

  /** The board goes away: whatever is held goes back at once. */
  leave(): void {
    this.#press?.abandon();
    this.#aim?.stop();
    this.hold = undefined;
  }

  /** The selected cards with the grabbed one, in the order of the board; else that one alone. */
  #companions(grabbed: CardRecord): readonly CardRecord[] {
    const board = workspace.board;
    if (!board || !focus.selected.has(grabbed.id)) return [grabbed];
    return selectedCards(board);
  }

  #spans(): ReadonlyMap<ColumnId, Span> {
    const surface = this.surface;
    const origin = surface ? surface.getBoundingClientRect().left - surface.scrollLeft : 0;
    const spans = new Map<ColumnId, Span>();
    for (const [id, view] of this.views) {
      const frame = view.frame.getBoundingClientRect();
      spans.set(id, { left: frame.left - origin, width: frame.width + 0.75 * rem() });
    }
    return spans;
  }

  #track(event: PointerEvent, begin: () => boolean): void {
    const surface = this.surface;
    if (!surface || this.hold || event.button !== 0 || !event.isPrimary) return;
    this.#press?.abandon();
    this.#press = new Press(event, surface, {
      begin: (at) => {
        if (saidWhyNot(workspace.board?.id) || !begin() || !this.hold) return;
        this.#aim = new Aim(this.hold, surface, this.views, at);
      },
      move: (at) => this.#aim?.moveTo(at),
      drop: () => void this.drop(),
      putBack: () => void this.putBack(),
    });
  }

  /** Lets the held thing glide to where it will stand. */
  async #land(hold: Hold): Promise<void> {
    if (hold.by === 'keys') return;
    const corner = landingOf(hold, this.views);
    hold.isLanding = true;
    if (corner) hold.corner = corner;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    await new Promise((resolve) => setTimeout(resolve, still ? 0 : LANDING_MS));
  }

  #landed(hold: Hold): void {
    if (hold.kind === 'column') {
      announce(boardWords.columnDropped(spoken(hold.column.title), hold.gap + 1));
    } else if (hold.target) {
      const { column, gap } = hold.target;
      announce(boardWords.dropped(spoken(column.title), gap + 1));
    }
  }

  #end(hold: Hold, focused = hold.kind === 'cards' ? hold.grabbed.id : null): void {
    if (this.hold !== hold) return;
    this.hold = undefined;
    // The list is drawn in its new order first, so that the card is found where it stands now.
    void tick().then(() => {
      if (hold.kind === 'column') this.focusHead(hold.column.id);
      else if (focused !== null) focus.focusCard(focused);
    });
  }
}

export const drag = new Drag();

/** The selected cards, as they stand on the board. */
export function selectedCards(board: BoardState): readonly CardRecord[] {
  const lanes = [RECOVERED, ...board.columns.map((column) => column.id)];
  return lanes.flatMap((lane) => board.cards(lane).filter((card) => focus.selected.has(card.id)));
}

async function moveCards(board: BoardState, hold: CardHold): Promise<boolean> {
  if (!hold.target) return false;
  const edited = await workspace.edit(board.id, {
    verb: 'moveCards',
    cards: hold.carried.map((card) => card.id),
    column: hold.target.column.id,
    place: hold.place,
  });
  return edited !== null;
}

async function moveColumn(board: BoardState, hold: ColumnHold): Promise<boolean> {
  const edited = await workspace.edit(board.id, {
    verb: 'moveColumn',
    column: hold.column.id,
    place: hold.place,
  });
  return edited !== null;
}

function nameOf(hold: Hold): string {
  if (hold.kind === 'column') return spoken(hold.column.title);
  return hold.carried.length > 1 ? boardWords.cards(hold.carried.length) : spoken(hold.grabbed.title);
}

function cloneOf(event: PointerEvent, element: HTMLElement): Clone {
  const rect = element.getBoundingClientRect();
  return {
    width: rect.width,
    height: rect.height,
    grab: { x: event.clientX - rect.left, y: event.clientY - rect.top },
  };
}
