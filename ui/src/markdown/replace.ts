// Puts a replacement into a field so that the field's own undo takes it back.

import type { Replacement } from './typing';

export function replaceIn(field: HTMLTextAreaElement, { from, to, insert, select }: Replacement): void {
  field.focus();
  if (from === to && insert === '') return;
  field.setSelectionRange(from, to);
  // The old command is the only one that writes into a field's own history.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const isDone = document.execCommand(insert === '' ? 'delete' : 'insertText', false, insert);
  if (!isDone) {
    field.setRangeText(insert, from, to, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  field.setSelectionRange(select[0], select[1]);
}
