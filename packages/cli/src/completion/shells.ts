/** The shells that a completion script is there for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@link SHELLS}. */
export type ShellName = (typeof SHELLS)[number];
