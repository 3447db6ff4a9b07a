// Checklist items and where they go, by neighbour.

import type { ChecklistId } from '../generated/ChecklistId';
import type { ChecklistRecord } from '../generated/ChecklistRecord';
import type { ItemId } from '../generated/ItemId';
import type { Place } from '../generated/Place';

/** A gap between the items of a checklist, counted without the item that moves. */
export interface Spot {
  readonly checklist: ChecklistId;
  readonly gap: number;
}

/** More neighbours than that would have to vanish at once before a place is lost. */
const NEIGHBOURS_MAX = 20;

export function placeOf(checklists: readonly ChecklistRecord[], moved: ItemId, spot: Spot): Place {
  const before = rest(checklists, moved, spot.checklist).slice(0, spot.gap).reverse();
  return before.length === 0 ? { at: 'first' } : { at: 'after', neighbours: before.slice(0, NEIGHBOURS_MAX) };
}

/** Where an item stands; null where no checklist has it. */
export function spotOf(checklists: readonly ChecklistRecord[], item: ItemId): Spot | null {
  for (const { id, items } of checklists) {
    const gap = items.findIndex((one) => one.id === item);
    if (gap !== -1) return { checklist: id, gap };
  }
  return null;
}

export function isSameSpot(one: Spot | null, other: Spot | null): boolean {
  return one?.checklist === other?.checklist && one?.gap === other?.gap;
}

/** One step up or down; at an end, on to the neighbouring checklist. Null where there is none. */
export function stepped(
  checklists: readonly ChecklistRecord[],
  item: ItemId,
  direction: 'up' | 'down',
): Spot | null {
  const spot = spotOf(checklists, item);
  if (spot === null) return null;
  const length = rest(checklists, item, spot.checklist).length;
  const gap = spot.gap + (direction === 'up' ? -1 : 1);
  if (gap >= 0 && gap <= length) return { checklist: spot.checklist, gap };
  const at = checklists.findIndex((one) => one.id === spot.checklist);
  const next = checklists[at + (direction === 'up' ? -1 : 1)];
  if (next === undefined) return null;
  return { checklist: next.id, gap: direction === 'up' ? next.items.length : 0 };
}

/** One title for each line that says something; list marks of other programs are left out. */
export function titlesFrom(text: string): readonly string[] {
  return text
    .split(/\r?\n|\r/u)
    .map((line) => line.replace(/^\s*(?:[-*+•]\s+)?(?:\[[ xX]\]\s+)?/u, '').trim())
    .filter((line) => line !== '');
}

function rest(
  checklists: readonly ChecklistRecord[],
  moved: ItemId,
  checklist: ChecklistId,
): readonly ItemId[] {
  const items = checklists.find((one) => one.id === checklist)?.items ?? [];
  return items.filter((item) => item.id !== moved).map((item) => item.id);
}
