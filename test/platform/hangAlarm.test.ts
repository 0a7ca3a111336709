import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { HangAlarm } from '#platform/hangAlarm.ts';

const runs = (script: string) =>
  spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
    stdio: 'ignore',
  });

test('a process that hangs in a loop is ended by the kernel, with nobody watching', async () => {
  const child = runs(`
    import { HangAlarm } from '#platform/hangAlarm.ts';
    new HangAlarm().wind(1);
    for (;;);
  `);
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGALRM');
});

test('a process that called its alarm off lives on to its own end', async () => {
  const child = runs(`
    import { HangAlarm } from '#platform/hangAlarm.ts';
    { using alarm = new HangAlarm(); alarm.wind(1); }
    setTimeout(() => process.exit(7), 1_300);
  `);
  const [status] = await once(child, 'exit');
  expect(status).toBe(7);
});

test('an alarm of no or half a second is refused, since libc would read it as none', () => {
  using alarm = new HangAlarm({ int: () => () => ({ kind: 'returned', value: 0 }) });
  expect(() => alarm.wind(0)).toThrow(RangeError);
  expect(() => alarm.wind(0.5)).toThrow(RangeError);
});
