import { NO_WEDGE, WEDGE_LIMITS, wedgeStep } from '../../app/kiosk/wedge.ts';
import { demand, fuzzTraffic } from './traffic.ts';

const KEYS = ['Enter', 'Tab', 'Shift', 'Backspace', 'Escape', 'Unidentified', ''] as const;

/** Keys at the kiosk: none comes out twice, and what is held back has an end. */
export function fuzzWedge(cases: number, seed: number): number {
  const traffic = ['0077725727\r', '04A2001F\r', '1234', '12\t'].map((text) => Uint8Array.from(Buffer.from(text)));
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      let state = NO_WEDGE;
      let [at, out, last] = [0, 0, 0];
      const take = (step: ReturnType<typeof wedgeStep>): void => {
        state = step[0];
        demand(state.held.length <= WEDGE_LIMITS.lengthMax, 'no more held back than a card has');
        for (const one of step[1]) out += one.kind === 'typed' ? 1 : one.kind === 'card' ? one.text.length : 0;
        last = state.held.length;
      };
      for (const byte of bytes) {
        at += chance.below(3) === 0 ? chance.below(200) : chance.below(10);
        const key = byte < 0x20 ? KEYS[byte % KEYS.length]! : String.fromCharCode(byte);
        take(wedgeStep(state, { kind: 'key', key, at }, WEDGE_LIMITS));
      }
      take(wedgeStep(state, { kind: 'time', at: at + 1_000 }, WEDGE_LIMITS));
      demand(out <= bytes.length && last === 0, 'each key once, and all of them in the end');
    },
  });
}
