// What stands in a menu.

import type { Component } from 'svelte';
import type { ActionId } from '../actions/list';
import { actions } from '../actions/registry.svelte';
import type { Colour } from '../generated/Colour';

export interface MenuEntry {
  readonly label: string;
  readonly icon?: Component<{ size?: number | string }>;
  /** A square of this colour before the label; null draws it grey. */
  readonly colour?: Colour | null;
  /** A key, as the list of actions writes it. */
  readonly keys?: string | undefined;
  readonly checked?: boolean;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly run?: () => unknown;
  /** A menu beside the menu. */
  readonly entries?: readonly MenuItem[];
}

/** An entry, a line between entries, or a heading over some. */
export type MenuItem = MenuEntry | 'line' | { readonly heading: string };

/** The entry of a registered action, with its key; disabled where it cannot be run. */
export function actionEntry(id: ActionId, change: Partial<MenuEntry> = {}): MenuEntry {
  const action = actions.action(id);
  return {
    label: action.title,
    keys: action.keys[0],
    disabled: !actions.isAvailable(id),
    run: () => actions.run(id),
    ...change,
  };
}
