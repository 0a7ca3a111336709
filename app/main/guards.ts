import { PAGE_NAMES, type PageName } from '../contract/page.ts';
import { CONNECT_CHANNEL } from '../contract/screenPort.ts';

export const SCHEME = 'lintel';

export const pageAddress = (page: PageName): string => `${SCHEME}://${page}/`;

/** Which page an address belongs to: `lintel://kiosk/…` and nothing that merely looks like it. */
export function pageOfAddress(address: string): PageName | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, username, password } = new URL(address);
  if (protocol !== `${SCHEME}:` || username !== '' || password !== '') return undefined;
  return PAGE_NAMES.find((name) => name === host);
}

/** A page may load itself again and go nowhere else. */
export const mayNavigate = (page: PageName, to: string): boolean => to === pageAddress(page);

/** Who sent an IPC message: the frame's own address, not that of the window it sits in. */
export interface Sender {
  readonly url: string;
  readonly isMainFrame: boolean;
}

export type Verdict = { readonly kind: 'admitted' } | { readonly kind: 'refused'; readonly why: string };

/**
 * Of all that a renderer may send to main there is one message, without arguments: "connect me". Commands go over the
 * port that it gets, and the terminal judges those.
 */
export function judgeMessage(
  page: PageName,
  sender: Sender | undefined,
  message: { channel: string; args: readonly unknown[] },
): Verdict {
  if (sender === undefined) return refused('its frame is gone');
  if (!sender.isMainFrame) return refused('it comes from a frame inside of the page');
  if (pageOfAddress(sender.url) !== page) return refused('it comes from another page');
  if (message.channel !== CONNECT_CHANNEL) return refused('no such channel');
  if (message.args.length > 0) return refused('the channel takes no arguments');
  return { kind: 'admitted' };
}

const refused = (why: string): Verdict => ({ kind: 'refused', why });
