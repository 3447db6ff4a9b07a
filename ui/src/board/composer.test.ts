import { describe, expect, it } from 'vitest';
import { linesOf } from './composer.svelte';

describe('lines that would be cards', () => {
  it('are those with words in them, of any system', () => {
    expect(linesOf('one\ntwo\r\nthree\rfour')).toEqual(['one', 'two', 'three', 'four']);
    expect(linesOf('  one  \n\n \t\n two')).toEqual(['one', 'two']);
    expect(linesOf(' \n ')).toEqual([]);
  });
});
