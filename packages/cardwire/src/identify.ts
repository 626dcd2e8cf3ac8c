import { parseAtr, parseContactlessAtr } from "@cardwire/atr";
import { storageCardText } from "@cardwire/atr/describe";
import type { CardIdentity } from "./card-identity.ts";
import { families } from "./families/index.ts";
import type { Family, ProductIdentity } from "./families/family.ts";

/** What a card's answer to reset alone tells of it. Never fails, whatever the bytes. */
export function identifyAtr(atr: Uint8Array): CardIdentity {
  if (atr.length === 0) return unknownCard("the card did not answer its reset");
  const parsed = parseAtr(atr);
  const contactless = parseContactlessAtr(parsed);
  switch (contactless?.kind) {
    case "storage-card": {
      const text = storageCardText(contactless);
      const { standard, cardName } = contactless;
      const family = families.find((candidate) => candidate.accepts(standard, cardName));
      const named = text.origin !== "unassigned" && cardName !== 0;
      return {
        name: named ? text.name : `storage card (${text.standard})`,
        family: family?.name,
        kind: "storage",
        interface: "contactless",
        standard: text.standard,
        certainty: named ? "class" : "none",
        evidence: [`card name ${hex(cardName, 4)} of the answer to reset`],
      };
    }
    case "iso-dep-a":
    case "iso-dep-b":
    case "innovatron":
      return {
        name: {
          "iso-dep-a": "ISO 14443-4 card",
          "iso-dep-b": "ISO 14443-4 type B card",
          innovatron: "Innovatron card",
        }[contactless.kind],
        family: "iso-dep",
        kind: "processor",
        interface: "contactless",
        certainty: "class",
        evidence: ["form of the answer to reset"],
      };
    case undefined:
      if (parsed.defects.some(({ code }) => code === "UNKNOWN_TS")) return unknownCard("no known answer to reset");
      return {
        name: "contact card",
        family: undefined,
        kind: "processor",
        interface: "contact",
        certainty: "class",
        evidence: ["form of the answer to reset"],
      };
  }
}

/** The family that has the card's helper. */
export function familyOf(card: CardIdentity): Family | undefined {
  return families.find(({ name }) => name === card.family);
}

/** The identity, bettered by what the card said itself. */
export function withProduct(card: CardIdentity, product: ProductIdentity): CardIdentity {
  return {
    ...card,
    ...(product.name === undefined ? undefined : { name: product.name, certainty: "product" }),
    evidence: [...card.evidence, product.evidence],
    ...(product.userBytes === undefined ? undefined : { userBytes: product.userBytes }),
  };
}

function unknownCard(evidence: string): CardIdentity {
  return {
    name: "unknown card",
    family: undefined,
    kind: "unknown",
    interface: "unknown",
    certainty: "none",
    evidence: [evidence],
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
