import * as z from 'zod';
import { ConfigFile } from './schema.ts';

/**
 * What an editor checks a configuration file by while it is written. What names refer to each other it cannot know; the
 * program itself checks the whole.
 */
export const configurationSchema = (): unknown => ({
  ...z.toJSONSchema(ConfigFile, { io: 'input', unrepresentable: 'any', reused: 'ref' }),
  title: 'Configuration of a Lintel gate',
});
