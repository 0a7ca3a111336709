import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationSchema } from '#service/config/jsonSchema.ts';

/** Written anew whenever the schema of the configuration has changed; a test compares the two. */
const file = join(import.meta.dirname, '../app/service/config/gate.schema.json');
writeFileSync(file, `${JSON.stringify(configurationSchema(), undefined, 2)}\n`);
console.log(file);
