import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SerialPair } from '#drivers/serial/serialPair.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

describe('a serial line without hardware', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lintel-pair-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has two ends while it is whole, and none when it is cut', async () => {
    const pair = new SerialPair(folder);
    for (let round = 0; round < 2; round++) {
      await pair.mend();
      await pair.mend();
      expect([pair.whole, ...(await readdir(folder)).toSorted()]).toEqual([true, 'board', 'gate']);
      await pair.cut();
      await pair.cut();
      expect([pair.whole, ...(await readdir(folder))]).toEqual([false]);
    }
  });

  it('shows the gate its end only when the board is there', async () => {
    const seen: boolean[] = [];
    const pair = new SerialPair(folder, (board) => {
      seen.push(existsSync(board), existsSync(pair.gate));
      return Promise.resolve();
    });
    await pair.mend();
    expect([...seen, existsSync(pair.gate)]).toEqual([true, false, true]);
    await pair.cut();
    const failing = new SerialPair(folder, () => Promise.reject(new Error('no board')));
    await expect(failing.mend()).rejects.toThrow('no board');
    expect([failing.whole, ...(await readdir(folder))]).toEqual([false]);
  });

  it('says what is wrong where it cannot be made', async () => {
    const pair = new SerialPair(join(folder, 'missing'));
    await expect(pair.mend()).rejects.toMatchObject({ code: 'relay', found: containing('No such file') });
    expect(pair.whole).toBe(false);
  });

  it('ends with the program that made it, also when that is killed', async () => {
    const program = `
      import { SerialPair } from '#drivers/serial/serialPair.ts';
      const pair = new SerialPair(process.argv[1]);
      await pair.mend();
      console.log('whole');
      setInterval(() => undefined, 1_000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect((await readdir(folder)).length).toBe(2);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    // socat takes its board end away when it ends; the gate's end, which was renamed, leads nowhere then.
    await expect
      .poll(() => existsSync(join(folder, 'board')) || existsSync(join(folder, 'gate')), { timeout: 20_000 })
      .toBe(false);
  });
});
