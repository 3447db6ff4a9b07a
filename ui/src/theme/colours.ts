// Colours by name, as labels, covers, columns and boards carry them: the one map from a name to a hue.
// Trello's ten come first; each has a light and a dark sister. A name that is not known is drawn grey.

import type { Colour } from '../generated/Colour';

/** The names that are offered, in the order of the picker. */
export const COLOURS: readonly Colour[] = [
  'green',
  'yellow',
  'orange',
  'red',
  'purple',
  'blue',
  'sky',
  'lime',
  'pink',
  'black',
  'teal',
  'grey',
];

interface Hue {
  readonly hue: number;
  /** How colourful, from 0 for grey to 1. */
  readonly vivid: number;
}

const HUES: Readonly<Record<string, Hue>> = {
  green: { hue: 150, vivid: 1 },
  yellow: { hue: 95, vivid: 1 },
  orange: { hue: 60, vivid: 1 },
  red: { hue: 25, vivid: 1 },
  purple: { hue: 300, vivid: 1 },
  blue: { hue: 255, vivid: 1 },
  sky: { hue: 225, vivid: 1 },
  lime: { hue: 125, vivid: 1 },
  pink: { hue: 350, vivid: 1 },
  black: { hue: 260, vivid: 0.15 },
  teal: { hue: 190, vivid: 1 },
  grey: { hue: 256, vivid: 0.08 },
};

const GREY: Hue = { hue: 256, vivid: 0.08 };

/** How far a sister is from its base, in lightness. */
function shade(colour: string): number {
  if (colour.endsWith('_light')) return 0.04;
  if (colour.endsWith('_dark')) return -0.07;
  return colour.startsWith('black') ? -0.1 : 0;
}

/** `sky_light` → `Sky, light`. */
export function colourName(colour: Colour): string {
  const [base = colour, sister] = colour.split('_');
  const name = base.charAt(0).toUpperCase() + base.slice(1);
  return sister === undefined ? name : `${name}, ${sister}`;
}

/**
 * The custom properties that a coloured thing is drawn with: `--swatch` for squares and bars,
 * `--tint` and `--on-tint` for a chip and the text on it. Use as `style={colourStyle(colour)}`.
 */
export function colourStyle(colour: Colour | null): string {
  const name = colour ?? 'grey';
  const { hue, vivid } = HUES[name.split('_')[0] ?? ''] ?? GREY;
  const by = shade(name);
  const at = (lightness: number, chroma: number): string =>
    `oklch(${(lightness + by).toFixed(3)} ${(chroma * vivid).toFixed(3)} ${String(hue)})`;
  return [
    `--swatch: light-dark(${at(0.68, 0.14)}, ${at(0.7, 0.13)})`,
    `--tint: light-dark(${at(0.93, 0.05)}, ${at(0.36, 0.06)})`,
    `--on-tint: light-dark(oklch(0.36 ${(0.1 * vivid).toFixed(3)} ${String(hue)}), oklch(0.91 ${(0.06 * vivid).toFixed(3)} ${String(hue)}))`,
  ].join('; ');
}

/** A person's hue, the same wherever the name stands. */
export function hueOf(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return Math.round(sum / 30) * 30;
}
