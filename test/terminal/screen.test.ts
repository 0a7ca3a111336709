import { describe, expect, it } from 'vitest';
import { KioskView } from '#contract/kioskView.ts';
import { GateFixture } from './gateFixture.ts';

describe('the screen', () => {
  it('changes its language for one person and speaks the configured one to the next', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.command({ kind: 'choose-language', language: 'zh-Hans' });
    expect(gate.view.language).toBe('zh-Hans');
    await gate.pass(30_100);
    expect(gate.view.language).toBe('en');
  });

  it('shows notice and policy from wherever it is, and goes back there', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    gate.terminal.kiosk.command({ kind: 'open-document', document: 'policy' });
    expect(gate.screen).toEqual({ kind: 'document', document: 'policy' });
    gate.terminal.kiosk.command({ kind: 'close-document' });
    expect(gate.screen.kind).toBe('pin');
  });

  it('tells every newcomer the whole view at once, so that a reload shows the same picture', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    const seen: string[] = [];
    gate.terminal.kiosk.subscribe((view) => seen.push(view.screen.kind));
    expect(seen).toEqual(['pin']);
  });

  it('is always a view that the contract knows, and never names anybody', async () => {
    const gate = await GateFixture.start({ preview: 'mirror' });
    const views: KioskView[] = [];
    gate.terminal.kiosk.subscribe((view) => views.push(view));
    gate.camera.show('holder');
    await gate.pass(6_000);
    gate.reader.show({ format: 'uid', number: 'ff' });
    await gate.pass(4_000);
    expect(views.length).toBeGreaterThan(5);
    for (const view of views) expect(KioskView.safeParse(view).error).toBeUndefined();
    expect(JSON.stringify(views)).not.toContain('Holder');
  });

  it('shows how an access ended for its time, and is idle then', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    gate.reader.show({ format: 'uid', number: '0a' });
    await gate.pass(2_900);
    expect(gate.screen.kind).toBe('granted');
    await gate.pass(200);
    expect(gate.screen.kind).toBe('idle');
  });
});
