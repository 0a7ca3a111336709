import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { SerialPort } from 'serialport';

const readFile = promisify(read);

/** What is used of the library's Linux port. */
interface LinuxPort {
  readonly fd: number | null;
  readonly isOpen: boolean;
  readonly poller: { once(event: 'readable', listener: (error: Error | null) => void): void };
  read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number; buffer: Buffer }>;
}

/**
 * Makes a port that is open notice that it was hung up. A terminal that went away reads as empty for ever, and the
 * library reads an empty port again at once: about one unplugging in a hundred was never told and took a core. An open
 * port without data says EAGAIN, so nothing read means gone. To be called before anybody listens to the port.
 */
export function noticeHangUp(serial: SerialPort): void {
  const port: unknown = serial.port;
  if (!isLinuxPort(port)) return;
  port.read = async (buffer, offset, length) => {
    for (;;) {
      const fd = openFile(port);
      const bytesRead = await readFile(fd, buffer, offset, length, null).then(
        (found) => found.bytesRead,
        (error: unknown) => {
          if (isNothingYet(error)) return undefined;
          throw error;
        },
      );
      if (bytesRead === 0) throw new Error('the port was hung up');
      if (bytesRead !== undefined) return { bytesRead, buffer };
      // Closed while it was read: its poller is gone, and must not be touched.
      openFile(port);
      await readable(port);
    }
  };
}

/** @throws an error that the library passes over, where the port was closed. */
function openFile({ isOpen, fd }: LinuxPort): number {
  if (isOpen && fd !== null) return fd;
  throw Object.assign(new Error('Port is not open'), { canceled: true });
}

const readable = (port: LinuxPort): Promise<void> =>
  new Promise((resolve, reject) => {
    port.poller.once('readable', (error) => (error === null ? resolve() : reject(error)));
  });

const isLinuxPort = (port: unknown): port is LinuxPort =>
  typeof port === 'object' && port !== null && 'poller' in port && 'fd' in port && 'read' in port;

const isNothingYet = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EAGAIN', 'EWOULDBLOCK', 'EINTR'].includes(String(error.code));
