// Nothing of the web view shows: no menu of its own, no reload, no going back, no zoom by fingers, no
// dropped file that opens as a page.

import { isTyping } from '../actions/keys';
import { bridge } from '../bridge/bridge';
import { importing } from './importing.svelte';

/** Keys of a web view that mean nothing in a window. A browser keeps its own. */
const NATIVE_ONLY: readonly string[] = ['F5', 'F3', 'F7', 'BrowserBack', 'BrowserForward', 'BrowserRefresh'];
const NATIVE_ONLY_CONTROL: readonly string[] = ['r', 'p', 's', 'u', 'g', 'o', 'j'];

export function quietWebView(): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener('contextmenu', onContextMenuDown, { signal, capture: true });
  addEventListener('contextmenu', onContextMenu, { signal });
  addEventListener('keydown', onKeyDown, { signal });
  addEventListener('wheel', onWheel, { signal, passive: false });
  addEventListener('gesturestart', (event) => event.preventDefault(), { signal });
  addEventListener('dragstart', (event) => event.preventDefault(), { signal });
  addEventListener('dragover', onDragOver, { signal });
  addEventListener('dragleave', onDragLeave, { signal });
  addEventListener('drop', onDrop, { signal });
  return () => listening.abort();
}

/** Text fields keep cut, copy, paste and spelling: a menu of ours around them does not hear of it. */
function onContextMenuDown(event: MouseEvent): void {
  if (isTyping(event.target)) event.stopPropagation();
}

/** Selected text can be copied. */
function onContextMenu(event: MouseEvent): void {
  const selected = getSelection()?.toString() ?? '';
  const readable = event.target instanceof Element && event.target.closest('.selectable') !== null;
  if (!(readable && selected !== '')) event.preventDefault();
}

function onKeyDown(event: KeyboardEvent): void {
  if (!bridge.native) return;
  const control = event.ctrlKey || event.metaKey;
  const isReload =
    NATIVE_ONLY.includes(event.key) || (control && NATIVE_ONLY_CONTROL.includes(event.key.toLowerCase()));
  const isBack =
    (event.key === 'Backspace' && !isTyping(event.target)) ||
    (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'));
  if (isReload || isBack) event.preventDefault();
}

function onWheel(event: WheelEvent): void {
  if (event.ctrlKey) event.preventDefault();
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

function onDragOver(event: DragEvent): void {
  if (!hasFiles(event)) return;
  event.preventDefault();
  if (!bridge.native) importing.over = true;
}

function onDragLeave(event: DragEvent): void {
  if (event.relatedTarget === null) importing.over = false;
}

function onDrop(event: DragEvent): void {
  if (!hasFiles(event)) return;
  event.preventDefault();
  importing.over = false;
  // In the window the shell takes the drop and hands back a handle.
  const file = event.dataTransfer?.files[0];
  if (!bridge.native && file) void importing.takeDropped(file);
}
