import { CAPABILITY, type Capability, type Identity } from './replies.ts';
import type { Turn } from './turn.ts';

/** Who the reader is; told where that is news. */
export function hearIdentity(turn: Turn, identity: Identity): void {
  const before = turn.reader.identity;
  turn.set({ identity });
  if (JSON.stringify(before) !== JSON.stringify(identity)) turn.tell({ kind: 'identified', identity });
}

/** What the reader can; told where that is news. */
export function hearCapabilities(turn: Turn, capabilities: readonly Capability[]): void {
  const before = turn.reader.capabilities;
  const check = capabilities.find(({ code }) => code === CAPABILITY.check);
  turn.set({ capabilities, check: check === undefined || (check.level & 1) !== 0 ? turn.reader.check : 'checksum' });
  if (JSON.stringify(before) !== JSON.stringify(capabilities)) turn.tell({ kind: 'capable', capabilities });
}
