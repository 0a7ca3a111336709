import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { millis } from '#core/kernel/units.ts';
import { EmulatedLine } from '#drivers/serial/emulatedLine.ts';
import { Exchange, NoAnswer, QUESTIONS_WAITING_MAX, QUIET_MS, type Question } from '#drivers/serial/exchange.ts';
import { NativeLibrary } from '#platform/nativeLibrary.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { letGoBy } from '../relay/boardRig.ts';

const GAP_MS = millis(4);

let folder: string;
let clock: FakeClock;
let far: EmulatedLine;
let line: Exchange;
let heard: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lintel-exchange-'));
  clock = new FakeClock();
  heard = [];
  const onBytes = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      heard.push(String.fromCharCode(byte));
      // Small letters are answered by capitals, and nothing else is.
      if (byte >= 0x61) far.answer(Uint8Array.of(byte - 32));
    }
  };
  far = await EmulatedLine.open({ folder, baudRate: 9_600, clock: new FakeClock(), onBytes });
  line = await Exchange.open({ path: far.path, baudRate: 9_600, clock, faults: 'relay', gapMs: GAP_MS });
});
afterEach(async () => {
  await line.close();
  await far.cut();
  await rm(folder, { recursive: true });
});

const question = (letter: string, tries = 1): Question<string> => ({
  thing: 'the far end',
  asks: letter,
  bytes: Uint8Array.of(letter.charCodeAt(0)),
  hear: (bytes) => (bytes.includes(letter.toUpperCase().charCodeAt(0)) ? letter.toUpperCase() : undefined),
  withinMs: millis(100),
  tries,
});
const FIONREAD = 0x541b;
const ioctl = new NativeLibrary().int('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)');

/** Settles when nothing lies in the line any more that this side has not read, and what it read has been told. */
async function untilRead(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  const waiting = new Uint8Array(Int32Array.BYTES_PER_ELEMENT);
  do {
    await new Promise((resolve) => void setTimeout(resolve, 5));
    expect(ioctl(file.fd, FIONREAD, waiting)).toEqual({ kind: 'returned', value: 0 });
  } while (waiting.some((byte) => byte !== 0));
  await file.close();
  await new Promise((resolve) => void setTimeout(resolve, 5));
}

/** Lets time go by until it is done; gaps and limits pass only then. */
async function outcome<Answer>(asked: Promise<Answer>): Promise<Answer | Error> {
  let over = false;
  const done = asked.then(
    (answer) => answer,
    (thrown: unknown) => thrown as Error,
  );
  void done.then(() => (over = true));
  await letGoBy(clock, 1, () => over);
  return done;
}

describe('questions on a line', () => {
  it('are asked one after the other, and whoever is in a hurry is asked first', async () => {
    const answers = [line.ask(question('a')), line.ask(question('b')), line.ask(question('c'), 'first')];
    expect(line.busy).toBe(true);
    expect(await outcome(Promise.all(answers))).toEqual(['A', 'B', 'C']);
    expect([heard.join(''), line.busy]).toEqual(['acb', false]);
  });

  it('keep the silence between them that the far end needs', async () => {
    expect(await line.ask(question('a'))).toBe('A');
    const second = line.ask(question('b'));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(heard).toEqual(['a']);
    clock.advance(GAP_MS);
    expect(await second).toBe('B');
    await outcome(line.tell(Uint8Array.of(0x21)));
    await expect.poll(() => heard).toEqual(['a', 'b', '!']);
  });

  it('that nobody answers are asked again, and then given up with their names', async () => {
    const missing = await outcome(line.ask({ ...question('?', 2), hear: () => undefined }));
    expect(missing).toBeInstanceOf(NoAnswer);
    expect(missing).toMatchObject({
      code: 'relay',
      thing: `the far end on ${far.path}`,
      found: 'no answer to ? within 100 ms, asked 2 times',
    });
    const wrong = await outcome(line.ask({ ...question('x'), code: 'inputs', hear: () => undefined }));
    expect(wrong).toMatchObject({ code: 'inputs', found: '1 bytes that are no answer to x within 100 ms' });
  });

  it('leave the line alone for a while where there was no answer, so that a late one meets no other question', async () => {
    await outcome(line.ask(question('?')));
    const next = line.ask(question('b'));
    clock.advance(QUIET_MS - 2);
    await far.say(Uint8Array.of(0x42));
    await untilRead(far.path);
    expect(heard.join('')).not.toContain('b');
    expect(await outcome(next)).toBe('B');
    expect(heard.join('')).toContain('b');
  });

  it('that wait are no more than there is room for, and all end with the line', async () => {
    far.manner = { kind: 'silent' };
    const asked = Array.from({ length: QUESTIONS_WAITING_MAX + 2 }, () =>
      line.ask(question('a')).catch((e: unknown) => e),
    );
    expect(await asked.at(-1)).toMatchObject({ found: `${QUESTIONS_WAITING_MAX} questions waiting` });
    await line.close();
    for (const one of await Promise.all(asked.slice(0, -1)))
      expect(one).toMatchObject({ found: 'a line that was closed' });
    await expect(line.ask(question('a'))).rejects.toMatchObject({ found: 'a line that was closed' });
    expect(clock.waiting).toBe(0);
  });

  it('end with the reason when the line is cut', async () => {
    far.manner = { kind: 'silent' };
    const asked = line.ask(question('a')).catch((thrown: unknown) => thrown);
    await far.cut();
    // Whichever notices first: the reading, or the writing.
    expect(await asked).toMatchObject({
      code: 'relay',
      thing: far.path,
      found: expect.stringMatching(/went away|Input/),
    });
  });
});
