import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { BUILT_IN_GATE } from '#service/readConfig.ts';
import { renewTokenFile } from '#service/loopback/token.ts';

export const ROOT = join(import.meta.dirname, '../../..');

/** A key of the configuration file by its path, and its new value; `undefined` takes it out. */
export type Change = readonly [path: readonly (string | number)[], value: unknown];

/**
 * Everything that one gate needs, in a folder of its own: the simulated gate's configuration with what a test changes of
 * it, data beside it, the key outside of the data, a token, and the program's files with stand-ins for the built pages.
 */
export class GateFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'lintel-e2e-'));
  readonly config = join(this.path, 'gate.yaml');
  readonly data = join(this.path, 'data');
  readonly key = join(this.path, 'gate.key');
  readonly tokenFile = join(this.path, 'token');
  /** Where the program's own files lie: see LINTEL_ROOT in start.ts. */
  readonly program = join(this.path, 'program');
  /** Whatever a killed service leaves in its temporary folder goes with this one. */
  readonly temporary = join(this.path, 'tmp');

  constructor(...changes: readonly Change[]) {
    mkdirSync(this.temporary);
    renewTokenFile(this.tokenFile)[Symbol.dispose]();
    mkdirSync(join(this.program, 'build'), { recursive: true });
    for (const part of ['models', 'signage', 'build/people']) symlinkSync(join(ROOT, part), join(this.program, part));
    for (const page of ['kiosk', 'simulator'])
      this.putPage(page, new Map([['index.html', Buffer.from(`<title>${page}`)]]));
    this.configure(...changes);
  }

  /** Writes the configuration: the simulated gate's, with a port of its own choice, changed as told. */
  configure(...changes: readonly Change[]): void {
    const document = parseDocument(readFileSync(BUILT_IN_GATE, 'utf8'));
    const ours: readonly Change[] = [
      [['data'], 'data'],
      [['key'], 'gate.key'],
      [['kiosk', 'port'], 0],
    ];
    for (const [path, value] of [...ours, ...changes]) {
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, document.createNode(value));
    }
    writeFileSync(this.config, document.toString());
  }

  putPage(page: string, files: ReadonlyMap<string, Buffer>): void {
    for (const [name, content] of files) {
      const file = join(this.program, 'build/web', page, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, content);
    }
  }

  get token(): string {
    return readFileSync(this.tokenFile, 'utf8').trim();
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
