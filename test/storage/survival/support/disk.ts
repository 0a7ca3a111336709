import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TraceEvent } from './trace.ts';

/** From 0 to 1. */
export type Random = () => number;

/** A change of a file that no sync has taken to the disk yet. */
type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };
type FolderChange = { readonly name: string; readonly node: Node | undefined; readonly from?: string };
type Node = DiskFile | DiskFolder;

const sizeAfter = (size: number, change: Change): number =>
  'size' in change ? change.size : Math.max(size, change.at + change.bytes.length);

/** A file as the disk holds it, with what only memory holds. */
class DiskFile {
  #durable: Buffer;
  #changes: Change[] = [];
  #synced = 0;

  constructor(content: Buffer) {
    this.#durable = content;
  }

  get size(): number {
    return this.#changes.reduce(sizeAfter, this.#durable.length);
  }

  /** Changes ever made: what `sync` is given later. */
  get changed(): number {
    return this.#synced + this.#changes.length;
  }

  change(change: Change): void {
    this.#changes.push(change);
  }

  sync(upTo: number): void {
    const taken = this.#changes.splice(0, Math.max(0, upTo - this.#synced));
    this.#synced += taken.length;
    this.#durable = whole(this.#durable, taken);
  }

  get now(): Buffer {
    return whole(this.#durable, this.#changes);
  }

  /**
   * What may lie there after a loss of power. Memory is written to the disk by sectors, in any order and at any time: each
   * sector is as some moment since the last sync left it, and so is the size. What a file grew by and was never written
   * is zeros or noise. Cutting a file short is one step, which the file systems put in order: done, or not and nothing
   * that was written after it.
   */
  afterLoss(random: Random, tearing: Tearing): Buffer {
    if (this.#changes.length === 0) return this.#durable;
    let size = this.#durable.length;
    const cuts = this.#changes.flatMap((change, index) => {
      const before = size;
      size = sizeAfter(size, change);
      return size < before ? [index] : [];
    });
    const done = Math.floor(random() * (cuts.length + 1));
    const from = done === 0 ? 0 : cuts[done - 1]! + 1;
    const changes = this.#changes.slice(from, cuts[done]);
    return torn(whole(this.#durable, this.#changes.slice(0, from)), changes, { random, ...tearing });
  }
}

interface Tear extends Tearing {
  readonly random: Random;
}

/** A file whose changes, none of which cuts it short, the disk has taken in pieces. */
function torn(before: Buffer, changes: readonly Change[], { random, sectorBytes, noise }: Tear): Buffer {
  if (random() < 0.1) return before;
  if (random() < 0.1) return whole(before, changes);
  const moment = (): number => Math.floor(random() * (changes.length + 1));
  if (random() < 0.2) return whole(before, changes.slice(0, moment()));
  const largest = changes.reduce(sizeAfter, before.length);
  const content = Buffer.alloc(largest);
  before.copy(content);
  if (noise) fillWithNoise(content.subarray(before.length), random);
  const moments = new Map<number, number>();
  for (const [index, change] of changes.entries()) {
    if ('size' in change) continue;
    const end = change.at + change.bytes.length;
    for (let sector = Math.floor(change.at / sectorBytes); sector * sectorBytes < end; sector++) {
      const until = moments.get(sector) ?? moment();
      moments.set(sector, until);
      if (index >= until) continue;
      const [start, stop] = [Math.max(change.at, sector * sectorBytes), Math.min(end, (sector + 1) * sectorBytes)];
      change.bytes.copy(content, start, start - change.at, stop - change.at);
    }
  }
  return content.subarray(0, changes.slice(0, moment()).reduce(sizeAfter, before.length));
}

function whole(durable: Buffer, changes: readonly Change[]): Buffer {
  if (changes.length === 0) return durable;
  let size = durable.length;
  let largest = size;
  for (const change of changes) {
    size = sizeAfter(size, change);
    largest = Math.max(largest, size);
  }
  const content = Buffer.alloc(largest);
  durable.copy(content);
  for (const change of changes) {
    if ('size' in change) content.fill(0, change.size);
    else change.bytes.copy(content, change.at);
  }
  return content.subarray(0, size);
}

function fillWithNoise(bytes: Buffer, random: Random): void {
  const pattern = Buffer.from(Array.from({ length: 61 }, () => Math.floor(random() * 256)));
  bytes.fill(pattern);
}

/** Names in a folder: a loss of power leaves the first of the changes that no sync of the folder followed, however many. */
class DiskFolder {
  readonly #durable = new Map<string, Node>();
  readonly #changes: FolderChange[] = [];
  #synced = 0;
  readonly now = new Map<string, Node>();

  change(change: FolderChange): void {
    this.#changes.push(change);
    apply(this.now, change);
  }

  get changed(): number {
    return this.#synced + this.#changes.length;
  }

  sync(upTo: number): void {
    const taken = this.#changes.splice(0, Math.max(0, upTo - this.#synced));
    this.#synced += taken.length;
    for (const change of taken) apply(this.#durable, change);
  }

  afterLoss(random: Random): ReadonlyMap<string, Node> {
    const kept = new Map(this.#durable);
    const count = Math.floor(random() * (this.#changes.length + 1));
    for (const change of this.#changes.slice(0, count)) apply(kept, change);
    return kept;
  }
}

function apply(names: Map<string, Node>, { name, node, from }: FolderChange): void {
  if (from !== undefined) names.delete(from);
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

/** How a loss of power tears what was being written. */
interface Tearing {
  readonly sectorBytes: number;
  readonly noise: boolean;
}

/** Files and folders by their path from the root, each folder before what lies in it. */
export type Content = ReadonlyMap<string, Buffer | 'folder'>;

interface OpenFile {
  readonly node: Node;
  readonly path: string;
  at: number;
}

/** Everything under one folder, followed through a recording. */
export class Disk {
  readonly #root: string;
  readonly #tree = new DiskFolder();
  readonly #open = new Map<number, OpenFile>();
  /** By thread: up to which change of what the sync under way will have taken along. */
  readonly #syncs = new Map<string, { readonly file: OpenFile; readonly upTo: number }>();

  /** @param content of every file under `root`, by its path from there, and of every folder: all of it is on the disk */
  constructor(root: string, content: Content) {
    this.#root = root;
    const folders: DiskFolder[] = [this.#tree];
    for (const [path, bytes] of content) {
      const { folder, name } = this.#place(join(root, path));
      const node = bytes === 'folder' ? new DiskFolder() : new DiskFile(bytes);
      folder.change({ name, node });
      if (node instanceof DiskFolder) folders.push(node);
    }
    for (const folder of folders) folder.sync(folder.changed);
  }

  /** A process has ended: what it had open is closed, and nothing is lost. */
  ended(): void {
    this.#open.clear();
    this.#syncs.clear();
  }

  /** Where the event changed what a loss of power may leave: what of, in words. */
  apply(event: TraceEvent): string | undefined {
    if ('fd' in event && event.kind !== 'open') return this.#applyTo(event, this.#open.get(event.fd));
    const path = this.#absolute(event);
    if (path === this.#root && event.kind === 'open') this.#opened(event.fd, this.#tree, path);
    if (path?.startsWith(`${this.#root}/`) !== true) return undefined;
    if (event.kind === 'open') return this.#openFile(event, path);
    const { folder, name } = this.#place(path);
    const node = folder.now.get(name);
    if (event.kind === 'make-folder') folder.change({ name, node: new DiskFolder() });
    else if (event.kind === 'remove') folder.change({ name, node: undefined });
    else {
      const to = this.#place(event.to);
      if (node === undefined || to.folder !== folder) throw new Error(`${event.kind} of ${event.path} to ${event.to}`);
      folder.change({ name: to.name, node, ...(event.kind === 'rename' ? { from: name } : {}) });
    }
    return `${event.kind} ${path}`;
  }

  /** Undefined for what begins at a folder that is none of ours. */
  #absolute(event: Extract<TraceEvent, { path: string }>): string | undefined {
    if (!('inside' in event) || event.inside === undefined || event.path.startsWith('/')) return event.path;
    const folder = this.#open.get(event.inside);
    return folder === undefined ? undefined : join(folder.path, event.path);
  }

  #openFile({ fd, flags }: Extract<TraceEvent, { kind: 'open' }>, path: string): string | undefined {
    const { folder, name } = this.#place(path);
    let node = folder.now.get(name);
    const made = node === undefined;
    if (node === undefined) {
      if (!flags.has('O_CREAT')) throw new Error(`${path} was opened and never made`);
      node = new DiskFile(Buffer.alloc(0));
      folder.change({ name, node });
    } else if (flags.has('O_TRUNC') && node instanceof DiskFile && node.size > 0) node.change({ size: 0 });
    if (flags.has('O_APPEND')) throw new Error(`${path} was opened for appending`);
    this.#opened(fd, node, path);
    return made || flags.has('O_TRUNC') ? `make ${path}` : undefined;
  }

  #opened(fd: number, node: Node, path: string): void {
    this.#open.set(fd, { node, path, at: 0 });
  }

  #applyTo(event: Exclude<TraceEvent, { path: string }>, file: OpenFile | undefined): string | undefined {
    if (event.kind === 'close') this.#open.delete(event.fd);
    if (event.kind === 'synced') return this.#synced(event.thread);
    if (file === undefined) return undefined;
    const { node } = file;
    if (event.kind === 'sync-begun') this.#syncs.set(event.thread, { file, upTo: node.changed });
    if (!(node instanceof DiskFile)) return undefined;
    if (event.kind === 'size') node.change({ size: event.bytes });
    else if (event.kind === 'write') {
      node.change({ at: event.at ?? file.at, bytes: event.bytes });
      if (event.at === undefined) file.at += event.bytes.length;
    } else return undefined;
    return `${event.kind} ${file.path}`;
  }

  #synced(thread: string): string | undefined {
    const sync = this.#syncs.get(thread);
    this.#syncs.delete(thread);
    sync?.file.node.sync(sync.upTo);
    return sync === undefined ? undefined : `sync ${sync.file.path}`;
  }

  /** Writes under `into` what may be there after a loss of power at this moment. */
  loseAt(random: Random, into: string): void {
    const tearing = { sectorBytes: random() < 0.5 ? 512 : 4_096, noise: random() < 0.5 };
    const write = (names: ReadonlyMap<string, Node>, path: string): void => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      for (const [name, node] of names) {
        if (node instanceof DiskFolder) write(node.afterLoss(random), join(path, name));
        else writeFileSync(join(path, name), node.afterLoss(random, tearing), { mode: 0o600 });
      }
    };
    write(this.#tree.afterLoss(random), into);
  }

  /** Everything as the processes see it, by its path from the root. */
  content(): Content {
    const found = new Map<string, Buffer | 'folder'>();
    const visit = (names: ReadonlyMap<string, Node>, path: string): void => {
      for (const [name, node] of names) {
        found.set(join(path, name), node instanceof DiskFolder ? 'folder' : node.now);
        if (node instanceof DiskFolder) visit(node.now, join(path, name));
      }
    };
    visit(this.#tree.now, '');
    return found;
  }

  #place(path: string): { readonly folder: DiskFolder; readonly name: string } {
    if (dirname(path) === this.#root) return { folder: this.#tree, name: basename(path) };
    const { folder, name } = this.#place(dirname(path));
    const found = folder.now.get(name);
    if (!(found instanceof DiskFolder)) throw new Error(`${path} lies in no folder that was made`);
    return { folder: found, name: basename(path) };
  }
}
