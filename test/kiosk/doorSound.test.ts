import { expect, it } from 'vitest';
import { AGAIN_MS, DoorSound } from '../../app/kiosk/doorSound.ts';

/** A screen whose time is moved by hand. */
function screen(): { sound: DoorSound; heard: string[]; pass: (ms: number) => void } {
  const heard: string[] = [];
  let running: { everyMs: number; act: () => void; since: number } | undefined;
  let now = 0;
  const sound = new DoorSound(
    (which) => heard.push(which),
    (everyMs, act) => {
      running = { everyMs, act, since: now };
      return () => (running = undefined);
    },
  );
  const pass = (ms: number): void => {
    for (const end = now + ms; now < end;) {
      now++;
      if (running !== undefined && (now - running.since) % running.everyMs === 0) running.act();
    }
  };
  return { sound, heard, pass };
}

it('a screen warns again and again while its door wants it, and sounds the alarm in its place', () => {
  const { sound, heard, pass } = screen();
  sound.show('warning');
  sound.show('warning');
  pass(AGAIN_MS.warning);
  expect(heard).toEqual(['warning', 'warning']);
  sound.show('alarm');
  pass(AGAIN_MS.alarm);
  expect(heard).toEqual(['warning', 'warning', 'alarm', 'alarm']);
});

it('a screen is silent from the moment on at which its door is shut', () => {
  const { sound, heard, pass } = screen();
  sound.show('alarm');
  sound.show('none');
  pass(60_000);
  expect(heard).toEqual(['alarm']);
});
