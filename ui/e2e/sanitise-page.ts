// Runs in the page of sanitise.spec.ts, beside the real renderer.

import { renderMarkdown, sanitised } from '../src/markdown/render';
import { outsideAllowList } from '../src/markdown/test/inspect';

const main = document.body;

export function show(road: 'markdown' | 'html', text: string): { outside: readonly string[]; ms: number } {
  const began = performance.now();
  const fragment = road === 'markdown' ? renderMarkdown(text) : sanitised(text);
  const ms = performance.now() - began;
  main.replaceChildren(fragment);
  return { outside: outsideAllowList(main), ms };
}

/** Does to everything on the page what a person might do. */
export function touch(): void {
  for (const element of main.querySelectorAll('*')) {
    for (const kind of [
      'mouseover',
      'mouseenter',
      'focus',
      'pointerover',
      'toggle',
      'animationstart',
      'error',
    ]) {
      element.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    if (element instanceof HTMLElement && element.nodeName !== 'A') element.click();
  }
}

/** The same texts as they stand: shows that the checks can fail. */
export function unguarded(texts: readonly string[]): number {
  let outside = 0;
  for (const text of texts) {
    const place = document.createElement('div');
    main.append(place);
    place.innerHTML = text;
    outside += outsideAllowList(place).length;
  }
  return outside;
}

export function draw(text: string): { text: string; elements: string } {
  const place = document.createElement('div');
  place.append(renderMarkdown(text));
  const elements = [...place.querySelectorAll('*')].map((element) => element.nodeName.toLowerCase());
  for (const line of place.querySelectorAll('br')) line.replaceWith(' ');
  return { text: place.textContent.replace(/\s+/gu, ' ').trim(), elements: elements.join(' ') };
}
