import { writeFileSync } from 'node:fs';
import { generateSchemaFiles } from './generated-files.ts';

// `npm run compose`: writes the supergraph and the schema that clients see.
try {
  for (const { file, path, content } of generateSchemaFiles()) {
    writeFileSync(file, content);
    process.stderr.write(`wrote ${path}\n`);
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
