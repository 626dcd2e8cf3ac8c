import { check, rejection, same } from "../check.ts";
import { isSmartCardError, isSmartCardOtherError } from "../../../smart-card-error.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";

/** getAttribute, setAttribute, control */
export const attributeCases: readonly ContractCase[] = [
  contractCase("getAttribute gives an attribute's value", ["attributes"], async (scene) => {
    await scene.insertCard();
    const { attribute } = scene.harness;
    check(attribute !== undefined, "the harness names no attribute");
    const connection = await scene.connect();
    same(await connection.getAttribute(attribute.tag), attribute.value, "the value");
  }),

  contractCase("getAttribute rejects what the reader does not have, and goes on", ["attributes"], async (scene) => {
    await scene.insertCard();
    const { attribute } = scene.harness;
    check(attribute !== undefined, "the harness names no attribute");
    const connection = await scene.connect();
    const error = await rejection(connection.getAttribute(attribute.unsupportedTag), "an attribute that is not there");
    check(
      isSmartCardError(error) || isSmartCardOtherError(error),
      "an attribute that is not there: no smart-card error",
    );
    same(await connection.getAttribute(attribute.tag), attribute.value, "the value");
  }),

  contractCase("setAttribute sets an attribute", ["set-attribute"], async (scene) => {
    await scene.insertCard();
    const { writableAttribute } = scene.harness;
    check(writableAttribute !== undefined, "the harness names no writableAttribute");
    const connection = await scene.connect();
    await connection.setAttribute(writableAttribute.tag, writableAttribute.value);
    await scene.transmit(connection);
  }),

  contractCase("control gives the reader's answer", ["control"], async (scene) => {
    await scene.insertCard();
    const { control } = scene.harness;
    check(control !== undefined, "the harness names no control");
    const connection = await scene.connect();
    same(await connection.control(control.code, control.data), control.response, "the answer");
  }),

  contractCase("control rejects what the reader does not have, and goes on", ["control"], async (scene) => {
    await scene.insertCard();
    const { control } = scene.harness;
    check(control !== undefined, "the harness names no control");
    const connection = await scene.connect();
    const error = await rejection(connection.control(control.unsupportedCode, new Uint8Array(0)), "an unknown control");
    check(isSmartCardError(error) || isSmartCardOtherError(error), "an unknown control: no smart-card error");
    same(await connection.control(control.code, control.data), control.response, "the answer");
  }),
];
