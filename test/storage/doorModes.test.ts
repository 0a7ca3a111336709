import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoorMode } from '#core/door/door.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { DoorModeStore } from '#core/ports/stores.ts';
import { createDoorModes, DOOR_MODES_FILE } from '#storage/doorModes.ts';
import { CABINET_FILE } from '#storage/keys/cabinet.ts';
import { FakeDoorModes } from '../fakes/fakeDoorModes.ts';
import { faultOf } from './support/faults.ts';

const FRONT = 'front' as DoorId;
const BACK = 'back' as DoorId;
const MASTER = new Uint8Array(32).fill(9);

let folder = '';
let reports: HealthReport[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-modes-'));
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const onDisk = (master: Uint8Array = MASTER, within = folder): DoorModeStore =>
  createDoorModes({ folder: within, master, report: (line) => void reports.push(line) });
const path = (): string => join(folder, DOOR_MODES_FILE);
const failed = (): readonly HealthReport[] => reports.filter(({ level }) => level === 'failed');

describe.each<[string, () => DoorModeStore]>([
  ['memory', () => new FakeDoorModes()],
  ['a file', () => onDisk()],
])('door modes in %s', (_, make) => {
  it('a door never set is normal', () => {
    expect(make().read(FRONT)).toBe('normal');
  });

  it('each door keeps the mode it was last set to', () => {
    const modes = make();
    modes.write(FRONT, 'unlocked');
    modes.write(BACK, 'unlocked');
    modes.write(FRONT, 'locked-down');
    expect([modes.read(FRONT), modes.read(BACK)]).toEqual(['locked-down', 'unlocked']);
    modes.write(FRONT, 'normal');
    expect(modes.read(FRONT)).toBe('normal');
  });
});

describe('the file of the door modes', () => {
  it('keeps them across a restart', () => {
    onDisk().write(FRONT, 'locked-down');
    expect(onDisk().read(FRONT)).toBe('locked-down');
    expect(failed()).toEqual([]);
  });

  it('is written whole: nothing of a write before is left beside it', () => {
    const modes = onDisk();
    for (const mode of ['unlocked', 'normal'] as const) modes.write(FRONT, mode);
    expect(readdirSync(folder).toSorted()).toEqual([CABINET_FILE, DOOR_MODES_FILE]);
  });

  it('torn at any byte, every door is normal and it is reported', () => {
    onDisk().write(FRONT, 'unlocked');
    const whole = readFileSync(path());
    for (let length = 0; length < whole.length - 1; length++) {
      reports = [];
      writeFileSync(path(), whole.subarray(0, length));
      expect(onDisk().read(FRONT)).toBe('normal');
      expect(failed()).toHaveLength(1);
    }
  });

  it('a write that was cut off before it took its place leaves the mode before it', () => {
    onDisk().write(FRONT, 'locked-down');
    writeFileSync(`${path()}.new`, '{"format":1,"modes":{"front":"unl');
    expect(onDisk().read(FRONT)).toBe('locked-down');
    onDisk().write(BACK, 'unlocked');
    expect([onDisk().read(FRONT), onDisk().read(BACK)]).toEqual(['locked-down', 'unlocked']);
  });

  it('with any byte changed no door is unlocked by it', () => {
    onDisk().write(FRONT, 'locked-down');
    const whole = readFileSync(path());
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 2 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(whole);
        changed[at]! ^= change;
        writeFileSync(path(), changed);
        expect(onDisk().read(FRONT)).not.toBe('unlocked');
      }),
    );
  });

  it.each([
    ['made up by hand', () => `{"format":1,"modes":{"front":"unlocked"},"mac":"${'0'.repeat(64)}"}`],
    ['of another gate', () => fileOf(new Uint8Array(32).fill(1), 'unlocked')],
    ['with another mode under the old mac', () => fileOf(MASTER, 'normal').replace('normal', 'unlocked')],
    ['with an unknown mode', () => fileOf(MASTER, 'normal').replace('normal', 'ajar')],
    ['of a newer format', () => fileOf(MASTER, 'unlocked').replace('"format":1', '"format":2')],
    ['that is no JSON', () => 'unlocked'],
    ['that is endless', () => ' '.repeat(100_000) + fileOf(MASTER, 'unlocked')],
  ])('a file %s leaves every door normal and is reported', (_, make) => {
    writeFileSync(path(), make());
    expect(onDisk().read(FRONT)).toBe('normal');
    expect(failed()).toHaveLength(1);
    onDisk().write(FRONT, 'locked-down');
    expect(onDisk().read(FRONT)).toBe('locked-down');
  });

  it('a folder that cannot be written is a fault, and the modes stand as before', async () => {
    const fault = await faultOf(() => onDisk(MASTER, '/dev/null/lintel').write(FRONT, 'unlocked'), 'storage');
    expect(fault.expected).toContain('the door mode is as before');
  });
});

function fileOf(master: Uint8Array, mode: DoorMode): string {
  const other = mkdtempSync(join(tmpdir(), 'lintel-modes-'));
  onDisk(master, other).write(FRONT, mode);
  const text = readFileSync(join(other, DOOR_MODES_FILE), 'utf8');
  rmSync(other, { recursive: true });
  return text;
}
