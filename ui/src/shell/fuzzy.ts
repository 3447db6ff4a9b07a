// Finding by a few letters in order, best first.

import UFuzzy from '@leeoniya/ufuzzy';

const finder = new UFuzzy({ intraIns: Infinity });

export function fuzzy<T>(typed: string, things: readonly T[], name: (thing: T) => string): readonly T[] {
  const needle = UFuzzy.latinize(typed.trim());
  if (needle === '') return things;
  const names = UFuzzy.latinize(things.map(name));
  const [indexes, info, order] = finder.search(names, needle);
  if (!indexes) return [];
  const found = info ? order.map((at) => info.idx[at]) : indexes;
  return found.map((at) => (at === undefined ? undefined : things[at])).filter((one) => one !== undefined);
}
