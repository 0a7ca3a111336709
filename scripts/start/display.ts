import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where windows can be shown. */
export type Display =
  | { readonly kind: 'wayland'; readonly name: string; readonly socket: string; readonly ownerUid: number }
  | { readonly kind: 'x11'; readonly name: string }
  | { readonly kind: 'none'; readonly why: string };

const X_SOCKETS = '/tmp/.X11-unix';
/** `:0`, `:0.0`, `unix:0`; a display with a host name is on another machine. */
const LOCAL_X = /^(?:unix)?:(\d+)(?:\.\d+)?$/;

/** The number of a local X display, as its socket and its cookies carry it. */
export const xDisplayNumber = (name: string): string | undefined => LOCAL_X.exec(name)?.[1];

/** The display that the environment names, if it is really there. */
export function findDisplay(env: NodeJS.ProcessEnv): Display {
  const wayland = waylandSocket(env);
  if (wayland !== undefined && existsSync(wayland.socket)) {
    return { kind: 'wayland', ...wayland, ownerUid: statSync(wayland.socket).uid };
  }
  const name = env['DISPLAY'];
  if (name !== undefined && name !== '') {
    const number = xDisplayNumber(name);
    if (number === undefined || existsSync(join(X_SOCKETS, `X${number}`))) return { kind: 'x11', name };
    return { kind: 'none', why: `DISPLAY is ${name}, but no X server listens there` };
  }
  if (wayland !== undefined)
    return { kind: 'none', why: `WAYLAND_DISPLAY is ${wayland.name}, but no compositor listens there` };
  return { kind: 'none', why: 'neither WAYLAND_DISPLAY nor DISPLAY is set' };
}

function waylandSocket(env: NodeJS.ProcessEnv): { name: string; socket: string } | undefined {
  const name = env['WAYLAND_DISPLAY'];
  const folder = env['XDG_RUNTIME_DIR'];
  if (name === undefined || name === '') return undefined;
  if (name.startsWith('/')) return { name, socket: name };
  return folder === undefined || folder === '' ? undefined : { name, socket: join(folder, name) };
}
