import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import { openLcusBoard } from '#drivers/relay/lcusBoard.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { REOPEN_MS, WRITE_MS_MAX } from '#drivers/serial/serialLine.ts';
import { SerialPair } from '#drivers/serial/serialPair.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { boardRig, linkOf } from './boardRig.ts';
import { describeRelayBoard, type BoardRig } from './relayBoardContract.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

interface LcusRig extends BoardRig {
  readonly emulator: LcusEmulator;
  readonly bytes: readonly string[];
}

async function lcusRig(channels: 2 | 4 | 8 = 2): Promise<LcusRig> {
  const clock = new FakeClock();
  const bytes: string[] = [];
  const rig = await boardRig({
    clock,
    outcome: 'written',
    openEmulator: (folder) => LcusEmulator.open({ folder, channels, clock: new FakeClock() }),
    openBoard: ({ path }) => openLcusBoard({ name: 'main board', path, channels, clock }),
  });
  rig.emulator.onReceived((frame) => bytes.push(frame.bytes));
  return { ...rig, bytes };
}

describeRelayBoard('LCUS-2 over a serial line', () => lcusRig());
describeRelayBoard('LCUS-4 over a serial line', () => lcusRig(4));
describeRelayBoard('LCUS-8 over a serial line', () => lcusRig(8));

describe('an LCUS board', () => {
  let rig: LcusRig;
  beforeEach(async () => {
    rig = await lcusRig();
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  it('gets the bytes of its makers, and its own end of a pulse', async () => {
    await rig.board.strike(1).drive('energised', millis(500));
    rig.clock.advance(500);
    await rig.until(() => rig.bytes.length === 2);
    expect(rig.bytes).toEqual(['A0 01 01 A2', 'A0 01 00 A1']);
  });

  it('with eight channels is told all of them', async () => {
    await using eight = await lcusRig(8);
    for (let channel = 1; channel <= 8; channel++) await eight.board.strike(channel).drive('energised', 'until-driven');
    await eight.until(() => eight.bytes.length === 8);
    expect(eight.bytes).toEqual(Array.from({ length: 8 }, (_, i) => `A0 0${i + 1} 01 A${i + 2}`));
    expect(() => eight.board.strike(9)).toThrow('a channel from 1 to 8');
  });

  it('is driven all the same while noise comes from it', async () => {
    for (let round = 0; round < 20; round++) {
      await rig.emulator.chatter(Uint8Array.from({ length: 200 }, (_, i) => (i * 37 + round) & 0xff));
      await rig.board.strike(1).drive(round % 2 ? 'de-energised' : 'energised', 'until-driven');
    }
    await rig.until(() => rig.received.length === 20);
    expect(rig.board.link).toBe('up');
  });

  it('is tried again after growing waits, the first one short, until it is there', async () => {
    await rig.cut();
    const fault = await rig.board
      .strike(1)
      .drive('energised', millis(500))
      .catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: 'relay', thing: rig.emulator.path, found: 'a port that went away' });
    const up = linkOf(rig.board, 'up');
    for (const wait of [...REOPEN_MS, REOPEN_MS.at(-1)!]) {
      await expect.poll(() => rig.clock.waiting).toBe(1);
      rig.clock.advance(wait - 1);
      expect(rig.clock.waiting).toBe(1);
      rig.clock.advance(1);
      expect(rig.clock.waiting).toBe(0);
    }
    await expect.poll(() => rig.clock.waiting).toBe(1);
    await expect(rig.board.strike(1).drive('energised', millis(500))).rejects.toMatchObject({ found: 'nothing there' });
    await rig.emulator.mend();
    rig.clock.advance(REOPEN_MS.at(-1)!);
    expect(await up).toContain(rig.emulator.path);
  });

  it('counts as lost when it takes no more bytes, and every drive under way is refused', async () => {
    rig.emulator.freeze();
    const down = linkOf(rig.board, 'down');
    let stuck: Promise<unknown> | undefined;
    for (let i = 0; stuck === undefined && i < 50_000; i++) {
      const drive = rig.board.strike(1).drive('energised', 'until-driven');
      const settled = await Promise.race([drive, new Promise((resolve) => void setTimeout(resolve, 1_000, 'stuck'))]);
      if (settled === 'stuck') stuck = drive;
    }
    expect(stuck).toBeDefined();
    const waiting = rig.board.strike(2).drive('energised', millis(500));
    rig.clock.advance(WRITE_MS_MAX);
    expect(await down).toContain(`stuck for ${WRITE_MS_MAX} ms`);
    await expect(stuck).rejects.toBeInstanceOf(Fault);
    await expect(waiting).rejects.toBeInstanceOf(Fault);
  });
});

describe('a path that leads to no board', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lintel-line-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Why the board at `path` cannot be driven. */
  async function whyNot(path: string): Promise<unknown> {
    const board = await openLcusBoard({ name: 'main board', path, channels: 1, clock: new FakeClock() });
    expect(board.link).toBe('down');
    const fault = await board
      .strike(1)
      .drive('energised', millis(500))
      .catch((thrown: unknown) => thrown);
    await board.close();
    return fault;
  }

  it('is named, with what was found there and what was expected', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const dangling = join(folder, 'dangling');
    await symlink(join(folder, 'nothing'), dangling);
    const places = [
      [join(folder, 'missing'), 'nothing there'],
      [dangling, 'nothing there'],
      [file, 'a file that is no device'],
      [folder, 'a folder'],
      ['/dev/null', 'something that is no serial port'],
    ] as const;
    for (const [path, found] of places) {
      expect(await whyNot(path)).toMatchObject({
        code: 'relay',
        thing: path,
        found,
        message: containing('serial port'),
      });
    }
  });

  it('is named where another program holds the port, and opened when that one lets go', async () => {
    const pair = new SerialPair(folder);
    await pair.mend();
    const clock = new FakeClock();
    const options = { name: 'main board', path: pair.gate, channels: 1, clock } as const;
    const other = await openLcusBoard(options);
    const board = await openLcusBoard(options);
    expect(other.link).toBe('up');
    await expect(board.strike(1).drive('energised', millis(500))).rejects.toMatchObject({
      thing: pair.gate,
      found: 'a port that another program holds',
    });
    await other.close();
    const up = linkOf(board, 'up');
    clock.advance(REOPEN_MS[0]);
    await up;
    await board.close();
    await pair.cut();
  });
});
