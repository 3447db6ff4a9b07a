import { expect, test } from 'vitest';
import { firstPart, isTangled, slicesOf } from './slices';

const paragraph = `${'word '.repeat(200)}\n\n`;

test('slices make up the text again, each at most 64 KiB', () => {
  for (const text of [
    paragraph.repeat(200),
    'x'.repeat(200_000),
    '😀'.repeat(100_000),
    `\`\`\`\n${'code\n\ncode\n'.repeat(5_000)}\`\`\`\n\n${paragraph.repeat(30)}`,
    '\n'.repeat(100_000),
    '',
  ]) {
    const slices = slicesOf(text);
    expect(slices.join('')).toBe(text);
    expect(Math.max(0, ...slices.map((slice) => slice.length))).toBeLessThanOrEqual(64 * 1024 + 200);
    expect(slices.every((slice) => slice.isWellFormed())).toBe(true);
  }
});

test('a slice is never cut inside a fence or a list', () => {
  const fenced = `\`\`\`\n${'code\n\n'.repeat(3_000)}\`\`\`\n`;
  expect(slicesOf(fenced + paragraph.repeat(20))[0]).toContain(fenced);
  const list = '- item\n\n  more of it\n'.repeat(1_000);
  for (const slice of slicesOf(list)) expect(slice.startsWith('- ')).toBe(true);
});

test('the first part ends at a line where one is near, and never inside a character', () => {
  expect(firstPart('short')).toBe('short');
  expect(firstPart('aaa\nbbb\nccc', 9)).toBe('aaa\nbbb\n');
  expect(firstPart('😀😀😀', 3)).toBe('😀😀');
});

test('only a long run of text full of marks is tangled', () => {
  expect(isTangled('*a_'.repeat(1_000))).toBe(true);
  expect(isTangled('['.repeat(3_000))).toBe(true);
  expect(isTangled('2. *a_*a_*a_\n'.repeat(300))).toBe(true);
  expect(isTangled(`a\n${'- '.repeat(60)}b`)).toBe(true);
  expect(isTangled(`${'>'.repeat(200)}b`)).toBe(true);
  expect(isTangled(`${'> - 1. '.repeat(5)}b`)).toBe(false);
  expect(isTangled('*a_'.repeat(500))).toBe(false);
  expect(isTangled('**a** _b_\n\n'.repeat(5_000))).toBe(false);
  expect(isTangled('- [a_link_with_marks](https://example.org/a_b_c)\n'.repeat(1_000))).toBe(false);
  expect(isTangled(`1. [a](b)\n${'2. [a](https://example.org/a_b_c)\n'.repeat(1_000)}`)).toBe(false);
  expect(isTangled('Words and words. '.repeat(3_000))).toBe(false);
});
