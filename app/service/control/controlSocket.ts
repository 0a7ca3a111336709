import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Health } from '#core/ports/health.ts';
import { endWith, readLine } from './lines.ts';
import type { ControlCommand } from './controlCommand.ts';
import { controlPath, ControlRequest, type ControlAnswer } from './protocol.ts';

/** At once; one more is closed at its arrival. */
const CONNECTIONS_MAX = 8;
/** A caller that has not said what it wants by then is gone. */
const REQUEST_MS_MAX = 5_000;
/** Bytes of a socket's path that the kernel takes. */
const PATH_BYTES_MAX = 107;
const OWN_SOCKET = 0o600;

export interface ControlParts {
  /** The data folder, which this gate holds: a socket that lies there is one of a gate that was killed. */
  readonly folder: string;
  readonly commands: readonly ControlCommand[];
  /** Called before a recorded command is run. */
  readonly record: (command: string) => void;
  readonly health: Health;
}

/** What lets commands reach a gate that works. The gate never depends on it: without one it is only reported. */
export class ControlSocket {
  readonly #parts: ControlParts;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  static async open(parts: ControlParts): Promise<ControlSocket> {
    const control = new ControlSocket(parts);
    const path = controlPath(parts.folder);
    try {
      await control.#listen(path);
      parts.health.report({ part: 'control', level: 'ok', says: path });
    } catch (error) {
      parts.health.report({
        part: 'control',
        level: 'warning',
        says: `no commands reach this gate: ${messageOf(error)}`,
      });
    }
    return control;
  }

  /** Ends what is connected; a command that is under way goes on to its end. */
  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #listen(path: string): Promise<void> {
    if (Buffer.byteLength(path) > PATH_BYTES_MAX)
      throw new Fault('address', {
        thing: path,
        found: 'a path too long for a socket',
        expected: `${PATH_BYTES_MAX} bytes`,
      });
    rmSync(path, { force: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(path, resolve);
    await promise;
    this.#server.off('error', reject);
    this.#server.on('error', (error) =>
      this.#parts.health.report({ part: 'control', level: 'warning', says: error.message }),
    );
    chmodSync(path, OWN_SOCKET);
  }

  async #serve(socket: Socket): Promise<void> {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    // A caller that goes away is no affair of the gate's.
    socket.on('error', () => socket.destroy());
    try {
      const line = await readLine(socket, REQUEST_MS_MAX);
      endWith(socket, await this.#answer(line));
    } catch {
      socket.destroy();
    }
  }

  async #answer(line: string): Promise<ControlAnswer> {
    try {
      const { command: name, given } = requestOf(line);
      const command = this.#parts.commands.find((one) => one.name === name);
      if (command === undefined) {
        const expected = this.#parts.commands.map((one) => one.name).join(', ');
        throw new Fault('command', { thing: 'command', found: JSON.stringify(name), expected });
      }
      if (command.recorded) this.#parts.record(name);
      return { answer: await command.run(given) };
    } catch (error) {
      if (error instanceof Fault) {
        const { code, thing, found, expected } = error;
        return { fault: { code, thing, found, expected } };
      }
      const about = { thing: 'command', found: messageOf(error), expected: 'none of our own mistakes' };
      return { fault: { code: 'command', ...about } };
    }
  }
}

function requestOf(line: string): { command: string; given: unknown } {
  const fault = (found: string): Fault =>
    new Fault('command', { thing: 'request', found, expected: 'one line of JSON with command and given' });
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch (error) {
    throw fault(messageOf(error));
  }
  const parsed = ControlRequest.safeParse(content);
  if (parsed.success) return parsed.data;
  throw fault('another shape');
}
