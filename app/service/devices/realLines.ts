import { readlinkSync, realpathSync } from 'node:fs';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';

/** Pseudo-terminals: the only serial lines that a simulated gate may open. */
const PSEUDO_TERMINAL = /^\/dev\/pts\/\d+$/;

/** Made-up faces and cards never move a real strike, and nobody's real card opens a made-up door. @throws Fault `config` */
export function refuseRealLines({ boards, osdpLines, serialReaders }: TerminalConfig): void {
  for (const board of boards) if (board.driver !== 'simulated') refuse('boards', board.path);
  for (const { path } of osdpLines) refuse('osdp', path);
  for (const { path } of serialReaders) refuse('readers', path);
}

function refuse(section: string, path: string): void {
  if (PSEUDO_TERMINAL.test(whereTo(path))) return;
  const expected = 'a pseudo-terminal: simulated cameras and readers are refused beside a real strike';
  throw new Fault('config', { thing: `${section}.path under --simulated`, found: path, expected });
}

function whereTo(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      // A line that is down: its link still says what it was.
      return readlinkSync(path);
    } catch {
      return path;
    }
  }
}
