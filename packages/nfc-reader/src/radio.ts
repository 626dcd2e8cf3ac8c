/** The radio switch and airplane mode, as a host keeps them over a restart. */
export interface RadioState {
  readonly on: boolean;
  readonly airplaneMode: boolean;
  /** Whether the radio was on when airplane mode began. */
  readonly onBeforeAirplaneMode: boolean;
}

/** The radio of a new reader. */
export const RADIO_ON: RadioState = { on: true, airplaneMode: false, onBeforeAirplaneMode: true };

/** The radio's own switch. In airplane mode too it does what it says. */
export function switchRadio(radio: RadioState, on: boolean): RadioState {
  return { ...radio, on };
}

/** Airplane mode switches the radio off, and afterwards on again if it was on before or has been switched on since. */
export function switchAirplaneMode(radio: RadioState, airplaneMode: boolean): RadioState {
  return airplaneMode
    ? { on: false, airplaneMode, onBeforeAirplaneMode: radio.on }
    : { on: radio.on || radio.onBeforeAirplaneMode, airplaneMode, onBeforeAirplaneMode: radio.onBeforeAirplaneMode };
}
