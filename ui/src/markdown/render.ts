// The one road from a typed text to something on the page, and the one call of the sanitiser.
//
// HTML in a text is shown as it was typed. What Markdown makes is parsed in a document that loads
// nothing, cut down to an allow list, and handed over as nodes: no string of HTML ever enters the page.

import DOMPurify from 'dompurify';
import { Marked, type RendererObject, type Tokens } from 'marked';
import { markdownWords } from '../words/markdown';
import { hostOf, openableAddress } from './address';
import { ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS, ALLOWED_SCHEME, isAllowedAttribute } from './allowed';
import { isTangled } from './slices';

const purifier = DOMPurify(window);

purifier.addHook('uponSanitizeAttribute', (element, attribute) => {
  attribute.keepAttr = isAllowedAttribute(
    element.nodeName.toLowerCase(),
    attribute.attrName,
    attribute.attrValue,
  );
});

/** The nodes of one Markdown text. */
export function renderMarkdown(text: string): DocumentFragment {
  return decorated(sanitised(htmlOf(text)));
}

/** HTML of any origin, cut down to the allow list. Exported for the test of this wall alone. */
export function sanitised(html: string): DocumentFragment {
  return purifier.sanitize(html, {
    ALLOWED_TAGS: [...ALLOWED_ELEMENTS],
    ALLOWED_ATTR: [...ALLOWED_ATTRIBUTES],
    ALLOWED_URI_REGEXP: ALLOWED_SCHEME,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

function htmlOf(text: string): string {
  if (isTangled(text)) return plain(text);
  try {
    return markdown.parse(text, { async: false });
  } catch {
    // Thousands of nested quotes exhaust the parser's stack. The text is still readable as it is.
    return plain(text);
  }
}

/** Says in words what the eye sees, on nodes that the sanitiser let through. */
function decorated(fragment: DocumentFragment): DocumentFragment {
  for (const link of fragment.querySelectorAll('a')) {
    const address = link.getAttribute('href');
    if (address !== null) link.title = address;
    link.rel = 'noopener noreferrer';
    link.draggable = false;
  }
  // It scrolls sideways where it is too wide, which the keys must reach.
  for (const table of fragment.querySelectorAll('table')) table.tabIndex = 0;
  for (const box of fragment.querySelectorAll('span.task')) {
    box.setAttribute('role', 'img');
    box.setAttribute(
      'aria-label',
      box.classList.contains('done') ? markdownWords.taskDone : markdownWords.taskOpen,
    );
  }
  return fragment;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => escapes[character] ?? '');
}

function plain(text: string): string {
  return `<p>${escaped(text).replace(/\n/gu, '<br>')}</p>`;
}

/** How deep in links the renderer stands: an image there must not become a link within a link. */
let linksAround = 0;

const renderer: RendererObject = {
  html(token: Tokens.HTML | Tokens.Tag): string {
    return 'block' in token && token.block ? plain(token.text.trimEnd()) : escaped(token.text);
  },
  link(token: Tokens.Link): string {
    const address = openableAddress(token.href);
    if (address === null || linksAround > 0) return escaped(token.raw);
    linksAround += 1;
    try {
      return `<a href="${escaped(address)}">${this.parser.parseInline(token.tokens)}</a>`;
    } finally {
      linksAround -= 1;
    }
  },
  image(token: Tokens.Image): string {
    const address = openableAddress(token.href);
    const host = hostOf(token.href);
    if (address === null || host === null) return escaped(token.raw);
    const words = escaped(markdownWords.image(token.text, host));
    return linksAround > 0 ? words : `<a class="image" href="${escaped(address)}">${words}</a>`;
  },
  /** The card's title and its parts are headings of the second and third order. */
  heading(token: Tokens.Heading): string {
    const order = String(Math.min(token.depth + 3, 6));
    return `<h${order}>${this.parser.parseInline(token.tokens)}</h${order}>`;
  },
  checkbox(token: Tokens.Checkbox): string {
    return `<span class="${token.checked ? 'task done' : 'task'}"></span> `;
  },
  code(token: Tokens.Code): string {
    return `<pre><code>${escaped(token.text)}\n</code></pre>`;
  },
};

const markdown = new Marked({ gfm: true, breaks: true, renderer });
