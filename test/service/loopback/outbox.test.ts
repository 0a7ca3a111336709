import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MIRROR_BYTES_MAX } from '#contract/mirrorFrame.ts';
import { Outbox } from '#service/loopback/outbox.ts';

/** A screen that takes the next message only when told to, and sees what it took as a copy. */
function slowScreen() {
  const seen: unknown[] = [];
  const handed: Uint8Array[] = [];
  let sent: (() => void) | undefined;
  const outbox = new Outbox<unknown>((message, onSent) => {
    seen.push(typeof message === 'string' ? JSON.parse(message) : [...message]);
    if (typeof message !== 'string') handed.push(message);
    sent = onSent;
  });
  const take = (): boolean => {
    const act = sent;
    sent = undefined;
    act?.();
    return act !== undefined;
  };
  return { outbox, seen, handed, take };
}

const picture = (shade: number): Uint8Array => Uint8Array.from([1, 0, 1, 0, shade, shade, shade]);

test('a quick screen sees every view', () => {
  const { outbox, seen, take } = slowScreen();
  for (const view of [1, 2, 3]) {
    outbox.view(view);
    take();
  }
  expect(seen).toEqual([1, 2, 3]);
});

test('a slow screen misses what came between and gets the newest', () => {
  const { outbox, seen, take } = slowScreen();
  for (const view of [1, 2, 3, 4]) outbox.view(view);
  expect(seen).toEqual([1]);
  take();
  expect(seen).toEqual([1, 4]);
  take();
  expect(take()).toBe(false);
});

test('a mirror picture is overwritten as soon as it was sent', () => {
  const { outbox, handed, take } = slowScreen();
  outbox.mirror(picture(200));
  take();
  expect([...handed[0]!]).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test('of mirror pictures the latest wins, and a view goes before any picture', () => {
  const { outbox, seen, take } = slowScreen();
  outbox.mirror(picture(1));
  outbox.mirror(picture(2));
  outbox.mirror(picture(3));
  outbox.view('granted');
  while (take());
  expect(seen).toEqual([[...picture(1)], 'granted', [...picture(3)]]);
});

test('a picture that still waits when the presentation ends is never sent', () => {
  const { outbox, seen, take } = slowScreen();
  outbox.mirror(picture(1));
  outbox.mirror(picture(2));
  outbox.mirror(undefined);
  while (take());
  expect(seen).toEqual([[...picture(1)], [0, 0, 0, 0]]);
});

test('a new presentation after a cleared one is shown', () => {
  const { outbox, seen, take } = slowScreen();
  outbox.view('busy');
  outbox.mirror(undefined);
  outbox.mirror(picture(9));
  while (take());
  expect(seen).toEqual(['busy', [...picture(9)]]);
});

test('an outbox that is closed sends nothing more and holds no pixel', () => {
  const { outbox, seen, handed, take } = slowScreen();
  outbox.mirror(picture(1));
  outbox.mirror(picture(2));
  outbox[Symbol.dispose]();
  outbox.view(1);
  outbox.mirror(picture(3));
  while (take());
  expect(seen).toEqual([[...picture(1)]]);
  expect([...handed[0]!]).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test('a picture larger than any mirror is our own broken promise', () => {
  const { outbox } = slowScreen();
  expect(() => outbox.mirror(new Uint8Array(MIRROR_BYTES_MAX + 1))).toThrow(/mirror picture/);
});

type Step = { kind: 'view'; value: number } | { kind: 'picture'; shade: number } | { kind: 'clear' } | { kind: 'take' };
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('view' as const), value: fc.nat(99) }),
    fc.record({ kind: fc.constant('picture' as const), shade: fc.integer({ min: 1, max: 255 }) }),
    fc.constant({ kind: 'clear' as const }),
    fc.constant({ kind: 'take' as const }),
  ),
  { maxLength: 60 },
);

test('whatever the pace, a screen ends with the newest view and picture, and every picture handed out is overwritten', () => {
  fc.assert(
    fc.property(steps, (script: Step[]) => {
      const { outbox, seen, handed, take } = slowScreen();
      let view: number | undefined;
      let mirror: number[] | undefined;
      for (const step of script) {
        if (step.kind === 'view') outbox.view((view = step.value));
        else if (step.kind === 'picture') outbox.mirror(picture(((mirror = [...picture(step.shade)]), step.shade)));
        else if (step.kind === 'clear') outbox.mirror(((mirror = [0, 0, 0, 0]), undefined));
        else take();
      }
      while (take());
      expect(seen.findLast((one) => typeof one === 'number')).toEqual(view);
      expect(seen.findLast((one) => Array.isArray(one))).toEqual(mirror);
      expect(handed.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
    }),
  );
});
