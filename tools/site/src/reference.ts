import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import { root } from "./paths.ts";

interface Entry {
  /** What people import, such as "@cardwire/apdu/log". */
  readonly name: string;
  readonly source: string;
}

/** Builds the reference of every public entry point from the docstrings. */
export async function buildReference(folder: string): Promise<void> {
  const entries = publicEntries();
  const options: TypeDocOptions = {
    name: "cardwire",
    entryPoints: entries.map(({ source }) => source),
    tsconfig: join(root, "tools/site/tsconfig.reference.json"),
    // types are checked elsewhere, and this has to be quick
    skipErrorChecking: true,
    readme: "none",
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    githubPages: false,
    logLevel: "Error",
    navigationLinks: { Documentation: "../index.html", Playground: "../playground/index.html" },
    customCss: join(root, "tools/site/src/client/reference.css"),
    validation: false,
  };
  const application = await Application.bootstrap(options);
  const project = await application.convert();
  if (project === undefined) throw new Error("the reference could not be made");
  const names = new Map(entries.map(({ name, source }) => [source, name]));
  for (const module of project.children ?? []) {
    const source = project.getSymbolIdFromReflection(module)?.fileName ?? "";
    const name = [...names].find(([path]) => path.endsWith(source) || source.endsWith(path))?.[1];
    if (name !== undefined) module.name = name;
  }
  await application.generateDocs(project, folder);
}

/** What is published; the umbrella's sub-paths are other packages under another name. */
function publicEntries(): readonly Entry[] {
  return readdirSync(join(root, "packages")).flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as {
      name: string;
      exports: Record<string, { "@cardwire/source"?: string } | string>;
    };
    return Object.entries(manifest.exports).flatMap(([subpath, entry]) => {
      const source = typeof entry === "string" ? undefined : entry["@cardwire/source"];
      if (source === undefined || (folder === "cardwire" && subpath !== ".")) return [];
      return [{ name: `${manifest.name}${subpath.slice(1)}`, source: join(root, "packages", folder, source) }];
    });
  });
}
