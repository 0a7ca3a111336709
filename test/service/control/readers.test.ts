import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { CABLE_WARNING } from '#drivers/reader/osdp/install.ts';
import { askGate } from '#service/control/askGate.ts';
import { ControlSocket } from '#service/control/controlSocket.ts';
import { readerCommands } from '#service/control/readerCommands.ts';
import { install, readers } from '../../../scripts/hardware/install.ts';
import { faultOf } from '../../storage/support/faults.ts';

const [entrance, exit] = ['entrance', 'exit'] as ReaderId[] as [ReaderId, ReaderId];
const identity = { vendor: '00ffee', model: 1, version: 1, serial: 7, firmware: '1.0.0' };

let data: string;
let control: ControlSocket;
let installed: string[];
let recorded: string[];

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'lintel-readers-'));
  [installed, recorded] = [[], []];
  const shared = { line: 'lobby', capabilities: undefined };
  const commands = readerCommands({
    installedReaders: [
      { id: entrance, address: 0, link: 'up', identity, alarms: new Set(), ...shared },
      { id: exit, address: 1, link: 'down', identity: undefined, alarms: new Set(['no-key']), ...shared },
    ],
    installReader: (reader, forMs) => {
      if (reader !== exit)
        return Promise.reject(new Fault('reader', { thing: reader, found: 'silence', expected: 'a reader' }));
      installed.push(`${reader} within ${forMs} ms`);
      return Promise.resolve();
    },
  });
  const record = (command: string): void => void recorded.push(command);
  control = await ControlSocket.open({ folder: data, commands, record, health: { report: () => undefined } });
});

afterEach(async () => {
  await control.close();
  rmSync(data, { recursive: true });
});

const order = (given: object) => () => askGate(data, 'reader-install', { reader: 'exit', minutes: 3, ...given });

it('nobody installs a reader who has not read what can be overheard meanwhile', async () => {
  expect((await faultOf(order({ understood: false }), 'command')).message).toContain(CABLE_WARNING);
  await faultOf(order({}), 'command');
  expect(installed).toEqual([]);
});

it('an installation is limited in time, and recorded before it is begun', async () => {
  for (const minutes of [0, 11, 1.5]) await faultOf(order({ minutes, understood: true }), 'command');
  expect(installed).toEqual([]);
  await order({ understood: true })();
  expect([installed, recorded.at(-1)]).toEqual([['exit within 180000 ms'], 'reader-install']);
});

it('what went wrong at the reader is told', async () => {
  expect((await faultOf(order({ reader: 'entrance', understood: true }), 'reader')).message).toContain('silence');
});

it('the command shows the warning first, and asks where nobody said that it was understood', async () => {
  const told: string[] = [];
  const installer = (answer: boolean) => ({
    tell: (text: string) => void told.push(text),
    yes: () => Promise.resolve(answer),
  });
  const given = { kind: 'install', data, reader: 'exit', minutes: 2, understood: false } as const;
  await faultOf(() => install(given, installer(false)), 'command');
  expect([told, installed]).toEqual([[CABLE_WARNING], []]);
  expect(await install(given, installer(true))).toMatchObject([{ name: 'install.exit', ok: true }]);
  expect(installed).toEqual(['exit within 120000 ms']);
});

it('the readers of a gate are listed with what is wrong with them', async () => {
  expect(await readers({ data })).toMatchObject([
    { name: 'reader.entrance', ok: true, note: 'line lobby, address 0, maker 00ffee, serial number 7' },
    { name: 'reader.exit', ok: false, note: 'line lobby, address 1, not identified; alarms: no-key' },
  ]);
});

it('where no gate works that is said', async () => {
  await control.close();
  expect((await faultOf(() => readers({ data }), 'command')).message).toContain('no gate that works on it');
});
