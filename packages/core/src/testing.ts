/**
 * What tests of readers and transports share: virtual time, and the contract that every transport keeps.
 * @packageDocumentation
 */
export { contractCases } from "./testing/contract/cases.ts";
export { ContractViolation, isContractViolation } from "./testing/contract/check.ts";
export {
  type ContractAbility,
  type ContractCard,
  type ContractCase,
  type ContractExchange,
  type ContractHarness,
} from "./testing/contract/harness.ts";
export { type ContractOptions, type ContractRegister, registerContract } from "./testing/contract/register.ts";
export {
  atOnce,
  describeRfRequest,
  exchangeApdu,
  openScripted,
  playScript,
  type ScriptedAir,
  scriptedAir,
  type ScriptedExchange,
  sendApdu,
} from "./testing/scripted-air.ts";
export { type SiliconBench, siliconBench } from "./testing/silicon-bench.ts";
export { VirtualClock, type VirtualClockOptions } from "./testing/virtual-clock.ts";
