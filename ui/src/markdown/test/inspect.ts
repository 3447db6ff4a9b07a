// Compares what stands on a page with the allow list.

import { ALLOWED_ELEMENTS, isAllowedAttribute } from '../allowed';

const elements: ReadonlySet<string> = new Set(ALLOWED_ELEMENTS);

/** Each element and attribute below `root` that should not be there, in words. */
export function outsideAllowList(root: Node): readonly string[] {
  const found: string[] = [];
  const walker = document.createTreeWalker(root);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text) continue;
    if (!(node instanceof Element)) {
      found.push(node.constructor.name);
      continue;
    }
    // A form's fields stand in the place of most of its properties, so ask in ways that they cannot reach.
    const name = node.localName;
    if (!elements.has(name) || node.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`<${name}>`);
    for (const attribute of Element.prototype.getAttributeNames.call(node)) {
      const value = Element.prototype.getAttribute.call(node, attribute) ?? '';
      if (isAllowedAttribute(name, attribute, value) || isOurs(node, attribute, value)) continue;
      found.push(`<${name} ${attribute}="${value.slice(0, 80)}">`);
    }
  }
  return found;
}

/** What is added after the sanitiser, on nodes that it let through. */
function isOurs(element: Element, attribute: string, value: string): boolean {
  if (element.localName === 'a') {
    return (
      (attribute === 'title' && value === element.getAttribute('href')) ||
      (attribute === 'rel' && value === 'noopener noreferrer') ||
      (attribute === 'draggable' && value === 'false')
    );
  }
  if (element.localName === 'table') return attribute === 'tabindex' && value === '0';
  const task = element.localName === 'span' && element.classList.contains('task');
  return task && ((attribute === 'role' && value === 'img') || attribute === 'aria-label');
}
