// Makes types/v1.d.ts from the released document: the calls and answers of shops, without the operators'. With --check it only says whether it is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const target = new URL('../types/v1.d.ts', import.meta.url);
const document = JSON.parse(await readFile(new URL('../../../docs/openapi/v1.json', import.meta.url), 'utf8'));

// One error is like another: the client throws them.
for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    if (operation.tags[0].startsWith('Operations')) delete operations[method];
    else operation.responses = Object.fromEntries(Object.entries(operation.responses).filter(([status]) => status.startsWith('2')));
  }
  if (Object.keys(operations).length === 0) delete document.paths[path];
}

// Whatever the rest refers to, and the errors.
const { schemas } = document.components;
const used = new Set();
const visit = (node) => {
  if (typeof node !== 'object' || node === null) return;
  const name = typeof node.$ref === 'string' ? node.$ref.split('/').at(-1) : undefined;
  if (name && !used.has(name)) {
    used.add(name);
    visit(schemas[name]);
  }
  Object.values(node).forEach(visit);
};
visit(document.paths);
visit({ $ref: '#/components/schemas/Problem' });
document.components.schemas = Object.fromEntries(
  Object.entries(schemas).filter(([name]) => used.has(name)).map(([name, { examples, ...schema }]) => [name, schema]),
);

// A field with a default may be left out.
const types = astToString(await openapiTS(document, { defaultNonNullable: false }));
const text = `// Made from docs/openapi/v1.json by "npm run generate".\n${types}`;
if (!process.argv.includes('--check')) await writeFile(target, text);
else if (text !== (await readFile(target, 'utf8').catch(() => ''))) {
  console.error('types/v1.d.ts is not what docs/openapi/v1.json says now: npm run generate');
  process.exitCode = 1;
}
