import { expect, it } from 'vitest';
import type { KeysConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { days } from '#core/privacy/retention.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { parse } from './parse.ts';

const keysOf = (lines: string): KeysConfig => configOf(lines).keys;

const configOf = (lines: string): TerminalConfig =>
  parse(`terminal: lobby
handler: { name: Handler, contact: privacy@handler.example }
data: data
${lines}
kiosk: { access-point: entrance }
boards: [{ id: board-1, driver: lcus, path: /dev/ttyUSB0, channels: 2 }]
doors: [{ id: front, lock: fail-secure, board: board-1, channel: 2 }]
access-points: [{ id: entrance, name: Entrance, door: front }]
`);

it('a path alone is that of a key file, with the epoch secret beside it and keys changed every year', () => {
  expect(keysOf('key: keys/root.key')).toEqual({
    root: { kind: 'file', path: '/srv/gate/keys/root.key' },
    epoch: { kind: 'file', path: '/srv/gate/keys/root.key.epoch' },
    escrow: [],
    changeAfterMs: days(365),
  });
});

it('a TPM, its memory, places for copies and the age of keys are chosen', () => {
  const lines = [
    'key: { store: tpm, path: keys/root.tpm, tcti: "device:/dev/tpmrm0" }',
    'epoch: { store: tpm, index: 0x01800100 }',
    'escrow: [/mnt/safe, other]',
    'rotation: { days: 90 }',
  ];
  expect(keysOf(lines.join('\n'))).toEqual({
    root: { kind: 'tpm', path: '/srv/gate/keys/root.tpm', tcti: 'device:/dev/tpmrm0' },
    epoch: { kind: 'tpm', index: 0x0180_0100 },
    escrow: ['/mnt/safe', '/srv/gate/other'],
    changeAfterMs: days(90),
  });
});

it('backups are made once a day into the folder that is named, and not without one', () => {
  expect(configOf('key: root.key').backup).toBeUndefined();
  expect(configOf('key: root.key\nbackup: { folder: /mnt/backups, keep: 5 }').backup).toEqual({
    folder: '/mnt/backups',
    everyMs: days(1),
    keep: 5,
  });
});

it('a credential of systemd is chosen by its name', () => {
  expect(keysOf('key: { store: systemd-credential, name: lintel-root, path: keys/root }')).toMatchObject({
    root: { kind: 'systemd-credential', name: 'lintel-root', path: '/srv/gate/keys/root' },
    epoch: { kind: 'file', path: '/srv/gate/keys/root.epoch' },
  });
});

it.each([
  ['key: data/root.key', 'key: found /srv/gate/data/root.key'],
  ['key: root.key\nepoch: { store: file, path: data/epoch }', 'epoch: found /srv/gate/data/epoch'],
  ['key: root.key\nescrow: [data/copies]', 'escrow: found /srv/gate/data/copies'],
  ['key: root.key\nbackup: { folder: data/backups }', 'backup.folder: found /srv/gate/data/backups'],
])('what opens the data never lies within them: %s', async (lines, says) => {
  expect((await faultOf(() => keysOf(lines), 'config')).message).toContain(says);
});

it.each([
  ['key: ""', 'key'],
  ['key: { store: cloud }', 'key.store'],
  ['key: { store: tpm, path: root.tpm, tpti: x }', 'did you mean "tcti"'],
  ['key: root.key\nepoch: { store: tpm, index: 5 }', 'epoch.index'],
  ['key: root.key\nrotation: { days: 0 }', 'rotation.days'],
])('a mistake is told with its place: %s', async (lines, says) => {
  expect((await faultOf(() => keysOf(lines), 'config')).message).toContain(says);
});
