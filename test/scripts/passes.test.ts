import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parsePassText } from '#core/access/passText.ts';
import { signaturesOf } from '#storage/keys/curveKeys.ts';

const COMMAND = join(import.meta.dirname, '../../scripts/passes.ts');
const PSEUDONYM = 'ab'.repeat(16);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-passes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function passes(...given: string[]): { status: number | null; out: string; told: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...given], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, out: stdout.trim(), told: stderr };
}

it('a new key is for its account alone, is never written over, and makes out passes that it has signed', () => {
  const { out: key } = passes('new-key', 'k');
  expect(statSync(join(folder, 'k')).mode & 0o777).toBe(0o600);
  expect(passes('public-key', 'k').out).toBe(key);
  expect(passes('new-key', 'k').status).toBe(2);
  const before = Math.floor(Date.now() / 1_000) * 1_000;
  const { out } = passes('issue', '--key', 'k', '--pseudonym', PSEUDONYM, '--for', '10m', '--once');
  const pass = parsePassText(Uint8Array.from(Buffer.from(out)));
  expect(pass?.claims).toMatchObject({ pseudonym: PSEUDONYM, uses: 'once' });
  const { from = 0, until = 0 } = pass?.claims.validity ?? {};
  expect([from >= before, until - from]).toEqual([true, 600_000]);
  expect(signaturesOf(Buffer.from(key, 'hex'))(pass!.signed, pass!.signature)).toBe(true);
}, 30_000);

it('a pass is drawn into a file for its account alone', () => {
  passes('new-key', 'k');
  const given = ['issue', '--key', 'k', '--pseudonym', PSEUDONYM, '--for', '8h', '--svg', 'p.svg'];
  expect(passes(...given).status).toBe(0);
  expect(statSync(join(folder, 'p.svg')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'p.svg'), 'utf8')).toContain('<svg');
}, 30_000);

it('what is no key, no span or no pseudonym is refused, and nothing is made out', () => {
  writeFileSync(join(folder, 'other'), 'something else');
  passes('new-key', 'k');
  const good = { '--key': 'k', '--pseudonym': PSEUDONYM, '--for': '1m' };
  for (const wrong of [{ '--key': 'other' }, { '--for': '10' }, { '--for': '0m' }, { '--pseudonym': 'Anna' }]) {
    const { status, out } = passes('issue', ...Object.entries({ ...good, ...wrong }).flat());
    expect([status, out]).toEqual([2, '']);
  }
}, 30_000);
