import { SerialPort } from 'serialport';

/** A serial port of this machine, as the system names it. */
export interface FoundPort {
  readonly path: string;
  /** What is plugged in, where it says. */
  readonly maker: string;
}

/** Names that stand for a port that is really there; of the ttyS that a kernel lists most have nothing behind them. */
const LIKELY = /^\/dev\/tty(?:USB|ACM|AMA|SC|XRUSB)\d+$/;

/** The ports that something may be behind, in order of their names. */
export async function listPorts(): Promise<readonly FoundPort[]> {
  const found = await SerialPort.list();
  return found
    .filter(({ path, vendorId }) => LIKELY.test(path) || vendorId !== undefined)
    .map(({ path, manufacturer, vendorId, productId }) => ({
      path,
      maker: [manufacturer, vendorId && `${vendorId}:${productId ?? '?'}`].filter(Boolean).join(' '),
    }))
    .toSorted((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}
