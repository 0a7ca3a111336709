import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { keepElectronWindow } from '../../../scripts/start/electronWindow.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';

test('a window of Electron gets its page from a file of its own folder, which is gone when it has ended', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'lintel-electron-'));
  try {
    // Says what it was started with, and lasts as long as its input.
    const binary = join(outside, 'electron');
    const told = join(outside, 'told');
    writeFileSync(binary, `#!/bin/sh\nprintf '%s\\n' "$@" "$HOME" >'${told}.new'\nmv '${told}.new' '${told}'\ncat\n`, {
      mode: 0o755,
    });
    const screen = keepElectronWindow({
      host: { kind: 'electron', binary, display: { kind: 'x11', name: ':0' }, why: '' },
      window: { name: 'picture', enter: (write) => write('<p>SECRET') },
      clock: new FakeClock(),
      env: {},
      log: () => undefined,
    });
    await expect.poll(() => existsSync(told), { timeout: 10_000 }).toBe(true);
    const [main, address, home] = readFileSync(told, 'utf8').trim().split('\n');
    expect(existsSync(main!)).toBe(true);
    const file = fileURLToPath(address!);
    expect(dirname(file)).toBe(home);
    expect(readFileSync(file, 'utf8')).toBe('<p>SECRET');
    expect([file, home!].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
    await screen.stop();
    expect(existsSync(home!)).toBe(false);
  } finally {
    rmSync(outside, { recursive: true });
  }
});
