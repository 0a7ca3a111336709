import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';

/** A TPM answers within seconds, or not at all. */
const TOOL_MS_MAX = 30_000;
/** Firmware, its settings, its drivers, the boot loader, secure boot: what a measured boot fills first. */
export const PCRS = 'sha256:0,1,2,3,4,7';

export interface TpmOptions {
  /** How tpm2-tools reach it: `device:/dev/tpmrm0`, `swtpm:path=…`. Without it they choose. */
  readonly tcti?: string | undefined;
}

/** A TPM 2.0 through tpm2-tools. Secrets pass through pipes alone, never through arguments or files. */
export class Tpm {
  readonly #tcti: string | undefined;

  constructor({ tcti }: TpmOptions) {
    this.#tcti = tcti;
  }

  /** What the tool wrote, for the caller to overwrite. @throws Fault `key` where it fails. */
  run(tool: string, args: readonly string[], input?: Uint8Array): Buffer {
    const env = this.#tcti === undefined ? process.env : { ...process.env, TPM2TOOLS_TCTI: this.#tcti };
    try {
      return execFileSync(`tpm2_${tool}`, args, { input, env, timeout: TOOL_MS_MAX, stdio: ['pipe', 'pipe', 'pipe'] });
    } catch (error) {
      const expected = 'a TPM 2.0 that this account may use, and tpm2-tools';
      throw new Fault('key', { thing: `tpm2_${tool}`, found: reasonOf(error), expected }, error);
    }
  }

  /** Does `act` in a folder for the contexts of objects, which are let go of afterwards: a bare TPM has room for three. */
  withObjects<Result>(act: (folder: string) => Result): Result {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-tpm-'));
    try {
      return act(folder);
    } finally {
      for (const kind of ['-t', '-l']) this.#flush(kind);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Numbers of the NV indices that are defined. */
  indices(): ReadonlySet<number> {
    const text = this.run('getcap', ['handles-nv-index']).toString('utf8');
    return new Set([...text.matchAll(/0x([0-9a-f]+)/gi)].map(([, digits = '']) => Number.parseInt(digits, 16)));
  }

  /** False on a board whose firmware measures nothing: every register that is looked at is zero. */
  measuresBoot(): boolean {
    return this.withObjects((folder) => {
      const path = join(folder, 'pcrs');
      this.run('pcrread', [PCRS, '-o', path]);
      return readFileSync(path).some((byte) => byte !== 0);
    });
  }

  #flush(kind: string): void {
    try {
      this.run('flushcontext', [kind]);
    } catch {
      // Behind a resource manager there is nothing of ours to let go of.
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || !('stderr' in error) || !Buffer.isBuffer(error.stderr)) return messageOf(error);
  const lines = error.stderr.toString('utf8').trim().split('\n');
  return lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? messageOf(error);
}
