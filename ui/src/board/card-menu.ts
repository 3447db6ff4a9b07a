// The context menu of a card, and what it is about.

import {
  AlarmClock,
  Archive,
  ArrowRightLeft,
  Check,
  Copy,
  Flag,
  Maximize2,
  Palette,
  Pencil,
  SquareArrowOutUpRight,
  Tag,
  Trash,
  UserPlus,
} from '@lucide/svelte';
import type { ActionId } from '../actions/list';
import { actions } from '../actions/registry.svelte';
import { actionEntry, type MenuEntry, type MenuItem } from '../controls/menu';
import type { CardRecord } from '../generated/CardRecord';
import { focus } from '../state/focus.svelte';
import { boardWords } from '../words/board';
import { later } from './column-acts';

/** A right click makes the card the one that actions are about, or all selected ones with it. */
export function aimMenu(card: CardRecord): void {
  if (!focus.selected.has(card.id)) focus.selected.clear();
  focus.focusCard(card.id);
}

/** Opens something that takes the focus: only once the menu has given it back. */
function opening(id: ActionId, change: Partial<MenuEntry> = {}): MenuEntry {
  return actionEntry(id, { run: later(() => actions.run(id)), ...change });
}

export function cardEntries(card: CardRecord): readonly MenuItem[] {
  const count = focus.selected.size;
  const many: readonly MenuItem[] = count > 1 ? [{ heading: boardWords.selected(count) }] : [];
  const one: readonly MenuItem[] =
    count > 1
      ? []
      : [
          opening('card.open', { label: 'Open', icon: Maximize2 }),
          opening('card.rename', { label: 'Rename', icon: Pencil }),
          actionEntry('card.finish', { label: card.done ? 'Mark as not done' : 'Mark as done', icon: Check }),
          'line',
        ];
  const copy: readonly MenuItem[] =
    count > 1 ? [] : [actionEntry('card.duplicate', { label: 'Duplicate', icon: Copy })];
  return [
    ...many,
    ...one,
    opening('card.labels', { icon: Tag }),
    opening('card.assign', { icon: UserPlus }),
    opening('card.due', { icon: AlarmClock }),
    opening('card.priority', { icon: Flag }),
    opening('card.cover', { icon: Palette }),
    'line',
    opening('card.moveTo', { icon: ArrowRightLeft }),
    ...copy,
    opening('card.copyTo', { icon: SquareArrowOutUpRight }),
    'line',
    actionEntry('card.archive', { label: 'Archive', icon: Archive }),
    actionEntry('card.delete', { label: 'Move to the trash', icon: Trash, danger: true }),
  ];
}
