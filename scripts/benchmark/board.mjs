// A Trello export of any size, made up: the same size always gives the same file.

const WORDS = `reconnect laptop network garden compost draft column panel export import backup order
  label trellis window server quiet paper river stone copper lantern harbour meadow`.split(/\s+/);
const START = 0x60000000;

/** `first` of the cards stand in the first column, the rest in the other five by turns. */
export function trelloBoard(cards, first) {
  const id = (number) => (START + (number % 100_000)).toString(16) + number.toString(16).padStart(16, '0');
  const words = (seed, count) =>
    Array.from({ length: count }, (_, at) => WORDS[(seed * 7 + at * at * 13 + at) % WORDS.length]).join(' ');
  const lists = Array.from({ length: 6 }, (_, at) => ({
    id: id(at + 1),
    name: `Column ${at + 1}`,
    closed: false,
    pos: at + 1,
  }));
  const labels = ['red', 'green', 'blue', 'sky'].map((color, at) => ({
    id: id(at + 20),
    name: WORDS[at],
    color,
  }));
  const list = (at) => (at < first ? 0 : 1 + (at % 5));
  const card = (at) => ({
    id: id(at + 100),
    name: `${at + 1} ${words(at, 5)}`,
    desc: at % 3 === 0 ? words(at, 40) : '',
    closed: false,
    idList: lists[list(at)].id,
    pos: at,
    idLabels: at % 2 === 0 ? [labels[at % 4].id] : [],
    due: at % 10 === 0 ? '2026-12-01T12:00:00.000Z' : null,
  });
  const checklist = (at) => ({
    id: id(at + 1_000_000),
    name: 'To do',
    idCard: id(at + 100),
    pos: 1,
    checkItems: [0, 1, 2, 3].map((item) => ({
      id: id(at * 4 + item + 2_000_000),
      name: words(at + item, 3),
      state: item === 0 ? 'complete' : 'incomplete',
      pos: item,
    })),
  });
  const numbers = Array.from({ length: cards }, (_, at) => at);
  return JSON.stringify({
    id: id(0),
    name: `Bench of ${cards}`,
    lists,
    labels,
    cards: numbers.map(card),
    checklists: numbers.filter((at) => at % 10 === 3).map(checklist),
    actions: [],
    members: [],
  });
}
