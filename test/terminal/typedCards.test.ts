import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KioskCommand } from '#contract/kioskCommand.ts';
import { UID_FORMATS } from '#core/access/cardFormat.ts';
import { KeyboardReader } from '#drivers/reader/keyboardReader.ts';
import { GateFixture } from './gateFixture.ts';
import { somebody } from './people.ts';
import { ENTRANCE } from './ruledGate.ts';

/** 0x04a2001f is 77725727. */
const ANNA = somebody('anna', '04a2001f');

const aGate = (): Promise<GateFixture> =>
  GateFixture.start({
    mode: 'no-face',
    people: [ANNA],
    keyboard: new KeyboardReader({
      accessPoint: ENTRANCE,
      text: { digits: 'decimal', bits: 32 },
      formats: UID_FORMATS,
    }),
  });

async function type(gate: GateFixture, text: string): Promise<void> {
  gate.terminal.kiosk.command({ kind: 'card-typed', text });
  await gate.settle();
}

const misreads = (gate: GateFixture) =>
  gate.journal.recorded.flatMap(({ event }) => (event.kind === 'card-misread' ? [event] : []));

describe('a card that a reader types at the kiosk', () => {
  it('opens the door as any other card does', async () => {
    const gate = await aGate();
    expect(gate.view.typedCards).toBe(true);
    await type(gate, '0077725727');
    expect([gate.screen, gate.relay]).toEqual([{ kind: 'granted', by: 'card' }, 'energised']);
    expect(gate.recorded.filter((kind) => kind === 'access-granted')).toHaveLength(1);
  });

  it('that nobody holds opens nothing', async () => {
    const gate = await aGate();
    await type(gate, '77725728');
    expect([gate.screen, gate.relay]).toEqual([{ kind: 'denied', reason: 'unknown-card' }, 'de-energised']);
  });

  it('and is no such number is a misread, without a word of what was typed', async () => {
    const gate = await aGate();
    await type(gate, '04A2001F');
    gate.terminal.kiosk.command({ kind: 'card-misread' });
    await gate.pass(60_100);
    expect(misreads(gate)).toMatchObject([
      { accessPoint: ENTRANCE, reason: 'text', times: 1 },
      { accessPoint: ENTRANCE, reason: 'broken', times: 1 },
    ]);
    const told = gate.health.lines.find(({ part }) => part === `cards at ${ENTRANCE}`);
    expect(told?.level).toBe('warning');
    expect(JSON.stringify([gate.health.lines, gate.journal.recorded])).not.toContain('04A2001F');
    expect(gate.relay).toBe('de-energised');
  });

  it('opens nothing where it is anything but her number', async () => {
    const gate = await aGate();
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ maxLength: 70 }),
      fc.constantFrom('77725727 ', ' 77725727', '-77725727', '77725727.0', '7.7725727e7', '0x04a2001f', '77725727\n'),
      fc.bigInt({ min: 0n, max: 1n << 40n }).map((number) => `${number}`),
      fc.constantFrom(`${77725727n + (1n << 32n)}`, '77725727'.repeat(2), '７７７２５７２７'),
    );
    await fc.assert(
      fc.asyncProperty(text, async (typed) => {
        fc.pre(!/^0*77725727$/.test(typed));
        const command = KioskCommand.safeParse({ kind: 'card-typed', text: typed });
        if (command.success) gate.terminal.kiosk.command(command.data);
        await gate.settle();
        expect(gate.relay).toBe('de-energised');
      }),
      { numRuns: 300 },
    );
  });
});

it('without such a reader no typed card is taken, and one that comes nevertheless opens nothing', async () => {
  const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA] });
  const { kiosk } = gate.terminal;
  expect([kiosk.takes({ kind: 'card-typed', text: '77725727' }), kiosk.takes({ kind: 'card-misread' })]).toEqual([
    false,
    false,
  ]);
  expect([kiosk.takes({ kind: 'use-card' }), gate.view.typedCards]).toEqual([true, false]);
  await type(gate, '77725727');
  expect([gate.screen, gate.relay]).toEqual([{ kind: 'idle' }, 'de-energised']);
});
