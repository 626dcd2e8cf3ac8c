import { readUint32LE } from "@cardwire/core";
import {
  type IoctlBreach,
  type IoctlCheck,
  type IoctlContract,
  NTSTATUS,
  PCI_BYTES,
  SCARD_POWER,
  SCARD_PROTOCOL,
} from "@cardwire/ioctl";
import { type Behaviour, statusOfDifference } from "./behaviour.ts";
import type { ReaderCore } from "./reader-core.ts";
import type { IoctlRequest } from "./request.ts";

/** A check of the contract with the status that a breach gives in this reader's profile. */
export interface ProfiledCheck {
  readonly check: IoctlCheck["check"];
  readonly minimum: number;
  readonly maximum: number;
  readonly status: number;
}

/** The status of a breach in a profile; `undefined`: it is none there. */
export function statusOfBreach(breach: IoctlBreach, behaviour: Behaviour): number | undefined {
  const name = breach.difference === undefined ? breach.breach : statusOfDifference(breach.difference, behaviour);
  return name === undefined ? undefined : NTSTATUS[name];
}

/** The checks of a contract that a profile makes, in the contract's order. */
export function profiledChecks(contract: IoctlContract, behaviour: Behaviour): ProfiledCheck[] {
  return contract.checks.flatMap((check) => {
    const status = statusOfBreach(check, behaviour);
    if (status === undefined) return [];
    const minimum = "minimum" in check ? (check.minimum ?? 0) : 0;
    const maximum = "maximum" in check ? (check.maximum ?? Infinity) : Infinity;
    return [{ check: check.check, minimum, maximum, status }];
  });
}

/** Makes the checks in their order. Gives the status of the first breach, SUCCESS when there is none. */
export function firstBreach(checks: readonly ProfiledCheck[], reader: ReaderCore, request: IoctlRequest): number {
  for (const check of checks) if (!holds(check, reader, request)) return check.status;
  return NTSTATUS.SUCCESS;
}

function within(check: ProfiledCheck, length: number): boolean {
  return length >= check.minimum && length <= check.maximum;
}

/** Checks of values come after those of lengths in every contract. */
function dword(request: IoctlRequest): number {
  return readUint32LE(request.input, 0, "value");
}

function holds(check: ProfiledCheck, reader: ReaderCore, request: IoctlRequest): boolean {
  switch (check.check) {
    case "radio-on":
      return reader.isRadioOn;
    case "input-length":
      return within(check, request.input.length);
    case "output-length":
      return within(check, request.outputLength);
    case "pci-length":
      return readUint32LE(request.input, 4, "cbPciLength") === PCI_BYTES;
    case "protocol":
      // the only protocol that there is, selected from a card's arrival on
      return dword(request) === SCARD_PROTOCOL.T1;
    case "card-present":
      return reader.slot.connected !== undefined;
    case "power-offered":
      return dword(request) !== SCARD_POWER.DOWN;
    case "power-known":
      return dword(request) <= SCARD_POWER.WARM_RESET;
    case "protocol-known":
      return isProtocolMask(dword(request), SCARD_PROTOCOL.DEFAULT | SCARD_PROTOCOL.TX | SCARD_PROTOCOL.RAW);
    case "protocol-offered":
      return isProtocolMask(dword(request), SCARD_PROTOCOL.DEFAULT | SCARD_PROTOCOL.T1);
    case "attribute-readable":
      return reader.attributes.readable.has(dword(request));
    case "attribute-writable":
      return reader.attributes.writable.has(dword(request));
    case "attribute-card":
      return reader.attributes.readable.get(dword(request))?.needsCard !== true || reader.slot.connected !== undefined;
    case "supported":
      return false;
  }
}

/** 0 is OPTIMAL: it leaves the choice to the reader. */
function isProtocolMask(mask: number, known: number): boolean {
  return mask === SCARD_PROTOCOL.OPTIMAL || (mask & known) !== 0;
}
