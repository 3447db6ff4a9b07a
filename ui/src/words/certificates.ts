// Certificates that nobody vouches for, in words, and how one is compared.

import type { Untrusted } from '../generated/Untrusted';

export function untrustedWords({ why }: Untrusted): string {
  switch (why) {
    case 'unknown':
      return 'This server’s certificate is signed by nobody that this computer knows.';
    case 'outOfDate':
      return 'This server’s certificate is out of date.';
    case 'otherName':
      return 'This server’s certificate is made out to another name.';
    case 'changed':
      return 'This server shows another certificate than the one that you trusted.';
  }
}

export function compareWords({ why }: Untrusted): string {
  const compare = 'Compare the fingerprint with the one that the server’s operator gives you.';
  return why === 'changed'
    ? `Its operator may have renewed it, or somebody stands in between. ${compare} Nothing was sent.`
    : `${compare} If they are the same, it is the right server. Nothing was sent yet.`;
}

/** Four rows of eight bytes. */
export function fingerprintRows(fingerprint: string): readonly string[] {
  const bytes = fingerprint.split(':');
  return [0, 8, 16, 24].map((start) => bytes.slice(start, start + 8).join(' '));
}

/** What to add to a question to a server, once somebody trusts its certificate. */
export function trusting(fingerprint: string | null): { readonly certificate?: string } {
  return fingerprint === null ? {} : { certificate: fingerprint };
}

export const TOKEN_IN_FILE = 'There is no keyring here; the token lies in a file that only you can read.';
