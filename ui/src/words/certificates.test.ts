import { expect, test } from 'vitest';
import { fingerprintRows, trusting } from './certificates';

test('a fingerprint is read in four rows of eight bytes', () => {
  const bytes = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0').toUpperCase());
  const rows = fingerprintRows(bytes.join(':'));
  expect(rows).toHaveLength(4);
  expect(rows[0]).toBe('00 01 02 03 04 05 06 07');
  expect(rows.join(' ').split(' ')).toEqual(bytes);
});

test('nothing is trusted unless somebody said so', () => {
  expect(trusting(null)).toEqual({});
  expect(trusting('3A')).toEqual({ certificate: '3A' });
});
