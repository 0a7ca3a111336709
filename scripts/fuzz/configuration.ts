import { Rulebook } from '#core/access/rulebook.ts';
import { wallTime } from '#core/kernel/units.ts';
import { Fault } from '#core/kernel/fault.ts';
import { parseTerminalConfig } from '#service/config/parseTerminalConfig.ts';
import { demand, fuzzTraffic } from './traffic.ts';

const QUALITY = {
  faceWidthMin: 100,
  yawMax: 30,
  pitchMax: 30,
  rollMax: 30,
  sharpnessMin: 1,
  brightnessMin: 40,
  brightnessMax: 220,
  clippedShareMax: 0.1,
};

const START = `terminal: a
handler: { name: A, contact: b }
data: d
key: k
kiosk: { access-point: in }
boards: [{ id: b, driver: lcus, path: /dev/a, channels: 2 }]
`;
/** Short ones: each is read many times a second. */
const FILES = [
  `${START}doors: [{ id: d, lock: fail-secure, board: b, channel: 1 }]
access-points: [{ id: in, name: In, door: d, mode: no-face, factors: [{ schedule: s, any-of: [card-and-pin] }] }]
time-zone: UTC
special-days: [{ date: 12-25, kind: h }]
schedules: [{ id: s, weekly: [{ days: [mon], from: "22:00", until: "06:00" }], special: { h: [] } }]
levels: [{ id: l, rules: [{ access-point: in, schedule: s }] }]
`,
  `${START}turnstiles: [{ id: t, lock: fail-safe, board: b, entry-channel: 1, exit-channel: 2, lock-down: always }]
areas: [x, y]
access-points:
  - { id: in, name: In, door: t, direction: entry, mode: no-face, anti-passback: { rule: hard, from: x, to: y } }
`,
];
const AT = wallTime(Date.UTC(2026, 0, 5, 9));

/** Configuration files: each is refused with a reason, or has rules that can be asked for every door. */
export function fuzzConfiguration(cases: number, seed: number): number {
  return fuzzTraffic(cases, seed, {
    traffic: FILES.map((text) => Uint8Array.from(Buffer.from(text))),
    put: (bytes) => {
      const config = parsed(Buffer.from(bytes).toString('utf8'));
      if (config === undefined) return;
      const book = new Rulebook(config);
      const barriers = [...config.doors, ...config.turnstiles];
      for (const { id, door } of config.accessPoints) {
        const { factors, levels, setting } = book.at(id);
        demand(
          barriers.some((one) => one.id === door) && setting.door === door,
          'an access point opens a door that is there',
        );
        for (const { combinations } of factors) demand(combinations.length > 0, 'a rule by which somebody comes in');
        levels.verdict(
          config.access.levels.map((level) => level.id),
          AT,
        );
      }
      for (const { board } of barriers)
        demand(
          config.boards.some(({ id }) => id === board),
          'a door hangs on a board',
        );
    },
  });
}

function parsed(text: string): ReturnType<typeof parseTerminalConfig> | undefined {
  try {
    const models = { quality: QUALITY, framesConsidered: 3 };
    return parseTerminalConfig(text, { file: 'gate.yaml', folder: '/gate', simulated: false, models });
  } catch (thrown) {
    demand(thrown instanceof Fault && thrown.code === 'config', `a refusal with its reason, not ${String(thrown)}`);
    return undefined;
  }
}
