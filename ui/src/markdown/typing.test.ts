import { describe, expect, test } from 'vitest';
import { coded, continued, lineMarked, linked, wrapped, type Replacement, type Typed } from './typing';

/** A text in which `|` stands at both ends of the selection, or once at the caret. */
function drawn(picture: string): Typed {
  const from = picture.indexOf('|');
  const last = picture.lastIndexOf('|');
  return { text: picture.replaceAll('|', ''), from, to: last === from ? from : last - 1 };
}

function picture(typed: Typed, done: Replacement | null): string {
  if (done === null) return 'nothing';
  const text = typed.text.slice(0, done.from) + done.insert + typed.text.slice(done.to);
  const [from, to] = done.select;
  return from === to
    ? `${text.slice(0, from)}|${text.slice(from)}`
    : `${text.slice(0, from)}|${text.slice(from, to)}|${text.slice(to)}`;
}

function check(before: string, act: (typed: Typed) => Replacement | null, after: string): void {
  const typed = drawn(before);
  expect(picture(typed, act(typed))).toBe(after);
}

describe('marks around a selection', () => {
  test('come and go', () => {
    check('a |b| c', (typed) => wrapped(typed, '**'), 'a **|b|** c');
    check('a **|b|** c', (typed) => wrapped(typed, '**'), 'a |b| c');
    check('a |', (typed) => wrapped(typed, '*'), 'a *|*');
  });
  test('italic within bold is added, not taken from the bold', () => {
    check('**|b|**', (typed) => wrapped(typed, '*'), '***|b|***');
  });
  test('code of several lines is fenced, with a fence longer than those inside', () => {
    check('|a|', coded, '`|a|`');
    check('x |a\nb|', coded, 'x \n```\n|a\nb|\n```');
    check('|```\nb|', coded, '````\n|```\nb|\n````');
  });
  test('a link asks for what is missing', () => {
    check('|words|', linked, '[words](|https://|)');
    check('|https://a.example|', linked, '[|](https://a.example)');
    check('|', linked, '[|](https://)');
  });
});

describe('marks before lines', () => {
  test('come and go', () => {
    check('a|b', (typed) => lineMarked(typed, 'list'), '- ab|');
    check('|a\n\nb|', (typed) => lineMarked(typed, 'list'), '|- a\n\n- b|');
    check('|- a\n- b|', (typed) => lineMarked(typed, 'list'), '|a\nb|');
    check('|', (typed) => lineMarked(typed, 'heading'), '## |');
  });
  test('a list becomes tasks and tasks become a list', () => {
    check('|- a\n  - b|', (typed) => lineMarked(typed, 'checkbox'), '|- [ ] a\n  - [ ] b|');
    check('|- [x] a|', (typed) => lineMarked(typed, 'list'), '|- a|');
  });
});

describe('Enter in a list', () => {
  test('begins the next line', () => {
    check('- a|', continued, '- a\n- |');
    check('9. a|b', continued, '9. a\n10. |b');
    check('  - [x] a|', continued, '  - [x] a\n  - [ ] |');
  });
  test('ends the list on an empty one, and is itself elsewhere', () => {
    check('- a\n- |', continued, '- a\n|');
    check('words|', continued, 'nothing');
  });
});
