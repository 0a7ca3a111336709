import type { Checkpoint } from '#core/journal/checkpoint.ts';
import type { Finding } from '#core/journal/check.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import { range, type Findings } from './findings.ts';
import type { JournalTables } from './journalTables.ts';
import type { Verifier } from './signing.ts';

export interface ReadAnchor {
  readonly name: string;
  readonly checkpoint: Checkpoint | undefined;
  /** Why it could not be read. */
  readonly fault: string | undefined;
}

export function readAnchors(stores: readonly AnchorStore[]): ReadAnchor[] {
  return stores.map((store) => {
    try {
      return { name: store.name, checkpoint: store.read(), fault: undefined };
    } catch (error) {
      return { name: store.name, checkpoint: undefined, fault: messageOf(error) };
    }
  });
}

export interface AnchorCheck {
  readonly anchors: readonly ReadAnchor[];
  readonly tables: JournalTables;
  readonly verifier: Verifier;
  readonly findings: Findings;
  readonly bounds: { readonly first: number; readonly last: number };
  /** The newest checkpoint in the journal that fits. */
  readonly signed: Checkpoint | undefined;
}

interface Covered {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Holds each anchor against the journal. The one that covers the most is given back, and those that are not there. */
export function checkAnchors(check: AnchorCheck): {
  readonly covered: Covered | undefined;
  readonly missing: Finding[];
} {
  const missing: Finding[] = [];
  let covered: Covered | undefined;
  for (const { name, checkpoint, fault } of check.anchors) {
    if (fault !== undefined) check.findings.add({ kind: 'anchor', from: 0, to: 0, says: fault });
    else if (checkpoint === undefined) {
      const says = `no anchor in ${name}: it was taken away, or could never be written`;
      missing.push({ kind: 'anchor', from: 0, to: 0, says });
    } else if (isOurs(check, name, checkpoint)) {
      checkAnchor(check, name, checkpoint);
      if (checkpoint.id > (covered?.checkpoint.id ?? 0)) covered = { name, checkpoint };
    }
  }
  return { covered, missing };
}

function isOurs({ verifier, tables, findings }: AnchorCheck, name: string, checkpoint: Checkpoint): boolean {
  const { id } = checkpoint;
  if (!verifier.checkpoint(checkpoint)) {
    findings.add({ kind: 'anchor', from: id, to: id, says: `the anchor ${name} is signed by no key of this gate` });
    return false;
  }
  if (checkpoint.journal === tables.journal) return true;
  const says = `the anchor ${name} is of journal ${checkpoint.journal}, and this one calls itself ${tables.journal}`;
  findings.add({ kind: 'another-chain', from: 1, to: id, says });
  return false;
}

function checkAnchor({ tables, findings, bounds, signed }: AnchorCheck, name: string, { id, hash }: Checkpoint): void {
  if (id > bounds.last) {
    const lost = range(bounds.last + 1, id);
    const says = `${lost}: gone, the journal ends at ${bounds.last} and the anchor ${name} has seen ${id}`;
    findings.add({ kind: 'cut-short', from: bounds.last + 1, to: id, says });
    return;
  }
  const found = tables.hashAt(id);
  // Within a removed segment: its head, which is signed, stands for the entry.
  if (found?.toString('hex') === hash || (found === undefined && id < bounds.first)) return;
  const from = signed !== undefined && signed.id < id ? signed.id + 1 : bounds.first;
  const says = `${range(from, id)}: not the chain that the anchor ${name} has seen`;
  findings.add({ kind: 'another-chain', from, to: id, says });
}
