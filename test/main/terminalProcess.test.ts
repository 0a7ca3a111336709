import { expect, test } from 'vitest';
import { STOP_MS_MAX, TerminalProcess } from '../../app/main/terminalProcess.ts';
import { FakeChild, FakeHostClock, type FakePort } from './fixtures/hostFakes.ts';

function aTerminal() {
  const clock = new FakeHostClock();
  const children: FakeChild[] = [];
  const ended: number[] = [];
  let channels = 0;
  const terminal = new TerminalProcess<FakePort>({
    clock,
    fork: () => {
      const child = new FakeChild();
      children.push(child);
      return child;
    },
    channel: () => ({ port1: `${++channels}:terminal`, port2: `${channels}:page` }),
    log: () => undefined,
    onEnded: (code) => void ended.push(code),
  });
  const given: FakePort[] = [];
  const kiosk = { page: 'kiosk' as const, give: (port: FakePort) => void given.push(port) };
  return { terminal, clock, children, ended, given, kiosk, newest: () => children.at(-1)! };
}

test('a page and the terminal get the two ends of one channel', () => {
  const { terminal, given, kiosk, newest } = aTerminal();
  newest().emit('spawn');
  terminal.connect(kiosk);
  expect(newest().told).toEqual([{ message: { kind: 'screen', page: 'kiosk' }, ports: ['1:terminal'] }]);
  expect(given).toEqual(['1:page']);
});

test('a page that asks before the terminal runs is connected once it does', () => {
  const { terminal, given, kiosk, newest } = aTerminal();
  terminal.connect(kiosk);
  expect(given).toEqual([]);
  newest().emit('spawn');
  expect(given).toEqual(['1:page']);
});

test('a page that was loaded again gets a new channel', () => {
  const { terminal, given, kiosk, newest } = aTerminal();
  newest().emit('spawn');
  terminal.connect(kiosk);
  terminal.connect(kiosk);
  expect(given).toEqual(['1:page', '2:page']);
});

test('a dead terminal is started again at once and its pages are connected to the new one', () => {
  const { terminal, clock, children, given, kiosk, newest } = aTerminal();
  newest().emit('spawn');
  terminal.connect(kiosk);
  newest().emit('exit', 139);
  clock.advance(0);
  expect(children).toHaveLength(2);
  newest().emit('spawn');
  expect(newest().told.map(({ ports }) => ports)).toEqual([['2:terminal']]);
  expect(given).toEqual(['1:page', '2:page']);
});

test('a terminal that dies again and again waits longer, up to the bound, and at once again after a steady minute', () => {
  const { clock, children, newest } = aTerminal();
  for (const wait of [0, 250, 500, 1_000, 2_000, 2_000]) {
    const before = children.length;
    newest().emit('exit', 1);
    if (wait > 0) clock.advance(wait - 1);
    if (wait > 0) expect(children).toHaveLength(before);
    clock.advance(1);
    expect(children).toHaveLength(before + 1);
  }
  clock.advance(60_000);
  const before = children.length;
  newest().emit('exit', 1);
  clock.advance(0);
  expect(children).toHaveLength(before + 1);
});

test('a terminal that cannot run with its configuration is not started again, and main ends with its status', () => {
  const { clock, children, ended, newest } = aTerminal();
  newest().emit('exit', 78);
  clock.advance(60_000);
  expect(ended).toEqual([78]);
  expect(children).toHaveLength(1);
});

test('stopping asks first, and a terminal that ends in order is not started again', async () => {
  const { terminal, clock, children, newest } = aTerminal();
  newest().emit('spawn');
  const stopped = terminal.stop();
  expect(newest().told).toEqual([{ message: { kind: 'stop' }, ports: [] }]);
  newest().emit('exit', 0);
  await stopped;
  clock.advance(60_000);
  expect(children).toHaveLength(1);
  expect(newest().killed).toBe(false);
});

test('a terminal that does not end when asked is ended', async () => {
  const { terminal, clock, children, newest } = aTerminal();
  newest().emit('spawn');
  const stopped = terminal.stop();
  clock.advance(STOP_MS_MAX - 1);
  expect(newest().killed).toBe(false);
  clock.advance(1);
  await stopped;
  expect(newest().killed).toBe(true);
  clock.advance(60_000);
  expect(children).toHaveLength(1);
});

test('stopping between a death and the restart starts nothing', async () => {
  const { terminal, clock, children, newest } = aTerminal();
  newest().emit('exit', 1);
  clock.advance(0);
  newest().emit('exit', 1);
  await terminal.stop();
  clock.advance(60_000);
  expect(children).toHaveLength(2);
});
