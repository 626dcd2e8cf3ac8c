/** A page's links and the places in it that can be linked to. */
export interface LinkedFile {
  /** Path in the site, such as "recipes/ntag.html". */
  readonly path: string;
  readonly html: string;
}

/** Every link inside the site that leads nowhere, as "PAGE: LINK". */
export function deadLinks(files: readonly LinkedFile[], others: ReadonlySet<string>): readonly string[] {
  const ids = new Map(files.map(({ path, html }) => [path, idsOf(html)]));
  return files.flatMap(({ path, html }) =>
    [...new Set(Array.from(html.matchAll(/\s(?:href|src)="([^"]+)"/g), ([, link = ""]) => link))]
      .filter((link) => !/^(?:[a-z]+:|\/\/)/.test(link))
      .filter((link) => {
        const { pathname, hash } = new URL(link.replaceAll("&amp;", "&"), `http://site/${path}`);
        const target = decodeURIComponent(pathname.slice(1)) || "index.html";
        const anchors = ids.get(target);
        if (anchors === undefined) return !others.has(target);
        return hash !== "" && !anchors.has(decodeURIComponent(hash.slice(1)));
      })
      .map((link) => `${path}: ${link}`),
  );
}

function idsOf(html: string): ReadonlySet<string> {
  return new Set(Array.from(html.matchAll(/\s(?:id|name)="([^"]+)"/g), ([, id = ""]) => id));
}
