/**
 * The contract of the reader DDI as a conformance suite for any `IoctlDevice`.
 * @packageDocumentation
 */
export { type ConformanceCase, missingFor } from "./testing/conformance-case.ts";
export { ConformanceFailure, isConformanceFailure } from "./testing/conformance-failure.ts";
export { conformanceCases, type ConformanceResult, runConformance } from "./testing/conformance.ts";
export { type ConformanceCard, type ConformanceCardKind, type ConformanceHarness } from "./testing/harness.ts";
