import { toHex } from "../../bytes.ts";
import { systemClock } from "../../clock.ts";
import { CardwireError, isCardwireError } from "../../errors.ts";
import {
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardError,
  type SmartCardOtherError,
  type SmartCardOtherErrorName,
  type SmartCardResponseCode,
} from "../../smart-card-error.ts";

/** A transport that does not keep the contract. */
export class ContractViolation extends CardwireError {
  override readonly name = "ContractViolation";
  readonly code = "CONTRACT_VIOLATION";
  readonly fault = "internal";
}

/** True for a {@link ContractViolation} of any copy of this package. */
export function isContractViolation(value: unknown): value is ContractViolation {
  return isCardwireError(value) && value.name === "ContractViolation";
}

/** @throws ContractViolation unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ContractViolation(message);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array)
    return value.length > 32 ? `${toHex(value.subarray(0, 32), " ")} … (${value.length} bytes)` : toHex(value, " ");
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value === undefined ? "undefined" : JSON.stringify(value);
}

/** Compares by what a value shows: bytes by their digits, dictionaries by their members in order. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const equal =
    actual instanceof Uint8Array && expected instanceof Uint8Array
      ? toHex(actual) === toHex(expected)
      : show(actual) === show(expected);
  check(equal, `${what}: ${show(actual)} instead of ${show(expected)}`);
}

/** The same promise, looked at later: if the case fails before that, its rejection is nobody's surprise. */
export function later<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}

/** The reason with which the promise rejects. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new ContractViolation(`${what}: resolved to ${show(value)} instead of being rejected`);
}

/** Rejects with a SmartCardError of one of these response codes, which is given back. */
export async function rejectsWith(
  promise: Promise<unknown>,
  responseCodes: SmartCardResponseCode | readonly SmartCardResponseCode[],
  what: string,
): Promise<SmartCardError> {
  const error = await rejection(promise, what);
  const wanted = typeof responseCodes === "string" ? [responseCodes] : responseCodes;
  if (isSmartCardError(error) && wanted.includes(error.responseCode)) return error;
  const got = isSmartCardError(error) ? `SmartCardError "${error.responseCode}"` : show(error);
  throw new ContractViolation(`${what}: ${got} instead of SmartCardError "${wanted.join('" or "')}"`, { cause: error });
}

/** Rejects with the exception that the draft throws beside SmartCardError. */
export async function rejectsWithOther(
  promise: Promise<unknown>,
  name: SmartCardOtherErrorName,
  what: string,
): Promise<SmartCardOtherError> {
  const error = await rejection(promise, what);
  if (isSmartCardOtherError(error) && error.name === name) return error;
  throw new ContractViolation(`${what}: ${show(error)} instead of ${name}`, { cause: error });
}

/** Rejects with this very value: the reason of a signal or of a callback. */
export async function rejectsWithReason(promise: Promise<unknown>, reason: unknown, what: string): Promise<void> {
  const error = await rejection(promise, what);
  if (error !== reason)
    throw new ContractViolation(`${what}: ${show(error)} instead of the reason given`, { cause: error });
}

/** Waits on the host's clock. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.schedule(ms, resolve));
}

/** Looks for a moment whether a promise settles that must not. */
export async function staysPending(promise: Promise<unknown>, what: string): Promise<void> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await pause(30);
  check(!settled, `${what}: did not wait`);
}
