import type { IoctlResult } from "@cardwire/core";
import {
  encodeLastError,
  encodeProtocol,
  encodeReaderState,
  type IoctlContract,
  ioctlContracts,
  type IoctlName,
  ioctlName,
  NTSTATUS,
  SCARD_PROTOCOL,
  SCARD_READER_STATE,
  UNLISTED_IOCTL,
} from "@cardwire/ioctl";
import { getAttribute, setAttribute } from "./attribute-ioctls.ts";
import type { Behaviour } from "./behaviour.ts";
import { firstBreach, type ProfiledCheck, profiledChecks, statusOfBreach } from "./checks.ts";
import { power } from "./power.ts";
import { isAbsent, isPresent } from "./presence.ts";
import type { ReaderCore } from "./reader-core.ts";
import { failed, type IoctlRequest, withOutput, withStatus } from "./request.ts";
import { transmit } from "./transmit.ts";

type Handler = (reader: ReaderCore, request: IoctlRequest) => IoctlResult | Promise<IoctlResult>;

/** Takes an I/O control through its checks to what answers it. */
export type Dispatch = (reader: ReaderCore, code: number, request: IoctlRequest) => IoctlResult | Promise<IoctlResult>;

/** The table by which a reader of one profile dispatches. */
export function createDispatch(behaviour: Behaviour): Dispatch {
  const table = new Map<number, { readonly checks: readonly ProfiledCheck[]; readonly handle: Handler }>();
  for (const [code, contract] of ioctlContracts())
    table.set(code, {
      checks: profiledChecks(contract, behaviour),
      handle: handlerOf(ioctlName(code), contract, behaviour),
    });
  const unlisted = { checks: profiledChecks(UNLISTED_IOCTL, behaviour), handle: () => failed("NOT_SUPPORTED") };
  return (reader, code, request) => {
    const { checks, handle } = table.get(code) ?? unlisted;
    const breach = firstBreach(checks, reader, request);
    return breach === NTSTATUS.SUCCESS ? handle(reader, request) : withStatus(breach);
  };
}

/** What comes after the checks have held. */
function handlerOf(name: IoctlName | undefined, contract: IoctlContract, behaviour: Behaviour): Handler {
  const overflow = contract.overflow && statusOfBreach(contract.overflow, behaviour);
  const busy = (contract.pending && statusOfBreach(contract.pending, behaviour)) ?? NTSTATUS.DEVICE_BUSY;
  switch (name) {
    case "POWER":
      return (reader, request) => power(reader, request, overflow ?? NTSTATUS.BUFFER_TOO_SMALL);
    case "GET_ATTRIBUTE":
      return (reader, request) => getAttribute(reader, request, overflow ?? NTSTATUS.BUFFER_TOO_SMALL);
    case "SET_ATTRIBUTE":
      return (reader, request) => setAttribute(reader, request, behaviour.setAttributeInformation);
    case "TRANSMIT":
      return (reader, request) => transmit(reader, request, overflow);
    case "IS_PRESENT":
      return (reader, request) => isPresent(reader, request, busy);
    case "IS_ABSENT":
      return (reader, request) => isAbsent(reader, request, busy);
    case "SET_PROTOCOL":
      return () => withOutput(encodeProtocol(SCARD_PROTOCOL.T1));
    case "GET_STATE":
      return (reader) =>
        withOutput(
          encodeReaderState(
            reader.slot.connected === undefined ? SCARD_READER_STATE.ABSENT : SCARD_READER_STATE.SPECIFIC,
          ),
        );
    case "GET_LAST_ERROR":
      return () => withOutput(encodeLastError(NTSTATUS.SUCCESS));
    default:
      // the contract's check "supported" has refused it already
      return () => failed("NOT_SUPPORTED");
  }
}
