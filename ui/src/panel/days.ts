// Days that are picked most, and what becomes of the time of day then.

import type { When } from '../generated/When';
import { dayAfter, today } from '../words/dates';
import { dateWords } from '../words/panel';

export interface Shortcut {
  readonly words: string;
  /** `2026-11-28` */
  readonly day: string;
}

/** Days that are picked with one press. */
export function shortcuts(now: Date): readonly Shortcut[] {
  const untilMonday = 8 - (now.getDay() || 7);
  return [
    { words: dateWords.today, day: today(now) },
    { words: dateWords.tomorrow, day: dayAfter(now, 1) },
    { words: dateWords.nextMonday, day: dayAfter(now, untilMonday) },
    { words: dateWords.inAWeek, day: dayAfter(now, 7) },
  ];
}

/** The same time of day on another day, in the zone of this machine; a day alone stays one. */
export function onDay(when: When | null, day: string): When {
  if (when?.kind !== 'instant') return { kind: 'day', day };
  const time = new Date(when.ms);
  const date = new Date(`${day}T12:00:00`);
  date.setHours(time.getHours(), time.getMinutes(), 0, 0);
  return { kind: 'instant', ms: date.getTime(), zone: new Intl.DateTimeFormat().resolvedOptions().timeZone };
}
