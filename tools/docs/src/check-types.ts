import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { type Example, root } from "./examples.ts";

const folder = dirname(fileURLToPath(import.meta.url));

/** Compiles all examples as modules of an application, and gives what the compiler says, an entry for each complaint. */
export function checkTypes(examples: readonly Example[]): readonly string[] {
  const files = new Map(examples.map((example, index) => [join(folder, `example-${index}.ts`), example]));
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: Record<string, unknown> };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const host = ts.createCompilerHost({ ...options });
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (path) => {
    const example = files.get(path);
    return example === undefined ? readFile(path) : `${example.code}\nexport {};\n`;
  };
  host.fileExists = (path) => files.has(path) || fileExists(path);
  const program = ts.createProgram({
    rootNames: [...files.keys()],
    options: {
      ...options,
      types: ["node"],
      declaration: false,
      isolatedDeclarations: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      target: ts.ScriptTarget.ES2022,
    },
    host,
  });
  return [...files].flatMap(([path, { name }]) => {
    const source = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}
