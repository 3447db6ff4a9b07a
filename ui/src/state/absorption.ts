// Whether a patch is absorbed, known already, or comes after one that was missed.

export type Absorption = 'absorb' | 'skip' | 'reload';

export function absorption(held: number, patch: { readonly from: number; readonly to: number }): Absorption {
  if (patch.to <= held) return 'skip';
  return patch.from <= held ? 'absorb' : 'reload';
}
