// The order of things on screen: by key, then by id, so that equal keys are harmless.

export interface Ordered {
  readonly id: string;
  readonly key: string;
}

export function byKey(a: Ordered, b: Ordered): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return 0;
}

/**
 * `rows` without those in `gone`, with `put` merged in. `rows` is in order; a large column is passed
 * over once, whatever the size of the patch.
 */
export function merged<T extends Ordered>(
  rows: readonly T[],
  gone: ReadonlySet<string>,
  put: readonly T[],
): readonly T[] {
  const added = put.toSorted(byKey);
  const result: T[] = [];
  let next = 0;
  for (const row of rows) {
    if (gone.has(row.id)) continue;
    for (let add = added[next]; add !== undefined && byKey(add, row) < 0; add = added[next]) {
      result.push(add);
      next += 1;
    }
    result.push(row);
  }
  for (; next < added.length; next += 1) {
    const add = added[next];
    if (add !== undefined) result.push(add);
  }
  return result;
}

/** Rows by what `of` says of each, in the order in which they come. */
export function grouped<T, K>(rows: Iterable<T>, of: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const key = of(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
