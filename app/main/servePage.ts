import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PAGE_HEADERS, pageFile, type PageName } from '../contract/page.ts';
import { pageOfAddress } from './guards.ts';

/** Folders of the built pages; a page without one does not exist. */
export type PageFolders = Readonly<Partial<Record<PageName, string>>>;

/** Answers `lintel://<page>/<file>` from the page's folder, with the headers that every host gives. */
export async function servePage(
  request: { readonly url: string; readonly method: string },
  folders: PageFolders,
): Promise<Response> {
  if (request.method !== 'GET') return empty(405);
  const page = pageOfAddress(request.url);
  const folder = page === undefined ? undefined : folders[page];
  const found = pageFile(new URL(request.url).pathname.slice(1));
  if (folder === undefined || found === undefined) return empty(404);
  try {
    const body = await readFile(join(folder, found.file));
    return new Response(body, { headers: { ...PAGE_HEADERS, 'content-type': found.contentType } });
  } catch {
    return empty(404);
  }
}

const empty = (status: number): Response => new Response(null, { status, headers: { ...PAGE_HEADERS } });
