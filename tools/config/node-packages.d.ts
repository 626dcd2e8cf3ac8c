/** The packages that may use Node's own modules and globals; every other one is portable. */
export declare const nodePackages: readonly string[];
