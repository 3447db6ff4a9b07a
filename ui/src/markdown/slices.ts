// A long text in pieces that can be drawn one after the other, so that none holds up the window.

/** What is shown of a text before somebody asks for the rest, in UTF-16 units. */
export const FIRST_PART_LENGTH = 64 * 1024;
/** One piece of work; a few milliseconds. */
const SLICE_LENGTH = 8 * 1024;
/** Marks of a run of text times its length. The parser's time grows with this product, and twenty times as
    fast in WebKit as in Chromium: there, this is a fifth of a second. */
const TANGLE_MAX = 4_000_000;

/** The beginning of a text, up to a line's end where one is near. */
export function firstPart(text: string, length = FIRST_PART_LENGTH): string {
  if (text.length <= length) return text;
  const newline = text.lastIndexOf('\n', length);
  const cut = newline > length / 2 ? newline + 1 : length;
  return text.slice(0, endOfCharacter(text, cut));
}

/**
 * The text in pieces of about 8 KiB, cut at blank lines outside fenced code, and before a line that is
 * not indented, so that each piece means the same alone. A block without such a line stays whole up to
 * 64 KiB.
 */
export function slicesOf(text: string): readonly string[] {
  const slices: string[] = [];
  let start = 0;
  let end = 0;
  let blank = false;
  let fence: string | null = null;
  while (end < text.length) {
    const newline = text.indexOf('\n', end);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(end, Math.min(next, end + 200));
    const safe = blank && fence === null && /^\S/u.test(line);
    if ((safe && end - start >= SLICE_LENGTH) || end - start >= FIRST_PART_LENGTH) {
      slices.push(text.slice(start, end));
      start = end;
      fence = null;
    }
    fence = fenceAfter(fence, line);
    blank = line.trim() === '';
    // A single line may be as long as the whole text.
    end = Math.min(next, endOfCharacter(text, start + FIRST_PART_LENGTH));
    if (end < next) blank = false;
  }
  if (start < text.length) slices.push(text.slice(start));
  return slices;
}

/** Whether a text would keep the parser busy for seconds; such a text is shown as typed. */
export function isTangled(text: string): boolean {
  let length = 0;
  let marks = 0;
  let isListed = false;
  for (const line of text.split('\n')) {
    const isItem: boolean = (isListed ? ITEM_OF_LIST : FIRST_ITEM).test(line);
    const isBlank = line.trim() === '';
    // Here a new run of text begins, which the parser reads by itself.
    if (isItem || isBlank) {
      length = 0;
      marks = 0;
      isListed = isItem;
    }
    if ((DEPTH.exec(line)?.[0].length ?? 0) > DEPTH_MAX) return true;
    length += line.length + 1;
    marks += line.match(MARKS)?.length ?? 0;
    if (length * marks > TANGLE_MAX) return true;
  }
  return false;
}

/** Quotes and lists within one another before a line begins; the parser goes down into each. */
const DEPTH = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*/u;
const DEPTH_MAX = 100;
const MARKS = /[*_~`[<@\\]|www\.|:\/\//gu;
/** Only the first number can begin a list in the middle of a paragraph. */
const FIRST_ITEM = /^ {0,3}(?:[-*+]|1[.)])[ \t]/u;
const ITEM_OF_LIST = /^\s*(?:[-*+]|\d{1,9}[.)])[ \t]/u;

function fenceAfter(fence: string | null, line: string): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})/u.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === null) return mark;
  return mark.startsWith(fence) ? null : fence;
}

/** Never between the two halves of one character. */
function endOfCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}
