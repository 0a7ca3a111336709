import { readFileSync } from 'node:fs';
import type { Display } from './display.ts';

/** An account of this machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Made by an installation for the screen alone; any other program of `nobody` could look into its files. */
export const SCREEN_ACCOUNT = 'lintel-kiosk';
const FALLBACK_ACCOUNT = 'nobody';
const ROOT = 0;

export type ScreenAccount =
  | { readonly kind: 'same' }
  | { readonly kind: 'other'; readonly account: Account }
  | { readonly kind: 'none'; readonly why: string };

export const readAccounts = (): readonly Account[] => parseAccounts(readFileSync('/etc/passwd', 'utf8'));

export function parseAccounts(passwd: string): readonly Account[] {
  return passwd.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * Whose account the browser runs as: never root. Where the gate runs as root, the account made for it, or `nobody`; a
 * Wayland compositor lets only its own account in, so there its owner.
 */
export function chooseAccount(ownUid: number, display: Display, accounts: readonly Account[]): ScreenAccount {
  if (ownUid !== ROOT) return { kind: 'same' };
  if (display.kind === 'wayland') {
    const owner = accounts.find(({ uid }) => uid === display.ownerUid && uid !== ROOT);
    if (owner !== undefined) return { kind: 'other', account: owner };
    return { kind: 'none', why: `the Wayland compositor at ${display.socket} runs as root, and the browser must not` };
  }
  for (const wanted of [SCREEN_ACCOUNT, FALLBACK_ACCOUNT]) {
    const account = accounts.find(({ name, uid }) => name === wanted && uid !== ROOT);
    if (account !== undefined) return { kind: 'other', account };
  }
  return { kind: 'none', why: `this machine has neither an account ${SCREEN_ACCOUNT} nor ${FALLBACK_ACCOUNT}` };
}
