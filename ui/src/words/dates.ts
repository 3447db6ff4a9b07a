// Days and instants, in the words and the zone of the reader.

import type { When } from '../generated/When';

/** The day of `date` where the reader is, as `2026-11-28`. */
export function today(date: Date = new Date()): string {
  const month = String(date.getMonth() + 1).padStart(2, '0');
  const day = String(date.getDate()).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${month}-${day}`;
}

export function dayAfter(date: Date, days: number): string {
  return today(new Date(date.getFullYear(), date.getMonth(), date.getDate() + days));
}

/** The day on which it falls where the reader is. */
export function dayOf(when: When): string {
  return when.kind === 'day' ? when.day : today(new Date(when.ms));
}

/** Noon, so that no change of the clock moves it to another day. */
function dateOf(day: string): Date {
  return new Date(`${day}T12:00:00`);
}

function isThisYear(date: Date): boolean {
  return date.getFullYear() === new Date().getFullYear();
}

/** `28 Nov`, with the year where it is another one, and the time where there is one. */
export function shortWhen(when: When): string {
  const date = when.kind === 'day' ? dateOf(when.day) : new Date(when.ms);
  const day = shortDay(date);
  return when.kind === 'day' ? day : `${day}, ${clock(date)}`;
}

/** `28 Nov` on a card's face; only what falls on this day has its time there. */
export function faceWhen(when: When): string {
  if (when.kind === 'instant' && dayOf(when) !== today()) return shortDay(new Date(when.ms));
  return shortWhen(when);
}

/** `Fri 28 Nov, 17:00`. */
export function longWhen(when: When): string {
  const date = when.kind === 'day' ? dateOf(when.day) : new Date(when.ms);
  const weekday = date.toLocaleDateString('en-GB', { weekday: 'short' });
  return `${weekday} ${shortWhen(when)}`;
}

function shortDay(date: Date): string {
  return date.toLocaleDateString(
    'en-GB',
    isThisYear(date)
      ? { day: 'numeric', month: 'short' }
      : { day: 'numeric', month: 'short', year: 'numeric' },
  );
}

function clock(date: Date): string {
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** `14:02` today, else `28 Nov, 14:02`. */
export function shortInstant(ms: number): string {
  const date = new Date(ms);
  return today(date) === today() ? clock(date) : `${shortDay(date)}, ${clock(date)}`;
}

/** `Sunday 22 November 2026, 14:02`, where there is room. */
export function longInstant(ms: number): string {
  return new Date(ms).toLocaleString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** Whether a day or an instant has passed. */
export function isPast(when: When, now: Date = new Date()): boolean {
  return when.kind === 'day' ? when.day < today(now) : when.ms < now.getTime();
}

/** `17:00`, where the reader is. */
export function timeOf(when: Extract<When, { kind: 'instant' }>): string {
  return clock(new Date(when.ms));
}
