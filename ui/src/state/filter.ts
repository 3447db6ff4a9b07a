// What the board shows while it is filtered. A card shows where every part of the filter has it.

import type { CardRecord } from '../generated/CardRecord';
import type { LabelId } from '../generated/LabelId';
import type { PersonId } from '../generated/PersonId';
import { dayOf, dayAfter, today } from '../words/dates';

export type DueFilter = 'any' | 'late' | 'today' | 'week' | 'some' | 'none';

export interface Filter {
  readonly words: string;
  /** Any of these; all cards where it is empty. */
  readonly labels: readonly LabelId[];
  readonly people: readonly PersonId[];
  readonly due: DueFilter;
}

export const NO_FILTER: Filter = { words: '', labels: [], people: [], due: 'any' };

export function isFiltering(filter: Filter): boolean {
  return (
    filter.words.trim() !== '' || filter.labels.length > 0 || filter.people.length > 0 || filter.due !== 'any'
  );
}

/** Small letters without their marks, so that "Café" is found by "cafe". */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const foldedTitles = new WeakMap<CardRecord, string>();

function foldedTitle(card: CardRecord): string {
  let title = foldedTitles.get(card);
  if (title === undefined) {
    title = folded(card.title);
    foldedTitles.set(card, title);
  }
  return title;
}

/** A test for one filter, so that words are folded once and not once per card. */
export function matcher(filter: Filter, now: Date = new Date()): (card: CardRecord) => boolean {
  const words = folded(filter.words).split(/\s+/).filter(Boolean);
  const isDue = dueMatcher(filter.due, now);
  return (card) =>
    words.every((word) => foldedTitle(card).includes(word)) &&
    (filter.labels.length === 0 || filter.labels.some((label) => card.labels.includes(label))) &&
    (filter.people.length === 0 || filter.people.some((person) => card.people.includes(person))) &&
    isDue(card);
}

function dueMatcher(due: DueFilter, now: Date): (card: CardRecord) => boolean {
  const day = today(now);
  const week = dayAfter(now, 7);
  return (card) => {
    if (due === 'any') return true;
    const when = card.dates.due;
    if (when === null) return due === 'none';
    switch (due) {
      case 'late':
        return !card.done && (when.kind === 'instant' ? when.ms < now.getTime() : when.day < day);
      case 'today':
        return dayOf(when) === day;
      case 'week':
        return dayOf(when) >= day && dayOf(when) <= week;
      case 'some':
        return true;
      case 'none':
        return false;
    }
  };
}
