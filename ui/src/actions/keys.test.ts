import { expect, test } from 'vitest';
import { chordOf } from './keys';

test.each([
  [{ key: 'j' }, 'J'],
  [{ key: 'J', shiftKey: true }, 'Shift+J'],
  [{ key: '?', shiftKey: true }, '?'],
  [{ key: '#' }, '#'],
  [{ key: ' ' }, 'Space'],
  [{ key: 'z', ctrlKey: true }, 'Ctrl+Z'],
  [{ key: 'Z', ctrlKey: true, shiftKey: true }, 'Ctrl+Shift+Z'],
  [{ key: 'k', metaKey: true }, 'Ctrl+K'],
  [{ key: '+', ctrlKey: true, shiftKey: true }, 'Ctrl++'],
  [{ key: 'ArrowUp', shiftKey: true }, 'Shift+ArrowUp'],
])('%o is %s', (key, chord) => {
  expect(chordOf(new KeyboardEvent('keydown', key))).toBe(chord);
});
