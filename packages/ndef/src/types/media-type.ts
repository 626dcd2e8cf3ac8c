const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A MIME type taken apart (RFC 2045 section 5.1, in the reading of the WHATWG MIME Sniffing standard). */
export interface MediaType {
  /** "type/subtype" in lower case. */
  readonly essence: string;
  /** Names in lower case, the first of a name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** `undefined` for a text that is no MIME type. Parameters that do not have their form are left out. */
export function parseMediaType(text: string): MediaType | undefined {
  const parts = splitOutsideQuotes(text.trim());
  const essence = (parts.shift() ?? "").trim().toLowerCase();
  const [type = "", subtype = "", ...more] = essence.split("/");
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || more.length > 0) return undefined;
  const parameters = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const value = unquote(part.slice(equals + 1).trim());
    if (TOKEN.test(name) && value !== "" && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value) && !parameters.has(name))
      parameters.set(name, value);
  }
  return { essence, parameters };
}

/** Type, sub-type and parameters as one text, without blanks. */
export function formatMediaType({ essence, parameters }: MediaType): string {
  let text = essence;
  for (const [name, value] of parameters)
    text += `;${name}=${TOKEN.test(value) ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`}`;
  return text;
}

function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === ";" && !quoted) {
      parts.push(part);
      part = "";
      continue;
    }
    if (character === '"') quoted = !quoted;
    part += character;
    if (quoted && character === "\\") part += text.charAt(++index);
  }
  return [...parts, part];
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .replace(/^"/, "")
    .replace(/"[^"]*$/, "")
    .replaceAll(/\\(.)/g, "$1");
}
