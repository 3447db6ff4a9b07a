// Theme and zoom, as the root element carries them. Every length is in rem, so that the size of the
// root's letters scales all there is.

import type { Preferences } from '../generated/Preferences';

export const ZOOM_MIN = 70;
export const ZOOM_MAX = 200;
export const ZOOM_STEP = 10;

export function wear(preferences: Preferences): void {
  const root = document.documentElement;
  if (preferences.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = preferences.theme;
  root.style.fontSize = `${String(zoomOf(preferences))}%`;
}

export function zoomOf(preferences: Preferences): number {
  return Math.min(Math.max(preferences.zoom ?? 100, ZOOM_MIN), ZOOM_MAX);
}
