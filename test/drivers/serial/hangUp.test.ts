import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { noticeHangUp } from '#drivers/serial/hangUp.ts';

/** What the library has of an open port: whatever is asked of it later is there too. */
function portOver(path: string) {
  const fd = openSync(path, 'r');
  const waits: ((error: Error | null) => void)[] = [];
  const port = {
    fd: fd as number | null,
    isOpen: true,
    poller: { once: (_event: 'readable', listener: (error: Error | null) => void) => void waits.push(listener) },
    read: (): Promise<{ bytesRead: number }> => Promise.reject(new Error('the library reads an empty port for ever')),
  };
  noticeHangUp({ port } as never);
  const read = port.read as unknown as (buffer: Buffer, offset: number, length: number) => Promise<unknown>;
  return { port, read: () => read(Buffer.alloc(8), 0, 8), waits, close: () => closeSync(fd) };
}

it('a port that reads as empty is one that went away', async () => {
  const { read, close } = portOver('/dev/null');
  await expect(read()).rejects.toThrow('hung up');
  close();
});

it('a port that has something gives it, and one that was closed is not read any more', async () => {
  const { port, read, close } = portOver('/dev/zero');
  await expect(read()).resolves.toMatchObject({ bytesRead: 8 });
  port.isOpen = false;
  await expect(read()).rejects.toMatchObject({ canceled: true });
  close();
});
