import { monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import { ScreenMirror } from '#service/screenMirror.ts';
import { result, type Result } from '../report.ts';
import type { BenchFolder } from './benchFolder.ts';
import type { Effort } from './effort.ts';
import { GateAtWork } from './gateAtWork.ts';
import { percentile, rounded } from './statistics.ts';

const FRAME = { width: 640, height: 480 };
/** Between two passages, so that the door has locked again. */
const PAUSE_MS = 300;

/** The other ways in, and what the live picture costs: reported, nothing is demanded of them. */
export async function measureWays({
  folder,
  clock,
  effort,
}: {
  folder: BenchFolder;
  clock: Clock;
  effort: Effort;
}): Promise<Result[]> {
  await folder.fill(effort.people);
  const cards: number[] = [];
  const pins: number[] = [];
  {
    await using gate = await GateAtWork.open(folder, clock);
    for (let i = 0; i < effort.presentations; i++) {
      cards.push(await gate.presentCard());
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      pins.push(await gate.presentPin());
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  const people = `with ${folder.people} people, p50 of ${effort.presentations}`;
  return [
    inMs('card.p50_ms', cards, `from the card to the relay's bytes, ${people}`),
    inMs('pin.p50_ms', pins, `from the last digit to the relay's bytes, ${people}`),
    inMs(
      'pin.verify_ms',
      await verifications(effort.presentations),
      `of which one argon2id verification, p50 of ${effort.presentations}`,
    ),
    inMs(
      'mirror.show_ms',
      mirrored(effort.presentations),
      `a frame of ${FRAME.width} x ${FRAME.height} made small for the screen`,
    ),
  ];
}

const inMs = (name: string, values: readonly number[], note: string): Result =>
  result(name, { value: rounded(percentile(values, 0.5), 2), unit: 'ms', note });

async function verifications(count: number): Promise<number[]> {
  const hasher = createArgon2PinHasher();
  const hash = await hasher.hash('480213');
  const took: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await hasher.verify(hash, '480213');
    took.push(performance.now() - start);
  }
  return took;
}

function mirrored(count: number): number[] {
  const mirror = new ScreenMirror();
  mirror.subscribe(() => undefined);
  const pixels = new Uint8Array(new SharedArrayBuffer(FRAME.width * FRAME.height * 3));
  using frame = { ...FRAME, pixels, sequence: 1, capturedAt: monotonic(0), [Symbol.dispose]: () => undefined };
  const took: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    mirror.show(frame);
    took.push(performance.now() - start);
  }
  return took;
}
