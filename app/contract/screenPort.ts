import * as z from 'zod/mini';
import { PAGE_NAMES } from './page.ts';

/**
 * How a screen and its terminal talk, on every host. To the screen: text is a view as JSON, bytes are a mirror picture.
 * From the screen: text is a command as JSON. Over a message port the screen also answers each message with
 * `SCREEN_SEEN`, and gets the next one, the newest, only then; a socket tells by itself when it is empty.
 */
export const SCREEN_SEEN = 'seen';

/** Where the loopback server takes a page's socket: relative to the page's own address, so `/kiosk/socket`. */
export const SCREEN_SOCKET = 'socket';

/** Electron: what the preload may say to main, and how main hands a page its port to the terminal. */
export const CONNECT_CHANNEL = 'lintel:connect';
export const PORT_CHANNEL = 'lintel:port';

/** Electron: what main tells the terminal's process. */
export const ToTerminal = z.discriminatedUnion('kind', [
  /** A page is there; its port comes with the message. */
  z.strictObject({ kind: z.literal('screen'), page: z.enum(PAGE_NAMES) }),
  /** Shut the gate down in order and exit. */
  z.strictObject({ kind: z.literal('stop') }),
]);
export type ToTerminal = z.infer<typeof ToTerminal>;
