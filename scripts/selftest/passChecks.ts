import type { Findings } from './findings.ts';
import type { GateUnderTest } from './gateUnderTest.ts';

/** QR passes on the whole road: a picture, the decoder, the signature, the journal and the relay. */
export async function showPasses(gate: GateUnderTest, findings: Findings): Promise<void> {
  await findings.show('pass.granted', async () => {
    const heard = gate.received.length;
    await gate.holdUp('pass-once');
    const { screen, afterMs } = await shown(gate);
    await gate.until('bytes that unlock', () => gate.received.length > heard);
    await gate.goThrough();
    return {
      ok: screen.kind === 'granted' && !gate.view.cameraOn,
      value: screen.kind,
      limit: 'granted',
      note: `${Math.round(afterMs)} ms after the touch; the camera is ${gate.view.cameraOn ? 'open' : 'closed'} again`,
    };
  });
  await findings.show('pass.spent', () => refused(gate, 'pass-spent'));
  await findings.show('pass.forged', async () => {
    await gate.holdUp('pass-forged');
    return refused(gate, 'pass-forged');
  });
  await findings.show('pass.foreign_code', async () => {
    const before = { heard: gate.received.length, entry: await gate.lastEntry() };
    await gate.holdUp('code-of-a-menu');
    gate.command({ kind: 'use-pass' });
    await gate.until('a hint', () => gate.view.screen.kind === 'pass' && gate.view.screen.hint === 'no-pass');
    gate.clear();
    const [bytes, entries] = [gate.received.length - before.heard, (await gate.entriesAfter(before.entry)).length];
    return {
      ok: bytes === 0 && entries === 0,
      value: 'told at the screen',
      note: `relay commands: ${bytes}; journal entries: ${entries}`,
    };
  });
}

async function shown(gate: GateUnderTest) {
  gate.command({ kind: 'cancel' });
  const { now } = gate;
  gate.command({ kind: 'use-pass' });
  return gate.outcome(now);
}

async function refused(gate: GateUnderTest, reason: string) {
  const before = { heard: gate.received.length, entry: await gate.lastEntry() };
  const { screen } = await shown(gate);
  const told = (await gate.entriesAfter(before.entry)).flatMap(({ event }) =>
    event.kind === 'access-denied' ? [event.reason] : [],
  );
  const bytes = gate.received.length - before.heard;
  gate.clear();
  return {
    ok: screen.kind === 'denied' && bytes === 0 && told.includes(reason as (typeof told)[number]),
    value: told.join(' ') || 'nothing',
    limit: reason,
    note: `relay commands: ${bytes}`,
  };
}
