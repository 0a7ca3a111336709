import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { askGate } from '#service/control/askGate.ts';
import { controlCommand } from '#service/control/controlCommand.ts';
import { ControlSocket } from '#service/control/controlSocket.ts';
import { CONTROL_LINE_BYTES_MAX, controlPath } from '#service/control/protocol.ts';

let folder: string;
let control: ControlSocket;
let recorded: string[];
let health: HealthReport[];

const ECHO = controlCommand('echo', {
  recorded: true,
  given: z.strictObject({ words: z.string() }),
  run: ({ words }) => ({ words }),
});
const REFUSE = controlCommand('refuse', {
  recorded: false,
  given: z.strictObject({}),
  run: () => {
    throw new Fault('storage', { thing: 'disk', found: 'none', expected: 'one' });
  },
});

const open = (at: string): Promise<ControlSocket> =>
  ControlSocket.open({
    folder: at,
    commands: [ECHO, REFUSE],
    record: (name) => recorded.push(name),
    health: { report: (line) => health.push(line) },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-control-'));
  recorded = [];
  health = [];
  control = await open(folder);
});

afterEach(async () => {
  await control.close();
  rmSync(folder, { recursive: true });
});

test('a command is recorded, done and answered', async () => {
  expect(await askGate(folder, 'echo', { words: 'leaving is free' })).toEqual({ words: 'leaving is free' });
  expect(recorded).toEqual(['echo']);
});

test('a fault of the gate reaches whoever asked', async () => {
  await expect(askGate(folder, 'refuse', {})).rejects.toMatchObject({ code: 'storage', found: 'none' });
});

test('a command that is not known, or is given something else, is refused with what is known', async () => {
  await expect(askGate(folder, 'open-sesame', {})).rejects.toThrow('expected echo, refuse');
  await expect(askGate(folder, 'echo', { words: 7 })).rejects.toThrow('command echo');
});

test('where no gate runs nobody answers, also where one was killed', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'lintel-control-'));
  expect(await askGate(empty, 'echo', { words: '' })).toBeUndefined();
  writeFileSync(controlPath(empty), '');
  expect(await askGate(empty, 'echo', { words: '' })).toBeUndefined();
  const again = await open(empty);
  expect(await askGate(empty, 'echo', { words: 'again' })).toEqual({ words: 'again' });
  await again.close();
  expect(await askGate(empty, 'echo', { words: '' })).toBeUndefined();
  rmSync(empty, { recursive: true });
});

test("the socket is the gate's own", () => {
  expect(statSync(controlPath(folder)).mode & 0o777).toBe(0o600);
});

test('in a folder too deep for a socket the gate goes on without one and says so', async () => {
  const deep = join(folder, 'x'.repeat(120));
  const without = await open(deep);
  expect(health.at(-1)).toMatchObject({ part: 'control', level: 'warning' });
  await without.close();
});

const sent = async (bytes: string | Uint8Array): Promise<string> => {
  const socket = connect(controlPath(folder));
  socket.end(bytes);
  return await text(socket).catch(() => '');
};

test('whatever comes in, the socket answers with a fault or hangs up, and works on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), async (given) => {
      const bytes = typeof given === 'string' ? Buffer.from(`${given}\n`) : given;
      const answer = await sent(bytes);
      if (answer !== '') expect(JSON.parse(answer)).toHaveProperty('fault');
    }),
    { numRuns: 60 },
  );
  expect(await sent('x'.repeat(CONTROL_LINE_BYTES_MAX + 1))).toBe('');
  expect(await askGate(folder, 'echo', { words: 'still here' })).toEqual({ words: 'still here' });
  expect(recorded).toEqual(['echo']);
});
