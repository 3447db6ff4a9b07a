// From a pressed key to an action. Letters rest while a person types, and can be switched off.

import { workspace } from '../state/workspace.svelte';
import { ACTIONS, type Action } from './list';
import { actions } from './registry.svelte';

const OVERLAYS =
  '[data-dialog-content], [data-alert-dialog-content], [data-dropdown-menu-content], [data-context-menu-content], [data-popover-content], [data-select-content], [data-combobox-content]';

/** `Ctrl+Shift+Z`, `J`, `?`: as the list of actions writes them. */
export function chordOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isLetter = /^\p{L}$/u.test(key);
  // A sign such as `?` may need Shift on one keyboard and not on another.
  const shift = event.shiftKey && (isLetter || key.length > 1);
  const control = event.ctrlKey || event.metaKey;
  return `${control ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  ) {
    return true;
  }
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file'].includes(target.type)
  );
}

/** Enter, Space and the arrows belong to a button, a link or a menu that has focus. */
function isOfControl(event: KeyboardEvent): boolean {
  if (!['Enter', ' ', 'Delete'].includes(event.key)) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (!target || target.hasAttribute('data-card-id')) return false;
  return target.closest('button, a, input, summary, [role="button"], [role="menuitem"]') !== null;
}

function isLetterChord(chord: string): boolean {
  return /^.$/u.test(chord);
}

const BY_CHORD: ReadonlyMap<string, Action> = new Map(
  ACTIONS.flatMap((action) => action.keys.map((key) => [key, action] as const)),
);

/** Runs the action of a pressed key. `Ctrl` chords work while typing, except those that edit text. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const chord = chordOf(event);
  const action = BY_CHORD.get(chord);
  if (!action || !mayRun(event, chord)) return;
  if (actions.run(action.id)) event.preventDefault();
}

function mayRun(event: KeyboardEvent, chord: string): boolean {
  const isZoom = /^Ctrl\+[-+=0]$/.test(chord);
  if (isZoom) return true;
  if (document.querySelector(OVERLAYS)) return false;
  if (isTyping(event.target)) return chord === 'Ctrl+K' || chord === 'Ctrl+,';
  if (isOfControl(event)) return false;
  return !(workspace.preferences.letterKeysOff && isLetterChord(chord));
}
