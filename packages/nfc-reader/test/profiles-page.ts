import { format } from "prettier";
import { type Difference, differences } from "../src/index.ts";

const ACTORS: Record<Difference["actor"], string> = {
  reader: "`nfc-reader`",
  family: "the card's family",
  nobody: "–",
};

const HEAD = `# Conformance profiles

The documents of the Windows NFC smart-card DDI and Windows' own open-source driver (NfcCx) disagree. A reader follows one of
two readings of the contract, chosen when it is made:

- \`documented\`, the default: the documents; where they contradict themselves, PC/SC; where the certification tests
  (HLK) decide, those.
- \`nfccx\`: what Windows' driver really does, its defects included, save those that are races or memory errors. It lets
  people test applications against Windows' behaviour on any machine.

Each line below is one named entry of the table in \`packages/nfc-reader/src/differences.ts\`; nothing else in that package asks
for the profile. The last column says who acts on it: the reader, or the session of the card's family, whose package has a
table of its own (\`differences.ts\`). A dash: the two differ in words alone, the certification tests decide, or the driver's
way is not reproduced.

Sources: "DDI" the reference pages of winsmcrd.h, "NFC guide" the NFC part of Microsoft's driver documents, "HLK" the
certification tests, "NfcCx" a file of the driver, "PC/SC 3" part 3 with its supplements.

<!-- Written from the code: \`pnpm --filter @cardwire/nfc-reader docs\` -->
`;

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function shown(value: unknown): string {
  return typeof value === "number" && value > 0xff ? `0x${value.toString(16).padStart(8, "0")}` : String(value);
}

/** The page `docs/profiles.md`, as the code has it. */
export function profilesPage(): Promise<string> {
  const lines = Object.entries(differences()).map(([name, { topic, documents, driver, source, actor }]) =>
    [`\`${name}\``, topic, documents, driver, source, ACTORS[actor]].map(cell).join(" | "),
  );
  const table = ["name | about | documents | driver | source | acts", "--- | --- | --- | --- | --- | ---", ...lines];
  const acting = Object.entries(differences())
    .filter(([, { actor }]) => actor === "reader")
    .map(([name, { documented, nfccx }]) => `\`${name}\` | ${cell(shown(documented))} | ${cell(shown(nfccx))}`);
  const values = ["name | documented | nfccx", "--- | --- | ---", ...acting];
  return format(
    `${HEAD}\n${table.map((line) => `| ${line} |`).join("\n")}\n\n## What the reader does\n\n${values.map((line) => `| ${line} |`).join("\n")}\n`,
    { parser: "markdown", printWidth: 120 },
  );
}
