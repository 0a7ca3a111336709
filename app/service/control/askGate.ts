import { connect, type Socket } from 'node:net';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Json } from '#core/kernel/json.ts';
import { readLine } from './lines.ts';
import { ControlAnswer, controlPath } from './protocol.ts';

/** Nobody listens there: no gate has run, or it was killed. */
const NO_GATE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED']);

/**
 * Has the gate that works on this data folder run a command.
 * @returns undefined where no gate works on it
 * @throws Fault as the gate tells it, or `command` where it cannot be asked.
 */
export async function askGate(folder: string, command: string, given: Json): Promise<Json | undefined> {
  const socket = await reach(controlPath(folder));
  if (socket === undefined) return undefined;
  try {
    socket.write(`${JSON.stringify({ command, given })}\n`);
    const answer = ControlAnswer.parse(JSON.parse(await readLine(socket, Infinity)));
    if ('fault' in answer) throw new Fault(answer.fault.code, answer.fault);
    return answer.answer;
  } finally {
    socket.destroy();
  }
}

async function reach(path: string): Promise<Socket | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket | undefined>();
  const socket = connect(path, () => resolve(socket));
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (NO_GATE.has(error.code)) return resolve(undefined);
    const about = { thing: path, found: messageOf(error), expected: "a socket of this gate's own account" };
    reject(new Fault('command', about, error));
  });
  const reached = await promise;
  reached?.on('error', () => reached.destroy());
  return reached;
}
