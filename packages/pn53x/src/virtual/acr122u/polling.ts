import type { Pn53xCommand } from "../../command/command.ts";
import { PARAMETER_FLAG, SetParameters } from "../../command/general.ts";
import { InListPassiveTarget, MODULATION, type Modulation } from "../../command/passive-target.ts";
import { RFConfiguration, rfField, rfMaxRetries } from "../../command/rf-configuration.ts";
import { type FirmwareCard, firmwareCardOf } from "./firmware-card.ts";

/** Bits of the PICC operating parameter (ACR122U API section 6.4). */
export const PICC = {
  AUTO_POLLING: 0x80,
  AUTO_ATS: 0x40,
  FAST: 0x20,
  F_424: 0x10,
  F_212: 0x08,
  TOPAZ: 0x04,
  B: 0x02,
  A: 0x01,
} as const;

const SEARCHES: readonly (readonly [bit: number, modulation: Modulation])[] = [
  [PICC.A, MODULATION.A_106],
  [PICC.B, MODULATION.B_106],
  [PICC.F_212, MODULATION.F_212],
  [PICC.F_424, MODULATION.F_424],
  [PICC.TOPAZ, MODULATION.JEWEL_106],
];

/** Runs a command of the chip; gives nothing where the chip does. */
export type RunCommand = <Request, Answer>(
  command: Pn53xCommand<Request, Answer>,
  request: Request,
) => Promise<Answer | undefined>;

/** A round of the firmware's polling: the first card of the kinds that its operating parameter names. */
export async function pollOnce(run: RunCommand, parameter: number): Promise<FirmwareCard | undefined> {
  await run(SetParameters, { flags: (parameter & PICC.AUTO_ATS) === 0 ? 0 : PARAMETER_FLAG.AUTOMATIC_RATS });
  await run(RFConfiguration, rfMaxRetries(0, 0, 0));
  for (const [bit, modulation] of SEARCHES) {
    if ((parameter & bit) === 0) continue;
    const answer = await run(InListPassiveTarget, {
      maxTargets: 1,
      modulation,
      initiatorData: initiatorDataFor(modulation),
    });
    const target = answer?.targets[0];
    if (target !== undefined) return firmwareCardOf(target, modulation === MODULATION.F_424);
  }
  await run(RFConfiguration, rfField(false));
  return undefined;
}

function initiatorDataFor(modulation: Modulation): Uint8Array {
  switch (modulation) {
    case MODULATION.F_212:
    case MODULATION.F_424:
      return Uint8Array.of(0x00, 0xff, 0xff, 0x00, 0x00);
    case MODULATION.B_106:
      return Uint8Array.of(0x00);
    default:
      return new Uint8Array(0);
  }
}
