// What may stand in a rendered text, and nothing else. The sanitiser takes its lists from here, and the
// tests compare what is on the page with them.

export const ALLOWED_ELEMENTS = [
  'a',
  'blockquote',
  'br',
  'code',
  'del',
  'em',
  'h4',
  'h5',
  'h6',
  'hr',
  'li',
  'ol',
  'p',
  'pre',
  'span',
  'strong',
  'table',
  'tbody',
  'td',
  'th',
  'thead',
  'tr',
  'ul',
] as const;

/** Survive the sanitiser, each on its own elements and with values that `isAllowedAttribute` accepts. */
export const ALLOWED_ATTRIBUTES = ['href', 'class', 'align', 'start'] as const;

/** The classes that the renderer sets. */
export const ALLOWED_CLASSES = ['task', 'task done', 'image'] as const;

export const ALLOWED_SCHEME = /^(?:https?|mailto):/iu;

/** Whether an attribute may stand on an element with this value. Names are lowercase. */
export function isAllowedAttribute(element: string, name: string, value: string): boolean {
  switch (name) {
    case 'href':
      return element === 'a' && ALLOWED_SCHEME.test(value);
    case 'class':
      return (element === 'span' || element === 'a') && ALLOWED_CLASSES.some((allowed) => allowed === value);
    case 'align':
      return (element === 'td' || element === 'th') && /^(?:left|center|right)$/u.test(value);
    case 'start':
      return element === 'ol' && /^\d{1,9}$/u.test(value);
    default:
      return false;
  }
}
