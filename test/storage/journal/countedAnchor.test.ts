import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint } from '#core/journal/checkpoint.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { monotonic, wallTime } from '#core/kernel/units.ts';
import type { MonotonicCounter } from '#core/ports/monotonicCounter.ts';
import { COUNTED_ANCHOR_MS_MIN, CountedAnchor } from '#storage/journal/countedAnchor.ts';
import { createTpmCounter } from '#storage/keys/tpmCounter.ts';
import { FakeCounter } from '../../fakes/fakeCounter.ts';
import { SwTpm } from '../support/swTpm.ts';

let folder: string;
let now: number;
let counter: MonotonicCounter;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-anchor-'));
  now = 0;
  counter = new FakeCounter();
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, 'anchor.counted');
const key = new Uint8Array(32).fill(5);
const open = (): CountedAnchor => new CountedAnchor({ path: path(), counter, key, monotonic: () => monotonic(now) });

const checkpoint = (id: number): Checkpoint => ({
  journal: '11'.repeat(16),
  id: id as JournalId,
  hash: 'ab'.repeat(32),
  at: wallTime(id),
  key: 'cd'.repeat(32),
  signature: 'ef'.repeat(64),
});

describe('a counter', () => {
  const counterContract = (make: () => MonotonicCounter): void => {
    expect(make().read()).toBeUndefined();
    const first = make().increment();
    expect(make().read()).toBe(first);
    expect(make().increment()).toBe(first + 1);
    expect(make().read()).toBe(first + 1);
  };

  it('of a test counts up and never down', () => {
    const one = new FakeCounter();
    counterContract(() => one);
  });

  it('of a TPM counts up and never down', async () => {
    await using tpm = await SwTpm.start();
    counterContract(() => createTpmCounter({ tcti: tpm.tcti, index: 0x01800102 }));
  });
});

it('the head of the journal is there for the next start', () => {
  expect(open().read()).toBeUndefined();
  open().write(checkpoint(1));
  expect(open().read()).toEqual(checkpoint(1));
  open().write(checkpoint(2));
  expect(open().read()).toEqual(checkpoint(2));
});

it('a file from before, put back with the whole disk, shows', () => {
  open().write(checkpoint(1));
  copyFileSync(path(), join(folder, 'older'));
  open().write(checkpoint(2));
  copyFileSync(join(folder, 'older'), path());
  expect(() => open().read()).toThrow('an older file');
});

it('a file that was taken away shows', () => {
  open().write(checkpoint(1));
  rmSync(path());
  expect(() => open().read()).toThrow('taken away');
});

it('a count that somebody writes in shows, and so does any other change', () => {
  open().write(checkpoint(1));
  const text = readFileSync(path(), 'utf8');
  for (const changed of [
    text.replace(/"count":\d+/, '"count":99'),
    text.replace('"id":1', '"id":2'),
    text.slice(0, -9),
  ]) {
    writeFileSync(path(), changed);
    expect(() => open().read()).toThrow('journal anchor');
  }
});

it('a power loss between the writing and the counting is no alarm', () => {
  open().write(checkpoint(1));
  const cut = new CountedAnchor({
    path: path(),
    key,
    monotonic: () => monotonic(now),
    counter: {
      name: 'a counter without power',
      read: () => counter.read(),
      increment: () => {
        throw new Error('no power');
      },
    },
  });
  expect(() => cut.write(checkpoint(2))).toThrow('no power');
  expect(open().read()).toEqual(checkpoint(2));
  open().write(checkpoint(3));
  expect(open().read()).toEqual(checkpoint(3));
});

it('what wears is spared: within ten minutes it is written once', () => {
  const anchor = open();
  anchor.write(checkpoint(1));
  anchor.write(checkpoint(2));
  expect(anchor.read()).toEqual(checkpoint(1));
  now += COUNTED_ANCHOR_MS_MIN;
  anchor.write(checkpoint(3));
  expect(anchor.read()).toEqual(checkpoint(3));
});
