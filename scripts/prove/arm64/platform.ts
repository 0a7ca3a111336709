import { messageOf } from '#core/kernel/fault.ts';
import { GpioCalls, GpioLine } from '#drivers/light/gpioLine.ts';
import { overwriteFreedMemory } from '#platform/freedMemory.ts';
import { LockedMemory } from '#platform/lockedMemory.ts';
import { NativeLibrary } from '#platform/nativeLibrary.ts';
import type { PlatformAnswer } from './tasks.ts';

const LOCKED_BYTES = 65_536;

/** What the gate asks of the C library and of the kernel. */
export function callTheSystem(): PlatformAnswer {
  const memory = new LockedMemory();
  memory.take(LOCKED_BYTES);
  return {
    arch: process.arch,
    node: process.versions.node,
    locked: memory.state('Zeros').locked,
    overwritten: overwriteFreedMemory().overwritten,
    noChip: takeLineOfNoChip(),
  };
}

function takeLineOfNoChip(): string {
  try {
    GpioLine.hold({ chip: '/dev/no-chip', line: 0, active: 'high' }, new GpioCalls(new NativeLibrary()))[
      Symbol.dispose
    ]();
    return 'a line';
  } catch (thrown) {
    return messageOf(thrown);
  }
}
