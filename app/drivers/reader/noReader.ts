import type { AccessPointId } from '#core/kernel/ids.ts';
import type { CardReader, LinkState } from '#core/ports/hardware.ts';

const nothing: Disposable = { [Symbol.dispose]: () => undefined };

/** An access point without a card reader. */
export class NoReader implements CardReader {
  readonly accessPoint: AccessPointId;
  readonly link: LinkState = 'up';

  constructor(accessPoint: AccessPointId) {
    this.accessPoint = accessPoint;
  }

  onCard(): Disposable {
    return nothing;
  }

  onMisread(): Disposable {
    return nothing;
  }

  onKeys(): Disposable {
    return nothing;
  }

  signal(): void {}

  soundAlarm(): void {}

  onLink(): Disposable {
    return nothing;
  }
}
