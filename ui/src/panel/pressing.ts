// Whether a pointer is down. A field that closes when it loses focus would move what the pointer presses
// away from under it, and the click would be lost: such a field waits until the pointer is up.

let isDown = false;

window.addEventListener('pointerdown', () => (isDown = true), { capture: true });
for (const end of ['pointerup', 'pointercancel'] as const) {
  window.addEventListener(end, () => (isDown = false), { capture: true });
}

/** Acts at once, or after the click that is under way. */
export function afterPress(act: () => void): void {
  if (!isDown) {
    act();
    return;
  }
  const over = new AbortController();
  const soon = (): void => {
    over.abort();
    setTimeout(act);
  };
  window.addEventListener('pointerup', soon, { signal: over.signal });
  window.addEventListener('pointercancel', soon, { signal: over.signal });
}
