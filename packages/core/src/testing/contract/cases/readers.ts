import { check, same } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";

/** listReaders */
export const readerCases: readonly ContractCase[] = [
  contractCase("listReaders names the reader", [], async (scene) => {
    const names = await (await scene.context()).listReaders();
    check(names.includes(scene.readerName), `${JSON.stringify(names)} lacks "${scene.readerName}"`);
    same(names.length, new Set(names).size, "the number of different names");
  }),

  contractCase("listReaders gives each caller a list of its own", [], async (scene) => {
    const context = await scene.context();
    const names = await context.listReaders();
    const before = [...names];
    names.push("scribbled");
    same(await context.listReaders(), before, "the second list");
  }),

  contractCase("listReaders follows readers that come and go", ["attach-detach"], async (scene) => {
    const context = await scene.context();
    const before = await context.listReaders();
    const other = await scene.attachReader();
    check(!before.includes(other), "a new reader has a new name");
    await scene.listed(other, true);
    await scene.act("detachReader");
    await scene.listed(other, false);
    same(await context.listReaders(), before, "the readers after all");
  }),
];
