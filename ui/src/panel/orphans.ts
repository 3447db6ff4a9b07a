// Drafts of a card whose field is no longer there, since what they were typed on was deleted meanwhile.

import type { CardDetail } from '../generated/CardDetail';
import type { Draft } from '../generated/Draft';

export function orphansOf(drafts: readonly Draft[], detail: CardDetail): readonly Draft[] {
  const known = new Set<string>([
    detail.id,
    ...detail.comments.map((comment) => comment.id),
    ...detail.checklists.flatMap((checklist) => [checklist.id, ...checklist.items.map((item) => item.id)]),
  ]);
  return drafts.filter((draft) => !known.has(draft.key.split('/')[1] ?? ''));
}
