// Short words at the foot of the window, about what was just done.

import { toast } from 'svelte-sonner';

const UNDO_MS = 8000;
const UNDO = 'undo';
/** What was said last stands in the place of what was said before. */
const SAID = 'said';

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

export function toastFailure(text: string): void {
  toast.error(text, { duration: 10_000 });
}
