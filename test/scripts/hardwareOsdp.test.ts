import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeCard, encodeCard, H10301 } from '#core/access/cardFormat.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { OsdpEmulator } from '#drivers/reader/osdp/osdpEmulator.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { createReaderKeys } from '#storage/readerKeys.ts';
import { openOsdpReader } from '../../scripts/hardware/osdpReader.ts';
import { TESTED_DOOR } from '../../scripts/hardware/walk.ts';
import { run } from './hardwareCommand.ts';

const clock = new SystemClock();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lintel-hardware-osdp-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('an OSDP reader that an installer tries', () => {
  const key = Uint8Array.from({ length: 16 }, (_, i) => 0x70 + i);
  const card = encodeCard(H10301, { facility: 0x54n, number: 0x8b17n });
  const bits = {
    bytes: Uint8Array.from(card.padEnd(32, '0').match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2)),
    count: 26,
  };

  /** The reader on its line, and the data folder of a gate that is stopped and knows this key of it. */
  async function rig(reader: EmulatedReader, known: Uint8Array) {
    const osdp = await OsdpEmulator.open({ folder, clock, readers: [reader], baudRate: 9_600 });
    const [data, file] = [join(folder, 'data'), join(folder, 'root.key')];
    const store = createFileKeyStore(file);
    store.create();
    await mkdir(data);
    using keys = createReaderKeys({ folder: data, master: store.open() });
    await keys.put('entrance' as ReaderId, [known]);
    const board = ['test', '--board', 'lcus', '--port', join(folder, 'no-board'), '--channels', '1', '--json'];
    const tried = [...board, '--reader', 'osdp', '--reader-port', osdp.path, '--reader-address', '5'];
    const keyed = [...tried, '--reader-name', 'entrance', '--data', data, '--key', file];
    return { osdp, tried, keyed };
  }

  it('shows through its channel what hangs on it, and a card by its format and length alone', async () => {
    const reader = new EmulatedReader({ address: 5, key });
    const { osdp, keyed } = await rig(reader, key);
    reader.setInput(0, true);
    const hands = {
      'open the door': () => reader.setInput(0, false),
      'shut it again': () => reader.setInput(0, true),
      'press the exit button': () => reader.setInput(1, true),
      'let it go': () => reader.setInput(1, false),
      'hold a card': () => reader.showCard(bits),
    };
    const { report, asked } = await run([...keyed, '--reader-contact', '1', '--reader-rex', '2'], '', hands);
    await osdp.close();
    expect(report).toMatchObject({
      results: [
        { name: 'relay 1', ok: false },
        { name: 'reader channel', ok: true, value: 'open' },
        {
          name: 'reader identity',
          value: expect.stringContaining('maker 00ffee'),
          note: expect.stringContaining('inputs: 2'),
        },
        { name: 'reader tamper', ok: true, value: 'closed' },
        { name: 'door contact', ok: true },
        { name: 'exit button', ok: true },
        { name: 'reader', ok: true, value: 'H10301', note: 'a card of 26 bits' },
      ],
    });
    const decoded = decodeCard(card, [H10301]);
    if (decoded.kind !== 'read') return expect.unreachable();
    expect(JSON.stringify(report) + asked).not.toContain(decoded.card.number);
    expect(reader.key).toEqual(key);
  });

  it('with another key than the gate knows is not listened to, and nobody is asked for a card', async () => {
    const reader = new EmulatedReader({ address: 5, key: key.toReversed() });
    const { osdp, keyed } = await rig(reader, key);
    const { report, asked } = await run([...keyed, '--reader-rex', '2'], '');
    await osdp.close();
    expect(report).toMatchObject({
      results: [
        { name: 'relay 1' },
        { name: 'reader channel', ok: false, value: 'not open', note: expect.stringContaining('another key') },
        { name: 'exit button', ok: false, value: 'not tried' },
        { name: 'reader', ok: false, value: 'not tried' },
      ],
    });
    expect(asked).not.toContain('Please');
  });

  it('that was never given a key is told so, before anything is asked', async () => {
    const missing = { kind: 'osdp', port: join(folder, 'no-line'), address: 5, baudRate: 9_600, name: 'exit' } as const;
    const { osdp, keyed } = await rig(new EmulatedReader({ address: 5, key }), key);
    await osdp.close();
    const places = { data: join(folder, 'data'), key: keyed.at(-1)! };
    const parts = { accessPoint: 'tested' as AccessPointId, door: TESTED_DOOR, wires: new Map(), clock };
    await expect(openOsdpReader({ ...parts, reader: { ...missing, places } })).rejects.toThrow(
      'no key of a reader exit',
    );
  });

  it('without its key tells in the clear who it is and whether it was opened, and no card is counted', async () => {
    const reader = new EmulatedReader({ address: 5 });
    reader.misconduct = { inTheClear: true };
    reader.setLocal({ tampered: true, powerFailed: false });
    const { osdp, tried } = await rig(reader, key);
    const open = await run(tried, '');
    reader.misconduct = {};
    const discreet = await run(tried, '');
    await osdp.close();
    const note = expect.stringContaining('not counted before it is installed') as string;
    const told = (tamper: object) => ({
      results: [
        { name: 'relay 1' },
        { name: 'reader channel', value: 'offered', note },
        { name: 'reader identity', value: expect.stringContaining('maker 00ffee') },
        { name: 'reader tamper', ...tamper },
      ],
    });
    expect(open.report).toMatchObject(told({ ok: false, value: 'opened' }));
    expect(discreet.report).toMatchObject(told({ ok: true, value: 'not told' }));
    expect(open.asked + discreet.asked).not.toContain('Please');
  });
});
