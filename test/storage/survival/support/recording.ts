import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Disk, type Content } from './disk.ts';
import type { Scratch } from './scratch.ts';
import { parseTold, type LifeShape, type Told } from './telling.ts';
import { recordingTo, TraceReader, type TraceEvent } from './trace.ts';

export const LIFE = join(import.meta.dirname, '../children/life.ts');

/** One thing after the other, as it happened: to the files, and what the gate told of itself between. */
export type Step =
  | { readonly kind: 'disk'; readonly event: TraceEvent }
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'ended' };

const STANDARD_OUTPUT = 1;

/** What happened, and the disk that it happened to. */
export type Recorded = Pick<Recording, 'steps' | 'disk'>;

/** Lives of one gate, each begun where the one before it ended. */
export class Recording {
  readonly root: string;
  readonly steps: Step[] = [];
  readonly #before: Content;
  readonly #traceFile: string;

  /** @param root what lies there is on the disk when the recording begins */
  constructor(scratch: Scratch, root = scratch.root()) {
    this.root = root;
    this.#before = this.content();
    this.#traceFile = scratch.bare();
  }

  /** The same of a gate that left it to the system when its files come to lie on the disk. */
  withoutSyncs(): Recorded {
    const steps = this.steps.filter((step) => step.kind !== 'disk' || step.event.kind !== 'synced');
    return { steps, disk: () => this.disk() };
  }

  live(life: Omit<LifeShape, 'root'>): void {
    const [program = '', ...args] = recordingTo(this.#traceFile);
    const child = [process.execPath, LIFE, JSON.stringify({ ...life, root: this.root })];
    // Nothing but the gate's own files is written.
    const env = { ...process.env, UV_USE_IO_URING: '0', NODE_OPTIONS: '', NODE_DISABLE_COMPILE_CACHE: '1' };
    const { stderr, signal, status } = spawnSync(program, [...args, ...child], {
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const expected = life.end === 'killed' ? 'SIGKILL' : 0;
    if ((signal ?? status) !== expected) throw new Error(`life ${life.name} ended with ${signal ?? status}: ${stderr}`);
    for (const event of new TraceReader().events(readFileSync(this.#traceFile, 'latin1'))) this.#add(event);
    this.steps.push({ kind: 'ended' });
  }

  #add(event: TraceEvent): void {
    if (event.kind !== 'write' || event.fd !== STANDARD_OUTPUT) this.steps.push({ kind: 'disk', event });
    else
      for (const line of event.bytes.toString('utf8').split('\n'))
        if (line !== '') this.steps.push({ kind: 'told', told: parseTold(line) });
  }

  /** The disk before the first step. */
  disk(): Disk {
    return new Disk(this.root, this.#before);
  }

  /** What lies under the root now. */
  content(): Content {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true });
    const paths = entries.map((entry) => [join(entry.parentPath, entry.name), entry.isDirectory()] as const);
    const sorted = paths.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return new Map(
      sorted.map(([path, isFolder]) => [path.slice(this.root.length + 1), isFolder ? 'folder' : readFileSync(path)]),
    );
  }
}
