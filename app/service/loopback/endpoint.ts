import type { KioskCommand } from '#contract/kioskCommand.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { SimulatorCommand, SimulatorView } from '#contract/simulator.ts';

/** What a page is connected to, whichever way its messages take. Any number of screens may subscribe. */
export interface ScreenEndpoint<View, Command> {
  /**
   * Calls `onView` at once with the newest view and then with every new one, and `onMirror` with every mirror picture as
   * a whole message of contract/mirrorFrame.ts, `undefined` where it is to be cleared. The bytes are valid during the
   * call only: whoever needs them longer copies them and overwrites the copy. The result ends the subscription.
   */
  subscribe(onView: (view: View) => void, onMirror: (message: Uint8Array | undefined) => void): Disposable;
  /** Without it every command is taken. One that is not is refused as what is no command at all. */
  takes?(command: Command): boolean;
  command(command: Command): void;
}

export type KioskEndpoint = ScreenEndpoint<KioskView, KioskCommand>;
/** The world around a simulated gate; it never sends a mirror picture. */
export type SimulatorEndpoint = ScreenEndpoint<SimulatorView, SimulatorCommand>;

/** The pages that this terminal serves. */
export interface ScreenEndpoints {
  readonly kiosk: KioskEndpoint;
  readonly simulator?: SimulatorEndpoint;
}
