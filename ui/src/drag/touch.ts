// A finger that holds something must not scroll. Whether it may is asked of each move, since the
// press that begins a scroll and the one that begins a hold look the same.

export function stillTouch(surface: HTMLElement, isHolding: () => boolean): () => void {
  const still = (event: TouchEvent): void => {
    if (isHolding() && event.cancelable) event.preventDefault();
  };
  surface.addEventListener('touchmove', still, { passive: false });
  return () => surface.removeEventListener('touchmove', still);
}
