import { describe, expect, it } from 'vitest';
import { PAGE, stepped, walked, type Step } from './move-mode';

describe('carrying by keys', () => {
  const kept = [5, 0, 4999];
  const carry = (column: number, gap: number, ...steps: Step[]): [number, number] => {
    const end = steps.reduce((spot, step) => stepped(spot, step, kept), { column, gap });
    return [end.column, end.gap];
  };

  it('stays within its column', () => {
    expect(carry(0, 0, 'up')).toEqual([0, 0]);
    expect(carry(0, 4, 'down')).toEqual([0, 5]);
    expect(carry(0, 5, 'down')).toEqual([0, 5]);
    expect(carry(2, 0, 'last')).toEqual([2, 4999]);
    expect(carry(2, 4999, 'pageUp')).toEqual([2, 4999 - PAGE]);
    expect(carry(2, 3, 'pageUp', 'pageDown')).toEqual([2, PAGE]);
  });

  it('goes to the columns beside, as deep as they are', () => {
    expect(carry(0, 5, 'right')).toEqual([1, 0]);
    expect(carry(2, 4000, 'left')).toEqual([1, 0]);
    expect(carry(2, 4000, 'right')).toEqual([2, 4000]);
    expect(carry(0, 2, 'left')).toEqual([0, 2]);
  });
});

describe('walking over cards', () => {
  const lengths = [3, 0, 50];
  const walk = (column: number, row: number, ...steps: Step[]): [number, number] => {
    const end = steps.reduce((seat, step) => walked(seat, step, lengths), { column, row });
    return [end.column, end.row];
  };

  it('reaches the header above the first card, and nothing below the last', () => {
    expect(walk(0, 0, 'up')).toEqual([0, -1]);
    expect(walk(0, -1, 'up')).toEqual([0, -1]);
    expect(walk(0, -1, 'down')).toEqual([0, 0]);
    expect(walk(0, 2, 'down')).toEqual([0, 2]);
  });

  it('enters an empty column at its header', () => {
    expect(walk(0, 2, 'right')).toEqual([1, -1]);
    expect(walk(1, -1, 'first')).toEqual([1, -1]);
    expect(walk(1, -1, 'last')).toEqual([1, -1]);
  });

  it('jumps to the ends and by pages', () => {
    expect(walk(2, 7, 'last')).toEqual([2, 49]);
    expect(walk(2, 7, 'first')).toEqual([2, 0]);
    expect(walk(2, 7, 'pageDown')).toEqual([2, 7 + PAGE]);
    expect(walk(2, 7, 'pageUp')).toEqual([2, 0]);
    expect(walk(2, 45, 'pageDown')).toEqual([2, 49]);
  });
});
