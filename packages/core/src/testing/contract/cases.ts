import { attributeCases } from "./cases/attributes.ts";
import { closeCases } from "./cases/close.ts";
import { connectCases } from "./cases/connect.ts";
import { disconnectCases } from "./cases/disconnect.ts";
import { readerCases } from "./cases/readers.ts";
import { staleCases } from "./cases/stale.ts";
import { statusChangeCases } from "./cases/status-change.ts";
import { transactionCases } from "./cases/transactions.ts";
import { transmitCases } from "./cases/transmit.ts";
import { watchCases } from "./cases/watch.ts";
import type { ContractCase } from "./harness.ts";

/** Everything that the contract asks of a transport. */
export const contractCases: readonly ContractCase[] = [
  ...readerCases,
  ...statusChangeCases,
  ...connectCases,
  ...transmitCases,
  ...staleCases,
  ...transactionCases,
  ...attributeCases,
  ...disconnectCases,
  ...closeCases,
  ...watchCases,
];
