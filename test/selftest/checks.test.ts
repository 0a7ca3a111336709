import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSelftestArguments } from '../../scripts/selftest/arguments.ts';
import { Findings, withinTime } from '../../scripts/selftest/findings.ts';
import { Needles } from '../../scripts/selftest/needles.ts';
import { searchOwnMemory } from '../../scripts/selftest/processMemory.ts';
import { searchFolder, type FileSeen } from '../../scripts/traces/searchFolder.ts';
import { showFiles, showNoTraces } from '../../scripts/selftest/traceChecks.ts';
import { DISGUISE } from '../../scripts/selftest/witnessMessages.ts';

const MARKER = Buffer.from('the marker of a frame, as a test writes it');
let folder: string;
let needles: Needles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-search-'));
  needles = new Needles();
  needles.add('marker', MARKER);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the search of a folder', () => {
  it('reads every file below it, and says what it found where', () => {
    mkdirSync(join(folder, 'data/deep'), { recursive: true });
    writeFileSync(join(folder, 'data/deep/journal.db-wal'), Buffer.concat([Buffer.alloc(5_000), MARKER]));
    writeFileSync(join(folder, '.hidden'), 'nothing');
    const { files, found } = searchFolder(folder, needles);
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['.hidden', 7],
      ['data/deep/journal.db-wal', 5_000 + MARKER.length],
    ]);
    expect(found).toEqual(['marker in data/deep/journal.db-wal, 1 times']);
  });

  it('opens no link and no socket, which may lead to a serial line', async () => {
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    symlinkSync('/dev/zero', join(folder, 'line'));
    expect(searchFolder(folder, needles)).toEqual({ files: [], found: [] });
    server.close();
  });

  it('tells a file that was changed by its hash', () => {
    writeFileSync(join(folder, 'a'), 'one');
    const [before] = searchFolder(folder, needles).files;
    writeFileSync(join(folder, 'a'), 'two');
    expect(searchFolder(folder, needles).files[0]?.sha256).not.toBe(before?.sha256);
  });
});

const fileOf = (path: string, head = ''): FileSeen => ({ path, bytes: 100, sha256: '', head });
const databases = ['keyring', 'biometrics', 'identities', 'journal'].map((name) =>
  fileOf(`data/simulated/${name}.db`, 'salt'),
);

describe('a self-test is not ok', () => {
  it('where a trace was found, or nothing was searched', async () => {
    const findings = new Findings();
    await showNoTraces(
      'found',
      () => Promise.resolve({ files: databases, found: ['marker in gate.log, 1 times'] }),
      findings,
    );
    await showNoTraces('nothing', () => Promise.resolve({ files: [], found: [] }), findings);
    await showNoTraces('clean', () => Promise.resolve({ files: databases, found: [] }), findings);
    expect(findings.results.map(({ name, ok }) => [name, ok])).toEqual([
      ['found', false],
      ['nothing', false],
      ['clean', true],
    ]);
    expect(findings.results[0]?.note).toContain('marker in gate.log');
  });

  it.each([
    ['is readable', [...databases.slice(1), fileOf('data/simulated/keyring.db', 'SQLite format 3\0')]],
    ['is missing', databases.slice(1)],
  ])('where a database %s', async (_, files) => {
    const findings = new Findings();
    await showFiles({ search: () => Promise.resolve({ files, found: [] }) }, folder, findings);
    expect(findings.results.map(({ name, ok }) => [name, ok])).toEqual([
      ['files.databases_encrypted', false],
      ['files.unknown', true],
    ]);
  });

  it('where there is a file that nobody knows of', async () => {
    const findings = new Findings();
    const files = [...databases, fileOf('data/simulated/frame-17.jpg')];
    await showFiles({ search: () => Promise.resolve({ files, found: [] }) }, folder, findings);
    expect(findings.results.at(-1)).toMatchObject({
      name: 'files.unknown',
      ok: false,
      value: 1,
      note: 'data/simulated/frame-17.jpg',
    });
  });

  it('where something throws, and it says what', async () => {
    const findings = new Findings();
    await findings.show('card.known', () => Promise.reject(new Error('not within 15000 ms: granted or denied')));
    expect(findings.results).toMatchObject([
      { name: 'card.known', ok: false, note: 'not within 15000 ms: granted or denied' },
    ]);
    expect(findings.at).toBe('card.known');
  });
});

describe('a self-test as a whole', () => {
  it('that hangs is over within its time, says where it hung and keeps what it found', async () => {
    const findings = new Findings();
    await findings.show('card.known', () => Promise.resolve({ value: 'granted' }));
    const hangs = findings.show('rex.strike_ms', () => new Promise(() => undefined)).then(() => undefined);
    await withinTime(hangs, findings, 20);
    expect(findings.results.map(({ name, ok }) => [name, ok])).toEqual([
      ['card.known', true],
      ['selftest.time_s', false],
    ]);
    expect(findings.results[1]?.note).toBe('not over in time; it was at: rex.strike_ms');
  });

  it('that is over in time says how long it took, and one that throws is not swallowed', async () => {
    const findings = new Findings();
    await withinTime(Promise.resolve(), findings, 10_000);
    expect(findings.results).toMatchObject([{ name: 'selftest.time_s', ok: true, limit: 10, unit: 's' }]);
    await expect(withinTime(Promise.reject(new Error('a defect')), findings, 10_000)).rejects.toThrow('a defect');
  });

  it('goes on behind a part that was broken off, and is not ok', async () => {
    const findings = new Findings();
    await findings.part('leaving', () => Promise.reject(new Error('not within 15000 ms: the strike locks')));
    expect(findings.results).toMatchObject([
      { name: 'leaving', ok: false, note: 'broken off: not within 15000 ms: the strike locks' },
    ]);
  });
});

describe('the search of a memory', () => {
  it('finds numbers while they are there, and no more once they are overwritten', async () => {
    const numbers = Float32Array.from({ length: 512 }, () => Math.random());
    const words = new Uint32Array(numbers.buffer, 400, 8).map((word) => word ^ DISGUISE);
    expect(await searchOwnMemory([{ name: 'probe', words }])).toEqual(new Map([['probe', 1]]));
    numbers.fill(0);
    expect(await searchOwnMemory([{ name: 'probe', words }])).toEqual(new Map([['probe', 0]]));
  });
});

describe('the command line', () => {
  it.each([
    [['--simulated'], { kind: 'simulated', keep: undefined }],
    [['--simulated', '--keep', 'x'], { kind: 'simulated', keep: 'x' }],
    [['--config', 'gate.yaml'], { kind: 'commissioning', config: 'gate.yaml', move: false }],
    [['--move', '--config', 'gate.yaml'], { kind: 'commissioning', config: 'gate.yaml', move: true }],
  ])('%j is understood', (given, options) => {
    expect(readSelftestArguments(given)).toEqual(options);
  });

  it.each([
    [],
    ['--move'],
    ['--keep', 'x'],
    ['--config'],
    ['--config', '--move'],
    ['--simulated', '--move'],
    ['--simulated', '--config', 'x'],
    ['--config', 'x', '--keep', 'y'],
    ['--simulate'],
  ])('%s %s %s is refused, and nothing moves', (...given) => {
    expect(() => readSelftestArguments(given.filter((word) => word !== undefined))).toThrow(
      'expected selftest --simulated',
    );
  });
});
