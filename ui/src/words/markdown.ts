// What the window says in and around rendered text.

export const markdownWords = {
  taskDone: 'done',
  taskOpen: 'to do',
  image: (name: string, host: string): string =>
    name.trim() === '' ? `image on ${host}` : `${name.trim()} (image on ${host})`,
  showAll: (length: number): string => `Show all of it (${sizeInWords(length)})`,
  write: 'Write',
  preview: 'Preview',
  emptyPreview: 'Nothing to preview yet.',
  toolbar: 'Formatting',
  bold: 'Bold',
  italic: 'Italic',
  heading: 'Heading',
  link: 'Link',
  list: 'List',
  checkbox: 'Task',
  code: 'Code',
} as const;

function sizeInWords(length: number): string {
  const kibibytes = length / 1024;
  return kibibytes < 1000 ? `${String(Math.round(kibibytes))} KB` : `${(kibibytes / 1024).toFixed(1)} MB`;
}
