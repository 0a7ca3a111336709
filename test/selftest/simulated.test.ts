import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsOf, ROOT, selftest, type Ended } from './selftestCommand.ts';

const RUN_MS_MAX = 150_000;
/** What the model runtime leaves is looked at by a test of its own. */
const FILES = 'files.unknown';

const NAMES = [
  'start.first_s',
  'enrolment.people_with_face',
  'enrolment.consent_acted_by',
  'face.granted_relay',
  'face.granted_ms',
  'face.granted_journal',
  'denied.not_enrolled_1',
  'denied.not_enrolled_2',
  'denied.not_enrolled_3',
  'denied.empty',
  'denied.files_changed',
  'denied_with_intent.not_enrolled_1',
  'denied_with_intent.not_enrolled_2',
  'denied_with_intent.not_enrolled_3',
  'traces.planted_found',
  'traces.probe_cosine',
  'traces.while_running',
  'memory.after_denials',
  'card.unknown',
  'pin.wrong',
  'card.known',
  'pin.right',
  'pin.verification_ms',
  'rex.strike_ms',
  'lock_down.card',
  'lock_down.rex_strike_ms',
  'fire.strike_ms',
  'fire.cleared',
  'journal.entries',
  'restart.start_s',
  'restart.people_with_face',
  'tap_to_look.camera_closed',
  'tap_to_look.granted',
  'pass.granted',
  'pass.spent',
  'pass.forged',
  'pass.foreign_code',
  'drivers.osdp_install',
  'drivers.osdp_to_lcus',
  'drivers.rdm6300_to_modbus',
  'drivers.pn532_to_kmtronic',
  'drivers.wiegand_to_numato',
  'drivers.unknown_cards',
  'drivers.osdp_keypad',
  'drivers.modbus_rex',
  'drivers.osdp_rex',
  'drivers.modbus_fire',
  'drivers.osdp_cover',
  'drivers.osdp_after_restart',
  'camera_shim.frames',
  'camera_shim.library',
  'traces.after_stop',
  'files.databases_encrypted',
  FILES,
  'traces.behind_cipher',
  'selftest.time_s',
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-selftest-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run selftest -- --simulated', () => {
  let ended: Ended;
  let kept: string;
  beforeAll(async () => {
    kept = join(folder, 'kept');
    ended = await selftest(['--simulated', '--json', '--keep', kept]);
  }, RUN_MS_MAX);

  it('reports every check by its name', () => {
    expect(JSON.parse(ended.stdout)).toMatchObject({
      command: 'selftest',
      machine: { arch: process.arch },
      seed: null,
    });
    expect([...resultsOf(ended).keys()]).toEqual(NAMES);
  });

  it('shows a gate that lets in who is enrolled and nobody else, and forgets everybody', () => {
    for (const { name, ok, note } of resultsOf(ended).values())
      if (name !== FILES) expect([name, ok, note]).toEqual([name, true, note]);
  });

  it('shows that nothing writes a file but the gate', () => {
    expect(resultsOf(ended).get(FILES)).toMatchObject({ ok: true, value: 0, note: null });
    expect(ended.status).toBe(0);
  });

  it('shows the bytes at the far end of the line, and the entries of the journal in their order', () => {
    const results = resultsOf(ended);
    expect(results.get('face.granted_relay')?.value).toBe('A0 01 01 A2 … A0 01 00 A1');
    expect(results.get('journal.entries')?.note).toMatch(
      /^terminal-started, enrolled, enrolled, access-granted, access-not-taken, access-denied/,
    );
    expect(results.get('denied_with_intent.not_enrolled_1')?.note).toContain(
      'besides its time: {"event":{"kind":"access-denied","accessPoint":"entrance","reason":"not-recognised"}}',
    );
  });

  it('leaves everything that the gate wrote where it was asked to', () => {
    expect(readdirSync(join(kept, 'data/simulated'))).toContain('journal.db');
    expect(readFileSync(join(kept, 'data/simulated/journal.db')).subarray(0, 15).toString('latin1')).not.toBe(
      'SQLite format 3',
    );
    expect(readFileSync(join(kept, 'gate.log'), 'utf8')).toContain('key store');
  });

  it('takes no folder that holds something', async () => {
    const refused = await selftest(['--simulated', '--keep', folder]);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('expected an empty folder, or none') });
  });
});

describe('a program whose model was changed', () => {
  it(
    'ends with 2 and names the file, its hash and the one that was expected; nothing is left behind',
    async () => {
      const root = join(folder, 'program');
      const temporary = join(folder, 'temporary');
      mkdirSync(join(root, 'build'), { recursive: true });
      mkdirSync(temporary);
      cpSync(join(ROOT, 'models'), join(root, 'models'), { recursive: true });
      symlinkSync(join(ROOT, 'build/people'), join(root, 'build/people'));
      symlinkSync(join(ROOT, 'signage'), join(root, 'signage'));
      const model = join(root, 'models/fr_feature.onnx');
      const bytes = readFileSync(model);
      bytes[1_000]! ^= 1;
      writeFileSync(model, bytes);
      const { status, stdout, stderr } = await selftest(['--simulated', '--json'], {
        LINTEL_ROOT: root,
        TMPDIR: temporary,
      });
      expect(status).toBe(2);
      expect(stderr).toMatch(/models\/fr_feature\.onnx: found sha256 [0-9a-f]{64}, expected sha256 87aacdfe/);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, results: [{ name: 'command', ok: false }] });
      expect(readdirSync(temporary)).toEqual([]);
    },
    RUN_MS_MAX,
  );
});
