// What the toolbar and its keys do to a text, as one replacement, so that the field's own undo still
// takes it back.

export interface Typed {
  readonly text: string;
  /** The selection; `from` equals `to` where there is only a caret. */
  readonly from: number;
  readonly to: number;
}

export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** What is selected afterwards. */
  readonly select: readonly [number, number];
}

export type LineMark = 'list' | 'checkbox' | 'heading';

/** Puts a mark on both sides of the selection, or takes it away where it stands there. */
export function wrapped(typed: Typed, mark: string): Replacement {
  const { text, from, to } = typed;
  const inner = text.slice(from, to);
  const around = text.slice(from - mark.length, from) === mark && text.slice(to, to + mark.length) === mark;
  // A lone star inside two stars is bold, not italic.
  const longer = text.slice(from - mark.length - 1, from) === mark + mark.slice(0, 1) && mark.length === 1;
  if (around && !longer) {
    const start = from - mark.length;
    return { from: start, to: to + mark.length, insert: inner, select: [start, start + inner.length] };
  }
  const start = from + mark.length;
  return { from, to, insert: mark + inner + mark, select: [start, start + inner.length] };
}

/** Inline code, or a fenced block where the selection has several lines. */
export function coded(typed: Typed): Replacement {
  const inner = typed.text.slice(typed.from, typed.to);
  if (!inner.includes('\n')) return wrapped(typed, '`');
  const longest = Math.max(2, ...(inner.match(/`+/gu) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const before = typed.from > 0 && typed.text[typed.from - 1] !== '\n' ? '\n' : '';
  const after = typed.to < typed.text.length && typed.text[typed.to] !== '\n' ? '\n' : '';
  const start = typed.from + before.length + fence.length + 1;
  return {
    from: typed.from,
    to: typed.to,
    insert: `${before}${fence}\n${inner.replace(/\n$/u, '')}\n${fence}${after}`,
    select: [start, start + inner.replace(/\n$/u, '').length],
  };
}

/** The selection becomes the words of a link, or its address where it is one. */
export function linked(typed: Typed): Replacement {
  const inner = typed.text.slice(typed.from, typed.to);
  if (/^(?:https?:\/\/|mailto:)\S+$/iu.test(inner)) {
    return {
      from: typed.from,
      to: typed.to,
      insert: `[](${inner})`,
      select: [typed.from + 1, typed.from + 1],
    };
  }
  const address = 'https://';
  const start = typed.from + inner.length + 3;
  return {
    from: typed.from,
    to: typed.to,
    insert: `[${inner}](${address})`,
    select: inner === '' ? [typed.from + 1, typed.from + 1] : [start, start + address.length],
  };
}

const marks: Readonly<Record<LineMark, { readonly mark: string; readonly stands: RegExp }>> = {
  list: { mark: '- ', stands: /^(\s*)[-*+] (?!\[[ xX]\] )/u },
  checkbox: { mark: '- [ ] ', stands: /^(\s*)[-*+] \[[ xX]\] /u },
  heading: { mark: '## ', stands: /^()#{1,6} /u },
};

/** Marks every line of the selection, or takes the mark away where all of them have it. */
export function lineMarked(typed: Typed, kind: LineMark): Replacement {
  const from = typed.text.lastIndexOf('\n', typed.from - 1) + 1;
  const newline = typed.text.indexOf('\n', typed.to);
  const to = newline === -1 ? typed.text.length : newline;
  const lines = typed.text.slice(from, to).split('\n');
  const { mark, stands } = marks[kind];
  const written = lines.filter((line) => line.trim() !== '');
  const marked = written.length > 0 && written.every((line) => stands.test(line));
  const insert = lines
    .map((line) => {
      if (marked) return line.replace(stands, '$1');
      if (lines.length > 1 && line.trim() === '') return line;
      const bare = line.replace(marks.checkbox.stands, '$1').replace(marks.list.stands, '$1');
      const indent = /^\s*/u.exec(bare)?.[0] ?? '';
      return kind === 'heading'
        ? mark + bare.replace(marks.heading.stands, '')
        : indent + mark + bare.slice(indent.length);
    })
    .join('\n');
  const end = from + insert.length;
  return { from, to, insert, select: typed.from === typed.to ? [end, end] : [from, end] };
}

/** Enter at the end of a list line begins the next one; on an empty one it ends the list. */
export function continued(typed: Typed): Replacement | null {
  if (typed.from !== typed.to) return null;
  const from = typed.text.lastIndexOf('\n', typed.from - 1) + 1;
  const line = typed.text.slice(from, typed.from);
  const found = /^(\s*)([-*+]|(\d{1,9})([.)])) (\[[ xX]\] )?/u.exec(line);
  if (found === null) return null;
  const [mark, indent = '', bullet = '', number, stop = '', box] = found;
  if (line.length === mark.length) {
    return { from, to: typed.from, insert: '', select: [from, from] };
  }
  const next = number === undefined ? bullet : `${String(Number(number) + 1)}${stop}`;
  const insert = `\n${indent}${next} ${box === undefined ? '' : '[ ] '}`;
  const end = typed.from + insert.length;
  return { from: typed.from, to: typed.from, insert, select: [end, end] };
}
