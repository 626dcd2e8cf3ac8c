import type { ContractAbility, ContractCase } from "./harness.ts";
import { Scene } from "./scene.ts";

/** A case whose contexts are closed when its body has ended, however it has. */
export function contractCase(
  name: string,
  needs: readonly ContractAbility[],
  body: (scene: Scene) => Promise<void>,
): ContractCase {
  return {
    name,
    needs,
    async run(harness) {
      const scene = new Scene(harness);
      try {
        await body(scene);
      } finally {
        await scene.close();
      }
    },
  };
}
