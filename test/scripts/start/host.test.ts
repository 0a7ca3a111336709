import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseAccount, parseAccounts, type Account } from '../../../scripts/start/account.ts';
import { chromiumArguments } from '../../../scripts/start/chromiumArguments.ts';
import { findDisplay, xDisplayNumber } from '../../../scripts/start/display.ts';
import { chooseHost, howToLook, type Machine } from '../../../scripts/start/host.ts';
import { enterPage } from '../../../scripts/start/screenFolder.ts';
import { cookiesFor } from '../../../scripts/start/xauthority.ts';

const ELECTRON = '/gate/node_modules/electron/dist/electron';
const nobody: Account = { name: 'nobody', uid: 65_534, gid: 65_534 };

const aMachine = (has: readonly string[], more: Partial<Machine> = {}): Machine => ({
  env: { PATH: '/usr/bin:/bin' },
  uid: 1_000,
  root: '/gate',
  isExecutable: (file) => has.includes(file),
  findDisplay: () => ({ kind: 'x11', name: ':0' }),
  chooseAccount: (uid, display) => chooseAccount(uid, display, [nobody]),
  ...more,
});

test('Electron shows the screens where it is installed, Chromium where it is not, and which and why is said', () => {
  const chromium = ['/usr/bin/chromium', '/usr/bin/setpriv'];
  expect(chooseHost(aMachine([ELECTRON, ...chromium]))).toMatchObject({ kind: 'electron', binary: ELECTRON });
  const second = chooseHost(aMachine(chromium));
  expect(second).toMatchObject({ kind: 'chromium', binary: '/usr/bin/chromium', account: { kind: 'same' } });
  expect(second.why).toContain(`its binary is not at ${ELECTRON}`);
  expect(chooseHost(aMachine([]))).toEqual({
    kind: 'none',
    why: `Not Electron: its binary is not at ${ELECTRON}. Not Chromium: none of chromium, chromium-browser, google-chrome is on the PATH.`,
  });
});

test('Electron installed elsewhere is found there', () => {
  const env = { PATH: '/usr/bin', ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' };
  expect(chooseHost(aMachine(['/opt/electron/electron'], { env }))).toMatchObject({
    kind: 'electron',
    binary: '/opt/electron/electron',
  });
});

test('as root Electron is passed over, and the browser becomes somebody else or is not started', () => {
  const has = [ELECTRON, '/usr/bin/google-chrome', '/usr/bin/setpriv'];
  expect(chooseHost(aMachine(has, { uid: 0 }))).toMatchObject({
    kind: 'chromium',
    account: { kind: 'other', account: nobody },
  });
  const alone = aMachine(has, { uid: 0, chooseAccount: (uid, display) => chooseAccount(uid, display, []) });
  expect(chooseHost(alone)).toMatchObject({
    kind: 'none',
    why: expect.stringContaining('neither an account lintel-kiosk nor nobody'),
  });
});

test('without a display nothing is shown, and how to look at it is said without the token', () => {
  const machine = aMachine([ELECTRON], { findDisplay: () => ({ kind: 'none', why: 'it is dark' }) });
  expect(chooseHost(machine)).toEqual({ kind: 'none', why: 'No display: it is dark.' });
  expect(howToLook({ port: 4711, tokenFile: '/run/gate/token', hostName: 'gate' }).join('\n')).toBe(
    [
      'To look at it on this machine: http://127.0.0.1:4711/',
      'From another one: ssh -L 4711:127.0.0.1:4711 gate, and there http://localhost:4711/',
      'The page asks for the token in /run/gate/token',
    ].join('\n'),
  );
});

test('the account made for the screen comes before nobody, and root is never it', () => {
  const own: Account = { name: 'lintel-kiosk', uid: 998, gid: 998 };
  const x11 = { kind: 'x11', name: ':0' } as const;
  expect(chooseAccount(0, x11, [nobody, own])).toEqual({ kind: 'other', account: own });
  expect(chooseAccount(0, x11, [{ ...own, uid: 0 }, nobody])).toEqual({ kind: 'other', account: nobody });
  expect(chooseAccount(1_000, x11, [])).toEqual({ kind: 'same' });
});

test('a Wayland compositor lets its own account in, and one that runs as root lets no browser in', () => {
  const pi: Account = { name: 'pi', uid: 1_000, gid: 1_000 };
  const wayland = { kind: 'wayland', name: 'wayland-0', socket: '/run/user/1000/wayland-0', ownerUid: 1_000 } as const;
  expect(chooseAccount(0, wayland, [nobody, pi])).toEqual({ kind: 'other', account: pi });
  const root = { name: 'root', uid: 0, gid: 0 };
  expect(chooseAccount(0, { ...wayland, ownerUid: 0 }, [root, nobody])).toMatchObject({ kind: 'none' });
});

test('accounts are read from passwd, and lines of another form are left out', () => {
  expect(parseAccounts('root:x:0:0::/root:/bin/sh\n# note\nbroken\nnobody:x:65534:65534::/:/x\n+::\n')).toEqual([
    { name: 'root', uid: 0, gid: 0 },
    nobody,
  ]);
});

test('a display counts only where something listens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-wayland-'));
  try {
    expect(findDisplay({})).toEqual({ kind: 'none', why: 'neither WAYLAND_DISPLAY nor DISPLAY is set' });
    expect(findDisplay({ DISPLAY: ':9876' })).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('no X server'),
    });
    const env = { WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: folder };
    expect(findDisplay(env)).toMatchObject({ kind: 'none', why: expect.stringContaining('no compositor') });
    writeFileSync(join(folder, 'wayland-0'), '');
    expect(findDisplay(env)).toMatchObject({ kind: 'wayland', socket: join(folder, 'wayland-0') });
    expect(findDisplay({ DISPLAY: 'elsewhere:0' })).toEqual({ kind: 'x11', name: 'elsewhere:0' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a local X display has a number', () => {
  expect([':0', ':10.0', 'unix:3', 'host:0', ':x', ''].map(xDisplayNumber)).toEqual([
    '0',
    '10',
    '3',
    undefined,
    undefined,
    undefined,
  ]);
});

