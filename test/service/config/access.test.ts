import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Rulebook } from '#core/access/rulebook.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { configurationSchema } from '#service/config/jsonSchema.ts';
import { BUILT_IN_GATE } from '#service/readConfig.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { parse } from './parse.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CONFIG = join(ROOT, 'app/service/config');
const EXAMPLES = readdirSync(join(CONFIG, 'examples'));

const parsed = (text: string, simulated = true): TerminalConfig => parse(text, simulated);

describe.each(EXAMPLES)('the example %s', (file) => {
  const text = readFileSync(join(CONFIG, 'examples', file), 'utf8');

  it('is a configuration of a real gate, and its rules can be asked', () => {
    const config = parsed(text, false);
    const book = new Rulebook(config);
    for (const { id } of config.accessPoints) expect(book.at(id).setting.accessPoint).toBe(id);
  });

  it('names the schema that an editor checks it by', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../gate.schema.json');
  });
});

it('there is an example for each common installation', () => {
  expect(EXAMPLES.toSorted()).toEqual([
    'lift-lobby.yaml',
    'reader-in-and-out.yaml',
    'single-door.yaml',
    'turnstile-pair.yaml',
  ]);
});

it('the schema for editors is the one that the program reads by', () => {
  const written: unknown = JSON.parse(readFileSync(join(CONFIG, 'gate.schema.json'), 'utf8'));
  expect(written).toEqual(z.json().parse(configurationSchema()));
});

const GATE = readFileSync(BUILT_IN_GATE, 'utf8');
const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;
const HOURS = `time-zone: Europe/Berlin
schedules:
  - { id: hours, weekly: [{ days: [mon], from: "08:00", until: "18:00" }] }
`;

describe('a mistake is told with line, key, what was found and what is expected:', () => {
  it.each([
    [
      'a level at an access point that there is not',
      `${HOURS}levels: [{ id: a, rules: [{ access-point: x, schedule: hours }] }]`,
      'levels: [',
      'levels.0.rules.0.access-point: found "x", expected one of entrance',
    ],
    [
      'a schedule that nobody has written',
      `${HOURS}levels: [{ id: a, rules: [{ access-point: entrance, schedule: h }] }]`,
      'levels: [',
      'schedule: found "h", expected one of always, hours',
    ],
    [
      'a schedule that contradicts itself',
      'time-zone: Europe/Berlin\nschedules:\n  - id: s\n    weekly:\n      - { days: daily, from: "08:00", until: "18:00" }\n      - { days: [mon], from: "09:00", until: "10:00" }',
      '"09:00"',
      'not overlaps with weekly 0',
    ],
    [
      'a special day twice',
      'special-days:\n  - { date: 10-01, kind: a }\n  - { date: 10-01, kind: b }',
      'kind: b',
      'special-days.1',
    ],
    ['a day that no calendar has', 'special-days:\n  - { date: 02-30, kind: a }', '02-30', 'there is no day 30'],
    [
      'a time that no clock shows',
      'schedules:\n  - { id: s, weekly: [{ days: daily, from: "25:00", until: "26:00" }] }',
      '25:00',
      'a time such as "08:30"',
    ],
    [
      'a time zone that does not exist',
      'time-zone: Mars/North\nschedules: [{ id: s }]',
      'schedules:',
      'no time zone Mars/North',
    ],
    [
      'a siren on the relay of a door',
      'alarms: { siren: { board: board-1, relay: 1 } }',
      'siren',
      'no door and no turnstile',
    ],
    ['a siren on a relay that there is not', 'alarms: { siren: { board: board-1, relay: 2 } }', 'siren', '1 to 1'],
    ['a siren on no board', 'alarms: { siren: { board: b, relay: 2 } }', 'siren', 'one of board-1'],
    [
      'duress that is to be heard',
      'alarms: { readers: { sounds: [duress] } }',
      'duress',
      'alarms.readers.sounds.0: found "duress"',
    ],
    ['schedules without a time zone', 'schedules: [{ id: s }]', 'schedules:', 'a time zone here'],
  ])('%s', async (_, lines, at, says) => {
    const text = `${GATE}\n${lines}\n`;
    const { message } = await faultOf(() => parsed(text), 'config');
    expect(message).toContain(says);
    expect(message).toContain(`gate.yaml line ${lineOf(text, at)},`);
  });

  it.each([
    [
      'a rule that demands a face and has no equal without one',
      'factors: [{ schedule: always, any-of: [face] }]',
      'without a face',
    ],
    [
      'a rule behind one that always holds',
      'factors: [{ schedule: always, any-of: [card] }, { schedule: always, any-of: [pin] }]',
      'always holds',
    ],
    ['an area that is not named', 'anti-passback: { rule: hard, from: street, to: hall }', 'one of none'],
    ['a direction of a door', 'direction: entry', 'a door has one way alone'],
    ['a first person by no schedule', 'first-person: mornings', 'one of always'],
    ['a key that is misspelt', 'anti-pasback: { rule: hard, from: a, to: b }', 'did you mean "anti-passback"'],
  ])('%s', async (_, line, says) => {
    const text = GATE.replace('    mode: walk-up', `    mode: walk-up\n    ${line}`);
    const { message } = await faultOf(() => parsed(text), 'config');
    expect(message).toContain(says);
    expect(message).toContain(`gate.yaml line ${lineOf(text, line)},`);
  });

  it.each([
    ['an interlock of one door', 'interlock: air-lock', 'another door'],
    [
      'a door that opens and locks down by one schedule',
      'hold-open: always\n    lock-down: always',
      'another schedule',
    ],
  ])('%s', async (_, line, says) => {
    const text = GATE.replace('    channel: 1', `    channel: 1\n    ${line}`);
    const { message } = await faultOf(() => parsed(text), 'config');
    expect(message).toContain(says);
    expect(message).toMatch(new RegExp(`gate.yaml line ${lineOf(text, line.split('\n').at(-1)!)},`));
  });

  it('a turnstile in an interlock', async () => {
    const example = readFileSync(join(CONFIG, 'examples/turnstile-pair.yaml'), 'utf8');
    const text = example.replace('    exit: free\n', '    exit: free\n    interlock: lobby\n');
    const { message } = await faultOf(() => parsed(text, false), 'config');
    expect(message).toContain(
      `gate.yaml line ${lineOf(text, 'interlock: lobby')}, turnstiles.1.interlock: found "lobby"`,
    );
    expect(message).toContain('only doors hold each other');
  });

  it('a turnstile whose two ways hang on one relay, and an access point without its way', async () => {
    const turnstile =
      'turnstiles:\n  - { id: lane, lock: fail-secure, board: board-1, entry-channel: 1, exit-channel: 2 }';
    const text = `${GATE.replace('door: front', 'door: lane')}\n${turnstile}\n`;
    const { message } = await faultOf(() => parsed(text), 'config');
    expect(message).toContain('entry-channel: found 1, expected a channel that nothing else has');
    expect(message).toContain('exit-channel: found 2, expected 1 to 1');
    expect(message).toContain('direction: found nothing, expected entry or exit');
  });
});

