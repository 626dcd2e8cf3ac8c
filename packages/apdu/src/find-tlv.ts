import { type Tlv } from "./tlv.ts";

/**
 * Every data object at the end of a path of tags, in the order of the bytes: `findAllTlv(objects, 0x6f, 0xa5, 0x50)`.
 * A template that occurs more than once is searched each time.
 */
export function findAllTlv(objects: readonly Tlv[], ...path: readonly number[]): Tlv[] {
  let found = objects.filter((object) => object.tag === path[0]);
  for (let level = 1; level < path.length; level++)
    found = found.flatMap((object) => (object.children ?? []).filter((child) => child.tag === path[level]));
  return found;
}

/** The first data object at the end of a path of tags; undefined when there is none. */
export function findTlv(objects: readonly Tlv[], ...path: readonly number[]): Tlv | undefined {
  return search(objects, path, 0);
}

function search(objects: readonly Tlv[], path: readonly number[], level: number): Tlv | undefined {
  for (const object of objects) {
    if (object.tag !== path[level]) continue;
    if (level === path.length - 1) return object;
    const found = object.children && search(object.children, path, level + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
