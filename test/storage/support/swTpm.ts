import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

const WAIT_MS_MAX = 20_000;

/** A TPM 2.0 in software, with memory of its own. */
export class SwTpm implements AsyncDisposable {
  readonly tcti: string;
  readonly #folder: string;
  readonly #emulator: ChildProcess;

  private constructor(folder: string) {
    const socket = join(folder, 'tpm');
    const server = ['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`];
    const state = ['--tpmstate', `dir=${folder}`, '--flags', 'not-need-init,startup-clear'];
    this.tcti = `swtpm:path=${socket}`;
    this.#folder = folder;
    this.#emulator = spawn('swtpm', ['socket', '--tpm2', ...state, ...server], { stdio: 'ignore' });
  }

  static async start(): Promise<SwTpm> {
    const tpm = new SwTpm(mkdtempSync(join(tmpdir(), 'lintel-swtpm-')));
    const socket = join(tpm.#folder, 'tpm');
    await vi.waitUntil(() => existsSync(socket) && existsSync(`${socket}.ctrl`), { timeout: WAIT_MS_MAX });
    return tpm;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#emulator.once('exit', resolve));
    this.#emulator.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