it('nothing is heard but the warning of an open door, where nothing is written of it', () => {
  const { siren, access } = parsed(GATE);
  expect(siren).toBeUndefined();
  expect(access.alarms.sounds).toMatchObject({ siren: { alarms: [] }, readers: { alarms: [] }, kiosk: 'warning' });
});

it('a siren and buzzers sound for what is written, and for a limited time', () => {
  const example = readFileSync(join(CONFIG, 'examples/single-door.yaml'), 'utf8');
  const config = parsed(example, false);
  expect(config.siren).toEqual({ board: 'relays', channel: 8 });
  expect(config.access.alarms.sounds.siren).toEqual({ alarms: ['forced-open', 'tamper'], forMs: 180_000 });
});

it('a PIN is not demanded where nobody can type one', async () => {
  const text = readFileSync(join(CONFIG, 'examples/single-door.yaml'), 'utf8').replace(
    'access-points:\n',
    `access-points:
  - { id: hatch, name: Hatch, door: front, mode: no-face, factors: [{ schedule: always, any-of: [card-and-pin] }] }
`,
  );
  const { message } = await faultOf(() => parsed(text, false), 'config');
  expect(message).toContain('access-points.0.factors.0.any-of: found ["card-and-pin"], expected a screen or a reader');
});

it('days, nights and special days are read as they are written', () => {
  const config = parsed(`${GATE}
time-zone: Europe/Berlin
special-days: [{ date: 12-25, kind: holiday }]
schedules:
  - id: nights
    weekly: [{ days: daily, from: "22:00", until: "06:00" }]
    special: { holiday: [{ from: "00:00", until: "24:00" }] }
levels: [{ id: guards, rules: [{ access-point: entrance, schedule: nights }] }]
`);
  const guards = config.access.levels.map(({ id }) => id);
  const { levels } = new Rulebook(config).at('entrance' as AccessPointId);
  const at = (text: string) => levels.verdict(guards, wallTime(Date.parse(text)));
  expect(at('2026-07-01T23:00:00+02:00')).toBe('open');
  expect(at('2026-07-01T12:00:00+02:00')).toBe('shut');
  expect(at('2026-12-25T12:00:00+01:00')).toBe('open');
});

it('an alias without its anchor, and a file that grows as it is read, are refused', async () => {
  const text = GATE.replace('id: entrance', 'id: *nowhere');
  const { message } = await faultOf(() => parsed(text), 'config');
  expect(message).toContain(`gate.yaml line ${lineOf(text, '*nowhere')}: found Unresolved alias`);
  const tenfold = (from: string) => `[${Array(10).fill(`*${from}`).join(', ')}]`;
  const growing = `a: &a [x]\nb: &b ${tenfold('a')}\nc: &c ${tenfold('b')}\nd: &d ${tenfold('c')}\n`;
  expect((await faultOf(() => parsed(growing), 'config')).expected).toContain('at most 100');
});
