import type { EpochPlace, KeysConfig, RootPlace } from '#core/config/terminalConfig.ts';
import { days } from '#core/privacy/retention.ts';
import type { ConfigFile } from './schema.ts';

/** Where the keys lie, with the paths of the file made absolute by `at`. */
export function keysOf(file: ConfigFile, at: (path: string) => string): KeysConfig {
  const root = rootOf(file.key, at);
  return {
    root,
    epoch: epochOf(file.epoch, at) ?? { kind: 'file', path: `${root.path}.epoch` },
    escrow: file.escrow.map(at),
    changeAfterMs: days(file.rotation.days),
  };
}

function rootOf(key: ConfigFile['key'], at: (path: string) => string): RootPlace {
  const path = at(key.path);
  if (key.store === 'file') return { kind: 'file', path };
  if (key.store === 'tpm') return { kind: 'tpm', path, ...reach(key.tcti) };
  return { kind: 'systemd-credential', path, name: key.name };
}

function epochOf(epoch: ConfigFile['epoch'], at: (path: string) => string): EpochPlace | undefined {
  if (epoch === undefined) return undefined;
  if (epoch.store === 'file') return { kind: 'file', path: at(epoch.path) };
  return { kind: 'tpm', index: epoch.index, ...reach(epoch.tcti) };
}

const reach = (tcti: string | undefined): { readonly tcti?: string } => (tcti === undefined ? {} : { tcti });
