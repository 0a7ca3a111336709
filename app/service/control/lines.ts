import type { Socket } from 'node:net';
import { Fault } from '#core/kernel/fault.ts';
import { CONTROL_LINE_BYTES_MAX } from './protocol.ts';

/** The first line that comes, without its end. @throws Fault `command` where none comes in time, or it is too long. */
export async function readLine(socket: Socket, msMax: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fault = (found: string): Fault =>
    new Fault('command', { thing: 'control socket', found, expected: 'one line of JSON' });
  const parts: Buffer[] = [];
  let bytes = 0;
  const take = (part: Buffer): void => {
    const end = part.indexOf('\n');
    bytes += end < 0 ? part.length : end;
    if (bytes > CONTROL_LINE_BYTES_MAX) return reject(fault(`more than ${CONTROL_LINE_BYTES_MAX} bytes`));
    parts.push(end < 0 ? part : part.subarray(0, end));
    if (end >= 0) resolve(Buffer.concat(parts).toString('utf8'));
  };
  const deadline = msMax === Infinity ? undefined : setTimeout(() => reject(fault(`nothing for ${msMax} ms`)), msMax);
  socket.on('data', take);
  for (const end of ['end', 'close'] as const)
    socket.once(end, () => reject(fault('the end of the line before its end')));
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    socket.off('data', take);
  }
}

export function endWith(socket: Socket, message: unknown): void {
  socket.end(`${JSON.stringify(message)}\n`);
}
