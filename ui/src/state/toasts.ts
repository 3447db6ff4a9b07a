// Short words at the foot of the window, about what was just done.

import { toast } from 'svelte-sonner';

const UNDO_MS = 8000;
const UNDO = 'undo';
/** What was said last stands in the place of what was said before. */
const SAID = 'said';
/** One for all that lies deleted with edits. */
const KEPT = 'kept';

let undo: () => void = () => undefined;

/** Says what the Undo button of a toast does. */
export function onToastUndo(run: () => void): void {
  undo = run;
}

/** After something destructive: what was done, with a way back. */
export function toastUndo(text: string): void {
  toast(text, { id: UNDO, duration: UNDO_MS, action: { label: 'Undo', onClick: () => undo() } });
}

/** A newer edit came: the button would take back that one. */
export function forgetUndoToast(): void {
  toast.dismiss(UNDO);
}

export function toastText(text: string): void {
  toast(text, { id: SAID });
}

/** It stays until somebody has read it. At most two ways on: the first is the one that helps. */
export function toastKept(
  text: string,
  ways: readonly { readonly label: string; readonly run: () => void }[],
  done: () => void,
): void {
  const [first, second] = ways;
  toast(text, {
    id: KEPT,
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
    onDismiss: done,
    ...(first && { action: { label: first.label, onClick: first.run } }),
    ...(second && { cancel: { label: second.label, onClick: second.run } }),
  });
}

export function forgetKeptToast(): void {
  toast.dismiss(KEPT);
}

export function toastFailure(text: string): void {
  toast.error(text, { duration: 10_000 });
}
