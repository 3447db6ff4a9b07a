import { expect, test } from 'vitest';
import { addressFromTyped, hostOf, openableAddress } from './address';

test('http, https and mailto are opened, and nothing else in any spelling', () => {
  expect(openableAddress('HTTPS://Example.org/a')).toBe('https://example.org/a');
  expect(openableAddress('mailto:a@example.org')).toBe('mailto:a@example.org');
  for (const address of [
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.org/x',
    'tauri://localhost',
    'holdfast:x',
    '//example.org',
    '/a',
    'a',
    '',
  ]) {
    expect(openableAddress(address), address).toBeNull();
  }
});

test('the host is what the eye should see', () => {
  expect(hostOf('https://good.example@bad.example:8080/')).toBe('bad.example:8080');
  expect(hostOf('https://аpple.example')).toBe('xn--pple-43d.example');
  expect(hostOf('mailto:a@b.example?subject=x')).toBe('a@b.example');
  expect(hostOf('nothing')).toBeNull();
});

test('a typed address may leave out its scheme', () => {
  expect(addressFromTyped(' example.org/a ')).toBe('https://example.org/a');
  expect(addressFromTyped('example.org:8080/a')).toBe('https://example.org:8080/a');
  expect(addressFromTyped('a@example.org')).toBe('mailto:a@example.org');
  expect(addressFromTyped('http://x')).toBe('http://x/');
  expect(addressFromTyped('localhost:3000')).toBe('https://localhost:3000/');
  for (const typed of ['', 'two words', 'javascript:alert(1)', 'ftp://a.example', 'word']) {
    expect(addressFromTyped(typed), typed).toBeNull();
  }
});
