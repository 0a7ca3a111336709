import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationSchema } from '#service/config/jsonSchema.ts';

/** Written anew whenever the schema of the configuration has changed; a test compares the two. */
const root = join(import.meta.dirname, '..');
const file = join(root, 'app/service/config/gate.schema.json');
writeFileSync(file, `${JSON.stringify(configurationSchema(), undefined, 2)}\n`);
execFileSync(join(root, 'node_modules/.bin/oxfmt'), [file], { cwd: root });
console.log(file);
