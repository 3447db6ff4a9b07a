/** Two texts, one below the other, with an empty line between them. */
export function combined(one: string, other: string): string {
  const above = one.replace(/\s+$/u, '');
  const below = other.replace(/^\n+/u, '');
  if (above === '') return below;
  return below.trim() === '' ? above : `${above}\n\n${below}`;
}
