import { expect, test } from 'vitest';
import { onDay, shortcuts } from './days';

test('the days that are picked most, from any day of the week', () => {
  const days = (now: string): string =>
    shortcuts(new Date(`${now}T15:00`))
      .map((one) => one.day)
      .join(' ');
  expect(days('2026-11-22')).toBe('2026-11-22 2026-11-23 2026-11-23 2026-11-29');
  expect(days('2026-11-23')).toBe('2026-11-23 2026-11-24 2026-11-30 2026-11-30');
  expect(days('2026-12-31')).toBe('2026-12-31 2027-01-01 2027-01-04 2027-01-07');
});

test('another day keeps the time of day', () => {
  expect(onDay(null, '2026-12-01')).toEqual({ kind: 'day', day: '2026-12-01' });
  expect(onDay({ kind: 'day', day: '2026-11-01' }, '2026-12-01')).toEqual({ kind: 'day', day: '2026-12-01' });
  const moved = onDay(
    { kind: 'instant', ms: new Date('2026-03-01T09:30').getTime(), zone: '' },
    '2026-12-01',
  );
  expect(moved.kind === 'instant' && moved.ms).toBe(new Date('2026-12-01T09:30').getTime());
});
