import { join } from 'node:path';
import type { ServiceCommand } from './supervise.ts';

export interface ServiceProcess {
  /** Where the program was unpacked. */
  readonly root: string;
  /** Of the service itself: see options.ts. */
  readonly args: readonly string[];
}

/** How the service's process is started, with the settings of the process that the product is measured with. */
export function serviceCommand({ root, args }: ServiceProcess): ServiceCommand {
  return {
    file: process.execPath,
    args: [join(root, 'app/service/start.ts'), ...args],
    env: {
      ...process.env,
      // Compiled code is kept between starts: a restart after a crash must not compile everything again.
      NODE_COMPILE_CACHE: join(root, 'build/compile-cache'),
    },
  };
}
