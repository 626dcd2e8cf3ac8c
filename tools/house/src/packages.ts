import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** One condition's target of an exports entry. */
export interface ExportTarget {
  readonly types: string;
  readonly default: string;
}

/** One entry of an exports map, as every package writes it. */
export interface ExportEntry {
  readonly "@cardwire/source": string;
  readonly import: ExportTarget;
  readonly require: ExportTarget;
}

/** The parts of a manifest that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node?: string };
  readonly exports?: Readonly<Record<string, ExportEntry | string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
}

/** A published package of the repository. */
export interface HousePackage {
  /** Its folder below `packages`. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
  /** Its entries: "." or "./virtual" and the source file of each. */
  readonly entries: readonly { readonly subpath: string; readonly source: string }[];
}

/** Every package below `packages`, in the order of their names. */
export function readPackages(): readonly HousePackage[] {
  return readdirSync(join(root, "packages"))
    .sort()
    .map((folder) => {
      const path = join(root, "packages", folder);
      const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
      const entries = Object.entries(manifest.exports ?? {}).flatMap(([subpath, entry]) =>
        typeof entry === "string" ? [] : [{ subpath, source: join(path, entry["@cardwire/source"]) }],
      );
      return { folder, path, manifest, entries };
    });
}
