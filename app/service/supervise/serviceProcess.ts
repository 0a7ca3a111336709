import { join } from 'node:path';
import type { ServiceCommand } from './supervise.ts';

export interface ServiceProcess {
  /** Where the program was unpacked. */
  readonly root: string;
  /** Of the service itself: see options.ts. */
  readonly args: readonly string[];
}

/**
 * A gate makes few objects at a time. Without this the main thread keeps 25 MB for new ones after the start; its workers
 * set their own limit where they are started.
 */
const NODE_OPTIONS = ['--max-semi-space-size=1'];

/** How the service's process is started, with the settings of the process that the product is measured with. */
export function serviceCommand({ root, args }: ServiceProcess): ServiceCommand {
  return {
    file: process.execPath,
    args: [...NODE_OPTIONS, join(root, 'app/service/start.ts'), ...args],
    env: {
      ...process.env,
      // Compiled code is kept between starts: a restart after a crash must not compile everything again.
      NODE_COMPILE_CACHE: join(root, 'build/compile-cache'),
      // The C library makes an area of memory for every thread, up to eight a core, and what one freed another cannot use.
      MALLOC_ARENA_MAX: '2',
    },
  };
}
