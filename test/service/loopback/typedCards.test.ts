import { expect, it } from 'vitest';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import type { KioskView } from '#contract/kioskView.ts';
import { sessionsAt } from '#service/loopback/session.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeEndpoint, IDLE_VIEW } from './fixtures/aGate.ts';

const TYPED = JSON.stringify({ kind: 'card-typed', text: '0077725727' });

function sayTyped(takes: boolean, text: string) {
  const kiosk = Object.assign(new FakeEndpoint<KioskView, KioskCommand>(IDLE_VIEW), { takes: () => takes });
  using session = sessionsAt({ kiosk }, new FakeClock())('kiosk', () => undefined);
  return { refusal: session?.receive(text), heard: kiosk.commands };
}

it('a typed card reaches a terminal that has a reader that types', () => {
  expect(sayTyped(true, TYPED)).toEqual({ refusal: undefined, heard: [{ kind: 'card-typed', text: '0077725727' }] });
});

it('at any other it is refused as what is no command at all, and nothing is heard of it', () => {
  const { refusal, heard } = sayTyped(false, TYPED);
  const nonsense = sayTyped(false, TYPED.replace('card-typed', 'cart-typed'));
  expect(refusal).toEqual(nonsense.refusal);
  expect(refusal?.why).toBe('not-allowed');
  expect(heard).toEqual([]);
});