test('the browser is never given a switch that weakens its sandbox, and no address but a file', () => {
  for (const place of [undefined, { left: 0, width: 800, height: 1_280 }]) {
    const all = chromiumArguments({
      profile: '/p',
      platform: 'x11',
      address: 'file:///p/kiosk.html',
      ...(place && { place }),
    });
    expect(
      all.filter((one) => /sandbox|disable-web-security|disable-seccomp|allow-file-access|remote-debugging/.test(one)),
    ).toEqual([]);
    expect(all.filter((one) => one.includes('://')).toSorted()).toEqual([
      '--app=file:///p/kiosk.html',
      '--proxy-server=http://127.0.0.1:9',
    ]);
    expect(all.includes('--kiosk')).toBe(place === undefined);
  }
});

test('the page that signs in runs its one script and posts to the gate alone', () => {
  const html = enterPage({ page: 'kiosk', place: { left: 0, width: 8, height: 9 }, port: 4711, token: 'TOKEN' });
  expect(html).toContain("default-src 'none'; script-src 'sha256-");
  expect(html).toContain('form-action http://127.0.0.1:4711;');
  expect(html).toContain('action="http://127.0.0.1:4711/session"');
  expect(html.match(/TOKEN/g)).toHaveLength(1);
});

interface Entry {
  readonly family: number;
  readonly display: string;
  readonly data: Uint8Array;
}

function encode({ family, display, data }: Entry): Uint8Array {
  const field = (bytes: Uint8Array): number[] => [bytes.length >> 8, bytes.length & 255, ...bytes];
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return Uint8Array.from([
    family >> 8,
    family & 255,
    ...field(text('gate')),
    ...field(text(display)),
    ...field(text('MIT-MAGIC-COOKIE-1')),
    ...field(data),
  ]);
}

const entry = fc.record({
  family: fc.constantFrom(256, 65_535, 0, 6),
  display: fc.constantFrom('', '0', '1', '10'),
  data: fc.uint8Array({ maxLength: 16 }),
});

test('of the X cookies only those of this display are handed on, whole', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      const kept = entries.filter(({ family, display }) => family >= 256 && (display === '' || display === '1'));
      expect(Buffer.from(cookiesFor(Buffer.concat(entries.map(encode)), '1'))).toEqual(Buffer.concat(kept.map(encode)));
    }),
  );
});

test('a damaged cookie file gives whole entries or none', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 4 }),
      fc.nat(300),
      fc.uint8Array({ maxLength: 40 }),
      (entries, cut, rest) => {
        const whole = Buffer.concat(entries.map(encode));
        const kept = cookiesFor(Buffer.concat([whole.subarray(0, cut), rest]), '1');
        expect(kept.length).toBeLessThanOrEqual(whole.length + rest.length);
        expect(Buffer.from(cookiesFor(kept, '1'))).toEqual(Buffer.from(kept));
      },
    ),
  );
});
