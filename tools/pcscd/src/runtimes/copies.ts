/** copies SOCKET A B: two copies of the package, loaded from two files, at work at once. Prints what they saw. */
import { isSmartCardError } from "@cardwire/core";
import { type session as Session } from "./session.ts";

interface Copy {
  readonly session: typeof Session;
  readonly failure: (socketPath: string) => Promise<unknown>;
}

const [socketPath = "", ...files] = process.argv.slice(2);
const copies = await Promise.all(files.map((file) => import(file) as Promise<Copy>));
const reports = await Promise.all(copies.map((copy) => copy.session(socketPath)));
// this copy's predicate, the others' errors
const known = await Promise.all(
  copies.map(async (copy) => isSmartCardError(await copy.failure(socketPath), "no-service")),
);
process.stdout.write(JSON.stringify({ reports, known, same: copies[0]?.session === copies[1]?.session }));
