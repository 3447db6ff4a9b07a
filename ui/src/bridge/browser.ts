// What the page does itself where no shell stands around it.

/** A larger file is refused before any of it is sent. */
export const UPLOAD_BYTES_MAX = 64 * 1024 * 1024;

/** Opens the browser's file dialog. Must be called from a click or a key. */
export function chooseFile(): Promise<File | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Opens http, https and mailto alone; anything else is not followed. */
export function openLink(address: string): void {
  const parsed = URL.canParse(address) ? new URL(address) : null;
  if (parsed && ['http:', 'https:', 'mailto:'].includes(parsed.protocol)) {
    window.open(parsed.href, '_blank', 'noopener,noreferrer');
  }
}
