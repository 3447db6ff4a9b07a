// Moving checklist items, by pointer and by keys. The order on the page is only marked while an item is
// held; what a drop means is decided from the checklists as they were when the hold began.

import { edgeSpeed } from '../drag/edge';
import { Press, type Point } from '../drag/press';
import type { ChecklistId } from '../generated/ChecklistId';
import type { ChecklistRecord } from '../generated/ChecklistRecord';
import type { ItemId } from '../generated/ItemId';
import type { ItemRecord } from '../generated/ItemRecord';
import type { Place } from '../generated/Place';
import { announce } from '../state/announce.svelte';
import { checklistWords } from '../words/panel';
import { isSameSpot, placeOf, spotOf, stepped, type Spot } from './items';

type Move = (item: ItemId, checklist: ChecklistId, place: Place) => Promise<boolean>;

interface List {
  readonly element: HTMLElement;
  /** The rows in the order in which they are shown. */
  readonly rows: () => readonly { readonly id: ItemId; readonly element: HTMLElement }[];
}

export class ItemMoves {
  /** The item in the hand. */
  held: ItemRecord | null = $state.raw(null);
  /** Where it would land. */
  spot: Spot | null = $state.raw(null);
  /** How far it is from where it lay, in pixels. */
  shift = $state(0);

  readonly #checklists: () => readonly ChecklistRecord[];
  readonly #move: Move;
  readonly #lists = new Map<ChecklistId, List>();
  #frozen: readonly ChecklistRecord[] = [];
  #press: Press | null = null;
  #from = 0;
  #scroller: HTMLElement | null = null;
  #frame = 0;
  #at: Point = { x: 0, y: 0 };

  constructor(checklists: () => readonly ChecklistRecord[], move: Move) {
    this.#checklists = checklists;
    this.#move = move;
  }

  /** A checklist tells where it and its rows are drawn, until the returned function is called. */
  register(id: ChecklistId, list: List): () => void {
    this.#lists.set(id, list);
    return () => this.#lists.delete(id);
  }

  press(event: PointerEvent, item: ItemRecord, surface: HTMLElement): void {
    if (event.button !== 0 || this.#press?.isHolding === true) return;
    this.#press = new Press(event, surface, {
      begin: (at) => this.#begin(item, surface, at),
      move: (at) => this.#follow(at),
      drop: () => void this.#drop(),
      putBack: () => this.#putBack(),
    });
  }

  /** The view goes away. */
  abandon(): void {
    this.#press?.abandon();
  }

  /** Moves an item one step by a key; says where it went. */
  async step(item: ItemRecord, direction: 'up' | 'down'): Promise<boolean> {
    const checklists = this.#checklists();
    const spot = stepped(checklists, item.id, direction);
    return spot !== null && (await this.#put(checklists, item, spot));
  }

  #begin(item: ItemRecord, surface: HTMLElement, at: Point): void {
    this.#frozen = this.#checklists();
    this.held = item;
    this.spot = spotOf(this.#frozen, item.id);
    this.#scroller = surface.closest('[data-panel-scroll]');
    this.#from = at.y + (this.#scroller?.scrollTop ?? 0);
    this.#at = at;
    this.#tick(performance.now());
  }

  #follow(at: Point): void {
    this.#at = at;
    this.shift = at.y + (this.#scroller?.scrollTop ?? 0) - this.#from;
    this.spot = this.#spotAt(at.y) ?? this.spot;
  }

  /** The nearest checklist, and the gap between its rows. */
  #spotAt(y: number): Spot | null {
    let nearest: { id: ChecklistId; distance: number } | null = null;
    for (const [id, { element }] of this.#lists) {
      const rect = element.getBoundingClientRect();
      const distance = Math.max(rect.top - y, y - rect.bottom, 0);
      if (nearest === null || distance < nearest.distance) nearest = { id, distance };
    }
    if (nearest === null) return null;
    const items = this.#frozen.find((one) => one.id === nearest.id)?.items ?? [];
    const rest = items.filter((one) => one.id !== this.held?.id).map((one) => one.id);
    const rows = this.#lists.get(nearest.id)?.rows() ?? [];
    const shown = rows.filter((row) => row.id !== this.held?.id);
    const below = shown.find(({ element }) => {
      const rect = element.getBoundingClientRect();
      return y < rect.top + rect.height / 2;
    });
    const gap = below === undefined ? rest.length : rest.indexOf(below.id);
    return { checklist: nearest.id, gap: gap === -1 ? rest.length : gap };
  }

  /** Scrolls the panel while something is held near its edge. */
  #tick(before: number): void {
    this.#frame = requestAnimationFrame((now) => {
      const scroller = this.#scroller;
      if (scroller !== null && this.held !== null) {
        const rect = scroller.getBoundingClientRect();
        const speed = edgeSpeed(this.#at.y, rect.top, rect.bottom);
        if (speed !== 0) {
          scroller.scrollTop += (speed * (now - before)) / 1000;
          this.#follow(this.#at);
        }
      }
      this.#tick(now);
    });
  }

  async #drop(): Promise<void> {
    const { held, spot } = this;
    const frozen = this.#frozen;
    this.#letGo();
    if (held !== null && spot !== null) await this.#put(frozen, held, spot);
  }

  #putBack(): void {
    const { held } = this;
    this.#letGo();
    if (held !== null) announce(checklistWords.putBack(held.title));
  }

  #letGo(): void {
    cancelAnimationFrame(this.#frame);
    this.held = null;
    this.spot = null;
    this.shift = 0;
    this.#press = null;
  }

  async #put(checklists: readonly ChecklistRecord[], item: ItemRecord, spot: Spot): Promise<boolean> {
    // Where it was is no edit.
    if (isSameSpot(spot, spotOf(checklists, item.id))) return false;
    if (!(await this.#move(item.id, spot.checklist, placeOf(checklists, item.id, spot)))) return false;
    const checklist = checklists.find((one) => one.id === spot.checklist);
    const others = checklist?.items.filter((one) => one.id !== item.id).length ?? 0;
    announce(checklistWords.moved(item.title, spot.gap + 1, others + 1, checklist?.title ?? ''));
    return true;
  }
}
