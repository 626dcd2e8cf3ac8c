/**
 * What tests of readers and transports share: virtual time, and the contract that every transport keeps.
 * @packageDocumentation
 */
export { VirtualClock, type VirtualClockOptions } from "./testing/virtual-clock.ts";
