/** main SOCKET: prints what a session saw. The process has to end by itself. */
import { session } from "./session.ts";

process.stdout.write(JSON.stringify(await session(process.argv[2] ?? "")));
