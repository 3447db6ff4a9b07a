// Which addresses a person may be sent to. Everything else stays plain text.

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** The address as a browser would read it, or null where it is none that we open. */
export function openableAddress(typed: string): string | null {
  try {
    const url = new URL(typed);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Where an address leads, in short: its host, or the address of a letter. */
export function hostOf(typed: string): string | null {
  const address = openableAddress(typed);
  if (address === null) return null;
  const url = new URL(address);
  return url.protocol === 'mailto:' ? url.pathname : url.host;
}

/**
 * What a person meant by an address: `example.org/page` is https, and one with a scheme that we do not
 * open is nothing.
 */
export function addressFromTyped(typed: string): string | null {
  const trimmed = typed.trim();
  if (trimmed === '' || /\s/u.test(trimmed)) return null;
  const direct = openableAddress(trimmed);
  if (direct !== null) return direct;
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/iu.test(trimmed)) return null;
  if (/^[^\s/@]+@[^\s/@]+\.[^\s/@]+$/u.test(trimmed)) return openableAddress(`mailto:${trimmed}`);
  return /^[^\s/]+\.[^\s/]+|^localhost\b/u.test(trimmed) ? openableAddress(`https://${trimmed}`) : null;
}
