/** What a transparent session keeps between APDUs (PC/SC part 3 supplement 2). */
export class SessionState {
  /** Between start (81) and end (82). */
  open = false;
  /** Transmission and reception flags (90): what the reader shall not do. */
  flags = 0;
  /** The field was switched off since the session began: the tag has lost its selection. */
  fieldWasOff = false;
  fieldIsOff = false;
  /** Values of the parameter object (FF6D, FF6E), by tag. */
  readonly parameters: Map<number, Uint8Array> = new Map<number, Uint8Array>();

  /** Begins anew: the settings of an earlier session do not outlive it. */
  start(): void {
    this.open = true;
    this.flags = 0;
    this.fieldWasOff = false;
    this.fieldIsOff = false;
    this.parameters.clear();
  }
}
