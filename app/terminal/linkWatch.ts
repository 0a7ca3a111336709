import type { Link, LinkState } from '#core/ports/hardware.ts';
import type { Health } from '#core/ports/health.ts';
import type { Recorder } from './recorder.ts';

interface LinkWatchParts {
  /** As the health page and the journal call what is at the far end. */
  readonly part: string;
  readonly health: Health;
  readonly recorder: Recorder;
  /** Called once it is told. */
  readonly onTold?: (link: LinkState) => void;
}

/** A line that is lost, or comes back, is on the health page and in the journal. */
export const watchLink = (link: Link, { part, health, recorder, onTold }: LinkWatchParts): Disposable =>
  link.onLink((state, why) => {
    health.report({ part, level: state === 'up' ? 'ok' : 'failed', says: why });
    recorder.record({ kind: state === 'up' ? 'link-restored' : 'link-lost', part });
    onTold?.(state);
  });
