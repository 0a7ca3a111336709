import type { Pass } from '#core/access/pass.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { ISSUER_KEY, issuerFrom, textOf } from '../core/access/passes.ts';
import { idFrom } from '../fakes/fakePeopleStore.ts';
import { GateFixture, HOLDER, type FixtureOptions } from './gateFixture.ts';
import { ruled, type Ruled } from './ruledGate.ts';

export const SCENE = 16;
export const MINUTE = 60_000;
export const STRANGER = idFrom<Pseudonym>('nobody here');

/** With an issuer, whose passes the tests make. */
const taking =
  (rules: Ruled = {}) =>
  (config: TerminalConfig): TerminalConfig =>
    ruled(rules)({ ...config, passes: { ...config.passes, issuers: [ISSUER_KEY] } });

export const start = (options: FixtureOptions = {}, rules: Ruled = {}): Promise<GateFixture> =>
  GateFixture.start({ mode: 'tap-to-look', configured: taking(rules), ...options });

/** A pass of the holder for ten minutes from now, put before the camera. */
export function hold(
  gate: GateFixture,
  differing: Partial<Pass> & { readonly forMs?: number } = {},
  issuer = issuerFrom(1),
): string {
  const { forMs = 10 * MINUTE, ...about } = differing;
  const now = Math.floor(gate.clock.wall() / 1_000) * 1_000;
  const validity = { from: wallTime(now), until: wallTime(now + forMs) };
  const text = textOf({ pseudonym: HOLDER, validity, ...about }, issuer);
  gate.engine.showCode(SCENE, text);
  gate.camera.show('pass');
  return text;
}

export async function touch(gate: GateFixture): Promise<GateFixture['screen']> {
  gate.terminal.kiosk.command({ kind: 'use-pass' });
  await gate.pass(400);
  return gate.screen;
}

export async function comeIn(gate: GateFixture): Promise<void> {
  gate.inputs.set('contact', true);
  gate.inputs.set('contact', false);
  await gate.pass(6_000);
}

export const reasons = (gate: GateFixture): readonly unknown[] =>
  gate.journal.recorded.flatMap(({ event }) => (event.kind === 'access-denied' ? [event.reason] : []));
