import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { askGate } from '#service/control/askGate.ts';
import { GateFolder, type Change } from '../e2e/support/gateFolder.ts';
import { GateProcess } from '../e2e/support/gateProcess.ts';

const TEST_MS_MAX = 60_000;
const NO_CAMERA: Change = [['access-points', 0, 'camera', 'driver'], 'none'];

test(
  'a gate that works takes over a schedule from its file, keeps to it where the file is spoilt, and obeys an operator',
  { timeout: TEST_MS_MAX },
  async () => {
    using folder = new GateFolder(NO_CAMERA);
    await using gate = new GateProcess(folder);
    await gate.ready;

    folder.configure(NO_CAMERA, [['doors', 0, 'lock-down'], 'always']);
    expect(await askGate(folder.data, 'configuration-apply', {})).toMatchObject({ needsRestart: [] });
    expect(await askGate(folder.data, 'door-modes', {})).toMatchObject([{ mode: 'locked-down', by: 'schedule' }]);

    // Nobody asks: the file is watched.
    writeFileSync(folder.config, 'terminal: [spoilt');
    await gate.says('the last good one stays in force');
    expect(await askGate(folder.data, 'door-modes', {})).toMatchObject([{ mode: 'locked-down' }]);

    const ordered = await askGate(folder.data, 'door-mode', { door: 'front', mode: 'normal', minutes: 1 });
    expect(ordered).toMatchObject([{ mode: 'normal', by: 'operator' }]);
    const found = await askGate(folder.data, 'journal-search', {
      query: { kind: 'configuration-refused' },
      limit: 10,
    });
    expect(found).toMatchObject({ entries: [{ event: { kind: 'configuration-refused' } }] });

    // The power goes while the file is spoilt: the gate comes back with the last good one, and says so.
    await gate.kill();
    await using again = new GateProcess(folder);
    await again.ready;
    expect(again.saidSo('the last good one stays in force')).toBe(1);
    expect(await askGate(folder.data, 'door-modes', {})).toMatchObject([{ mode: 'locked-down', by: 'schedule' }]);
  },
);
