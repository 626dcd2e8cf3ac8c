import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { docs } from "./paths.ts";

/** A group of pages in the navigation. */
export interface Section {
  readonly title: string;
  /** Pages by their path in docs/, without ".md"; "index" is the README. */
  readonly pages: readonly string[];
}

/** Every page, in the order in which people need them. */
export function navigation(): readonly Section[] {
  const packages = readdirSync(join(docs, "packages"))
    .map((name) => name.replace(/\.md$/, ""))
    .sort();
  const first = ["cardwire", "cli"];
  const sections: readonly Section[] = [
    {
      title: "Start",
      pages: ["index", "start/linux", "start/windows", "start/macos", "start/browser", "start/raspberry-pi"],
    },
    { title: "Concepts", pages: ["concepts/ladder", "concepts/cards", "concepts/sharing", "concepts/house"] },
    {
      title: "Recipes",
      pages: [
        "recipes/index",
        "recipes/badge-login",
        "recipes/ntag",
        "recipes/mifare-classic",
        "recipes/felica",
        "recipes/desfire",
        "recipes/browser",
        "recipes/electron",
        "recipes/docker",
        "recipes/raspberry-pi",
      ],
    },
    { title: "Help", pages: ["testing-without-hardware", "troubleshooting"] },
    { title: "Tables", pages: ["statuses", "readers", "profiles", "air-cost"] },
    { title: "Extend", pages: ["architecture", "writing-a-tag-family", "writing-a-front-end", "writing-a-transport"] },
    {
      title: "Packages",
      pages: [...first, ...packages.filter((name) => !first.includes(name))].map((name) => `packages/${name}`),
    },
  ];
  // a new page is there before somebody has given it a place
  const listed = new Set(sections.flatMap(({ pages }) => pages));
  const more = allPages().filter((path) => !listed.has(path));
  return more.length === 0 ? sections : [...sections, { title: "More", pages: more }];
}

/** Every page of docs/ by its path, without ".md". */
export function allPages(): readonly string[] {
  return readdirSync(docs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith(".md"))
    .map((entry) => relative(docs, join(entry.parentPath, entry.name)).replace(/\.md$/, ""))
    .sort();
}
