import { expect, test } from 'vitest';
import { combined } from './combined';

test('two texts stand one below the other, with one empty line between them', () => {
  expect(combined('one\n', '\n\ntwo\n')).toBe('one\n\ntwo\n');
  expect(combined('one', 'two')).toBe('one\n\ntwo');
});

test('an empty text adds nothing', () => {
  expect(combined(' \n', '- [ ] two')).toBe('- [ ] two');
  expect(combined('one\n', '\n')).toBe('one');
});
