import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Configuration, LOOK_MS, type ReadConfiguration } from '#service/configuration.ts';
import { configurationCommands } from '#service/control/configurationCommands.ts';
import { parseTerminalConfig } from '#service/config/parseTerminalConfig.ts';
import { BUILT_IN_GATE, readModels } from '#service/readConfig.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { Recorder } from '#terminal/recorder.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';
import { faultOf } from '../storage/support/faults.ts';

const MODELS = readModels(join(import.meta.dirname, '../../models'));
const GATE = readFileSync(BUILT_IN_GATE, 'utf8');

function read(text: string): ReadConfiguration {
  const { framesConsidered } = MODELS.operating.identification;
  const models = { quality: MODELS.quality, framesConsidered };
  const config = parseTerminalConfig(text, { file: 'gate.yaml', folder: '/gate', simulated: true, models });
  return { config, sha256: createHash('sha256').update(text).digest('hex') };
}

let text = GATE;
let folder: string;
let file: string;
let reads = 0;
let clock = new FakeClock();
let adopted: TerminalConfig[] = [];
let kept = 0;
let health = new HealthBoard();
let journal = new FakeJournal();
let configuration: Configuration;

beforeEach(() => {
  text = GATE;
  reads = 0;
  folder = mkdtempSync(join(tmpdir(), 'lintel-configuration-'));
  file = join(folder, 'gate.yaml');
  writeFileSync(file, '');
  clock = new FakeClock();
  adopted = [];
  kept = 0;
  health = new HealthBoard();
  journal = new FakeJournal();
  const recorder = new Recorder({ clock, health });
  recorder.attach(journal);
  configuration = new Configuration({
    file,
    inForce: read(GATE).config,
    read: () => {
      reads++;
      return read(text);
    },
    adopt: (config) => void adopted.push(config),
    keep: () => void kept++,
    clock,
    recorder,
    health,
  });
});

afterEach(() => {
  configuration[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const line = () => health.lines.find(({ part }) => part === 'configuration');
const events = () => journal.recorded.map(({ event }) => event);
const RULE = 'time-zone: UTC\nschedules: [{ id: nights, weekly: [{ days: daily, from: "22:00", until: "06:00" }] }]\n';

describe('a configuration that changes while the gate works', () => {
  it('takes effect where it is about rules and timings, and the journal says which file it was', () => {
    text = `${GATE.replace('unlock-ms: 5000', 'unlock-ms: 3000\n    lock-down: nights')}\n${RULE}`;
    expect(configuration.apply()).toEqual({ changed: true, needsRestart: [] });
    expect(adopted[0]?.doors[0]?.timings.releaseMs).toBe(3_000);
    expect(adopted[0]?.access.barriers[0]?.lockDown).toBe('nights');
    expect(events()).toEqual([{ kind: 'configuration-changed', sha256: read(text).sha256 }]);
    expect(line()?.level).toBe('ok');
  });

  it('that is wrong leaves the last good one in force, and says why', async () => {
    text = GATE.replace('lock: fail-secure', 'lock: strong');
    const fault = await faultOf(() => configuration.apply(), 'config');
    expect(fault.thing).toContain('doors.0.lock');
    expect(adopted).toEqual([]);
    expect(events()).toMatchObject([{ kind: 'configuration-refused' }]);
    expect(line()).toMatchObject({ level: 'warning' });
    expect(line()?.says).toMatch(/last good one stays in force.*line \d+, doors\.0\.lock/);
    text = GATE;
    configuration.look();
    expect(line()).toMatchObject({ level: 'ok' });
  });

  it('is never thrown at whoever only looks', () => {
    text = 'terminal: [';
    expect(() => configuration.look()).not.toThrow();
    expect([line()?.level, kept]).toEqual(['warning', 1]);
  });

  it('says what needs a restart, and applies the rest', () => {
    text = `${GATE.replace('name: Lintel demonstration', 'name: Somebody else')}\n${RULE}`;
    expect(configuration.apply()).toEqual({ changed: true, needsRestart: ['handler'] });
    expect(line()).toMatchObject({ level: 'warning', says: 'in force but for what needs a restart: handler' });
    expect(adopted[0]?.handler.name).toBe('Lintel demonstration');
  });

  it('with another door waits for a restart as a whole: rules must not stand where nothing is driven', () => {
    text = `${GATE.replace('channel: 1\n', 'channel: 1\n    lock-down: nights\n').replace('id: front', 'id: other').replace('door: front', 'door: other')}\n${RULE}`;
    expect(configuration.apply()).toEqual({ changed: false, needsRestart: ['doors', 'accessPoints'] });
    expect([adopted, events()]).toEqual([[], []]);
    expect(line()).toMatchObject({ level: 'warning', says: 'needs a restart: doors, accessPoints' });
  });

  it('whose comments alone have changed changes nothing', () => {
    text = `# Looked through in May.\n${GATE}`;
    expect(configuration.apply()).toEqual({ changed: false, needsRestart: [] });
    expect([adopted, events()]).toEqual([[], []]);
  });

  it('is noticed when it is saved, also while the gate was being started, and read once', async () => {
    let touched = 0;
    const save = (content: string): void => {
      text = content;
      writeFileSync(file, content);
      utimesSync(file, ++touched, touched);
    };
    const look = async (): Promise<void> => {
      clock.advance(LOOK_MS);
      await expect.poll(() => clock.waiting).toBe(1);
    };
    save(GATE.replace('unlock-ms: 5000', 'unlock-ms: 3000'));
    configuration.watch();
    await look();
    expect(adopted.map(({ doors }) => doors[0]?.timings.releaseMs)).toEqual([3_000]);
    await look();
    expect(reads).toBe(1);
    save('terminal: [');
    await look();
    save('terminal: [');
    await look();
    expect(line()?.level).toBe('warning');
    expect(events().map(({ kind }) => kind)).toEqual(['configuration-changed', 'configuration-refused']);
    rmSync(file);
    await look();
    expect(reads).toBe(4);
    configuration[Symbol.dispose]();
    expect(clock.waiting).toBe(0);
  });

  it('is applied by a command, which answers with what was done', async () => {
    const [command] = configurationCommands(configuration);
    expect(await command?.run({})).toEqual({ changed: false, needsRestart: [] });
    expect(command).toMatchObject({ name: 'configuration-apply', recorded: true });
  });
});
